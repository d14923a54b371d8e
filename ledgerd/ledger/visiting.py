"""Visits: booked, registered, cancelled or completed by the hospital where they are.

Rules: a visit belongs to the hospital in its key. A registration may rest on a presence that a
terminal of the same hospital attested a short while ago, and for this visit if it names one.

Source: domain.md section 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import care_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.care_objects import Visit, VisitState
from ledgerd.ledger.care_operations import BookVisit, CancelVisit, CompleteVisit, RegisterVisit
from ledgerd.ledger.care_queries import visit_of
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.patient_queries import presence_of
from ledgerd.ledger.reject_codes import RejectCode as Code

OPEN_VISITS = (VisitState.BOOKED, VisitState.REGISTERED)


def book_visit(act: Act, op: BookVisit) -> Effect:
    """Create a booked visit."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    key = state_keys.visit_key(act.institution_id, op.date, act.ref)
    visit = Visit(
        state=VisitState.BOOKED, visit=op.visit, sealed=(op.sealed,), opened=act.keyed_step()
    )
    act.state.put(key, visit)
    return Effect(key, (events.VisitBooked(visit=key, hospital=act.institution_id),))


def register_visit(act: Act, op: RegisterVisit) -> Effect:
    """Register a booked visit, or one that nobody booked."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    if op.presence is not None:
        _require_present(act, op.presence, op.visit)
    if op.booked is None:
        key = state_keys.visit_key(act.institution_id, op.date, act.ref)
        visit = _unbooked(act, op)
    else:
        key = op.booked
        visit = _registered(act, op, own_visit(act, key))
    act.state.put(key, visit)
    return Effect(key, (events.VisitRegistered(visit=key, hospital=act.institution_id),))


def cancel_visit(act: Act, op: CancelVisit) -> Effect:
    """End a visit that will not be."""
    visit = own_visit(act, op.visit)
    require(visit.state in OPEN_VISITS, Code.VISIT_CLOSED)
    ended = replace(visit, state=VisitState.CANCELLED, cancelled=act.origin)
    act.state.put(op.visit, ended)
    return Effect(op.visit, (events.VisitCancelled(visit=op.visit, hospital=act.institution_id),))


def complete_visit(act: Act, op: CompleteVisit) -> Effect:
    """End a visit that took place."""
    visit = own_visit(act, op.visit)
    require(visit.state in OPEN_VISITS, Code.VISIT_CLOSED)
    require(visit.state == VisitState.REGISTERED, Code.VISIT_NOT_REGISTERED)
    added = () if op.sealed is None else (op.sealed,)
    ended = replace(
        visit,
        state=VisitState.COMPLETED,
        completed=act.origin,
        sealed=(*visit.sealed, *added),
    )
    act.state.put(op.visit, ended)
    return Effect(op.visit, (events.VisitCompleted(visit=op.visit, hospital=act.institution_id),))


def own_visit(act: Act, key: bytes) -> Visit:
    """Give a visit to the acting hospital, or refuse."""
    visit = act.need(visit_of(act.state, key))
    require(state_keys.institution_of_key(key) == act.institution_id, Code.NOT_A_PARTY)
    return visit


def _unbooked(act: Act, op: RegisterVisit) -> Visit:
    return Visit(
        state=VisitState.REGISTERED,
        visit=op.visit,
        sealed=(op.sealed,),
        opened=act.keyed_step(),
        registered=act.origin,
        presence=op.presence,
    )


def _registered(act: Act, op: RegisterVisit, visit: Visit) -> Visit:
    require(visit.state in OPEN_VISITS, Code.VISIT_CLOSED)
    require(visit.state == VisitState.BOOKED, Code.ALREADY_REGISTERED)
    require(visit.visit == op.visit, Code.VISIT_DIFFERS)
    return replace(
        visit,
        state=VisitState.REGISTERED,
        sealed=(*visit.sealed, op.sealed),
        registered=act.origin,
        presence=op.presence,
    )


def _require_present(act: Act, key: bytes, visit: bytes) -> None:
    """Refuse a presence that is old, of another hospital, or for another visit."""
    presence = act.need(presence_of(act.state, key))
    is_here = state_keys.institution_of_key(key) == act.institution_id
    require(is_here and presence.visit in (None, visit), Code.PRESENCE_DIFFERS)
    age_ms = act.context.time_ms - presence.attested.time_ms
    require(age_ms <= act.params.presence_ms, Code.PRESENCE_STALE)

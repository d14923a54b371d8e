"""Recognising visits, prescriptions, erasures and anchors that took effect before.

Rules: as in ``traces``.

Source: domain.md section 2.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import (
    care_objects as objects,
    care_operations as co,
    care_queries as queries,
    keeping_operations as ko,
    state_keys,
)
from ledgerd.ledger.acting import Act
from ledgerd.ledger.objects import Origin
from ledgerd.ledger.trace import Trace

_Build = Callable[[str, int, bytes], bytes]


def _own_key(act: Act, build: _Build, date: int) -> bytes:
    """Build the key of an object of the acting institution; nothing for a patient."""
    name = act.actor.institution_name
    return b"" if name is None else build(name, date, act.ref)


def _booked(act: Act, op: co.BookVisit) -> Trace:
    key = _own_key(act, state_keys.visit_key, op.date)
    return Trace(key, _opened(queries.visit_of(act.state, key)))


def _registered(act: Act, op: co.RegisterVisit) -> Trace:
    if op.booked is None:
        key = _own_key(act, state_keys.visit_key, op.date)
        return Trace(key, _opened(queries.visit_of(act.state, key)))
    found = queries.visit_of(act.state, op.booked)
    return Trace(op.booked, None if found is None else found.registered, is_by_ref=False)


def _visit_step(act: Act, op: co.CancelVisit | co.CompleteVisit) -> Trace:
    found = queries.visit_of(act.state, op.visit)
    if found is None:
        return Trace(op.visit, None)
    origin = found.cancelled if isinstance(op, co.CancelVisit) else found.completed
    return Trace(op.visit, origin, is_by_ref=False)


def _prescribed(act: Act, op: co.Prescribe) -> Trace:
    key = _own_key(act, state_keys.prescription_key, op.date)
    found = queries.prescription_of(act.state, key)
    return Trace(key, None if found is None else found.origin)


def _dispensed(act: Act, op: co.DispensePrescription) -> Trace:
    found = queries.prescription_of(act.state, op.prescription)
    dispensings = () if found is None else found.dispensings
    origin = next((one.origin for one in dispensings if one.ref == act.ref), None)
    return Trace(op.prescription, origin)


def _requested(act: Act, op: ko.RequestErasure) -> Trace:
    key = state_keys.erasure_key(op.authority, op.date, act.ref)
    found = queries.erasure_of(act.state, key)
    return Trace(key, None if found is None else found.requested)


def _approved(act: Act, op: ko.ApproveErasure) -> Trace:
    found = queries.erasure_of(act.state, op.erasure)
    if found is None:
        return Trace(op.erasure, None)
    authority = state_keys.institution_of_key(op.erasure).encode("ascii")
    is_authority = act.actor.author_bytes == authority
    approval = found.by_authority if is_authority else found.by_bureau
    origin = None if approval is None else approval.step.origin
    return Trace(op.erasure, origin, is_by_ref=False)


def _confirmed(act: Act, op: ko.ConfirmErased) -> Trace:
    found = queries.erasure_of(act.state, op.erasure)
    words = () if found is None else found.confirmed
    mine = (w.origin for w in words if w.keeper.encode("ascii") == act.actor.author_bytes)
    return Trace(op.erasure, next(mine, None), is_by_ref=False)


def _anchored(act: Act, op: ko.AnchorAudit) -> Trace:
    key = _own_key(act, state_keys.anchor_key, op.date)
    found = queries.anchor_of(act.state, key)
    return Trace(key, None if found is None else found.origin)


def _opened(visit: objects.Visit | None) -> Origin | None:
    return None if visit is None else visit.opened.origin


FINDERS: Final[dict[type, Callable[[Act, Any], Trace]]] = {
    co.BookVisit: _booked,
    co.RegisterVisit: _registered,
    co.CancelVisit: _visit_step,
    co.CompleteVisit: _visit_step,
    co.Prescribe: _prescribed,
    co.DispensePrescription: _dispensed,
    ko.RequestErasure: _requested,
    ko.ApproveErasure: _approved,
    ko.ConfirmErased: _confirmed,
    ko.AnchorAudit: _anchored,
}

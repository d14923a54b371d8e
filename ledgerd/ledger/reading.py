"""Which parts of a bill an institution can read, as far as the chain shows it.

Rules: a reader by grant reads as long as that grant is in force: what it holds after that it may
keep, but not hand on. Who else was in the circle of the sealed bytes is known to them only.

Source: domain.md sections 3 and 4.
"""

from typing import Final

from ledgerd.ledger.acting import Act, require
from ledgerd.ledger.fields import BillRef, Parts, PartsValue
from ledgerd.ledger.objects import Bill, Grant
from ledgerd.ledger.queries import bureau_of_settlement, code_counter_of, delivery_of, grant_of
from ledgerd.ledger.reject_codes import RejectCode as Code

BOTH: Final = Parts.FACE | Parts.LINES
_VALUES: Final[tuple[PartsValue, ...]] = (1, 2, 3)


def require_grant_in_force(act: Act, grant: Grant) -> None:
    """Refuse a grant that is over or was revoked."""
    require(grant.is_in_force(act.context.time_ms), Code.GRANT_EXPIRED)


def parts_held(act: Act, ref: BillRef, bill: Bill, own_delivery: bytes | None) -> PartsValue | None:
    """Say which parts the author can read and hand on; None for no part."""
    return _value(_held(act, ref, bill, own_delivery))


def _held(act: Act, ref: BillRef, bill: Bill, own_delivery: bytes | None) -> Parts:
    me = act.institution_id
    held = BOTH if me in (bill.issuer, bill.binder) else Parts(0)
    if me == bill.supervisor:
        held |= Parts.FACE
    if bill.settlement is not None and me == bureau_of_settlement(bill.settlement):
        held |= BOTH
    if own_delivery is not None:
        held |= Parts(_parts_delivered(act, ref, own_delivery))
    return held


def parts_due(act: Act, ref: BillRef, bill: Bill, own_delivery: bytes | None) -> PartsValue | None:
    """Say which parts the author should be able to read, opened or not; None for no part."""
    institution = act.actor.institution
    assert institution is not None
    due = _held(act, ref, bill, own_delivery)
    if institution.kind == "medicare" and bill.settlement is None:
        due |= BOTH
    counter = code_counter_of(act.state, ref.code)
    if counter is not None and counter.authority == institution.institution_id:
        due |= Parts.FACE
    return _value(due)


def _value(parts: Parts) -> PartsValue | None:
    for value in _VALUES:
        if parts == value:
            return value
    return None


def _parts_delivered(act: Act, ref: BillRef, delivery: bytes) -> int:
    delivered = act.need(delivery_of(act.state, ref, delivery))
    require(delivered.reader == act.institution_id, Code.SCOPE_NOT_HELD)
    if delivered.grant is not None:
        require_grant_in_force(act, act.need(grant_of(act.state, ref, delivered.grant)))
    return delivered.parts

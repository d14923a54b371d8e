"""Where the operations on the further axes of a bill left their traces.

Rules: as in ``traces``.

Source: domain.md section 2.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import axis_operations as xo, state_keys
from ledgerd.ledger.acting import Act
from ledgerd.ledger.axis_queries import entry_of
from ledgerd.ledger.objects import Bill, Origin
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import bill_of, grant_of
from ledgerd.ledger.trace import Trace

_BillStep = xo.BindBill | xo.VoidBill | xo.ExchangePaper | xo.RecallPaper


def _bill_step(act: Act, op: _BillStep) -> Trace:
    key = state_keys.bill_key(op.bill.code, op.bill.number)
    bill = bill_of(act.state, op.bill)
    return Trace(key, None if bill is None else _step_of(bill, op), is_by_ref=False)


def _step_of(bill: Bill, op: _BillStep) -> Origin | None:
    match op:
        case xo.BindBill():
            return bill.bound
        case xo.VoidBill():
            return bill.voided
        case xo.ExchangePaper():
            return None if bill.paper is None else bill.paper.exchanged
        case xo.RecallPaper():
            return None if bill.paper is None else bill.paper.recalled


def _refund(act: Act, op: xo.RecordRefund) -> Trace:
    bill = bill_of(act.state, op.bill)
    refunds = () if bill is None else bill.refunds
    origin = next((refund.origin for refund in refunds if refund.ref == act.ref), None)
    return Trace(state_keys.bill_key(op.bill.code, op.bill.number), origin)


def _entry(act: Act, op: xo.EnterBill) -> Trace:
    found = entry_of(act.state, op.bill, act.ref)
    key = state_keys.entry_key(op.bill.code, op.bill.number, act.ref)
    return Trace(key, None if found is None else found.origin)


def _revoked_entry(act: Act, op: xo.RevokeEntry) -> Trace:
    found = entry_of(act.state, op.bill, op.entry)
    key = state_keys.entry_key(op.bill.code, op.bill.number, op.entry)
    return Trace(key, None if found is None else found.revoked, is_by_ref=False)


def _revoked_grant(act: Act, op: xo.RevokeAccess) -> Trace:
    found = grant_of(act.state, op.bill, op.grant)
    key = state_keys.grant_key(op.bill.code, op.bill.number, op.grant)
    return Trace(key, None if found is None else found.revoked, is_by_ref=False)


FINDERS: Final[dict[type[Operation], Callable[[Act, Any], Trace]]] = {
    xo.BindBill: _bill_step,
    xo.VoidBill: _bill_step,
    xo.ExchangePaper: _bill_step,
    xo.RecallPaper: _bill_step,
    xo.RecordRefund: _refund,
    xo.EnterBill: _entry,
    xo.RevokeEntry: _revoked_entry,
    xo.RevokeAccess: _revoked_grant,
}

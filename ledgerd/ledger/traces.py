"""Recognising an operation that took effect before.

Rules: there is no table of refs on chain. Each operation left its ``Origin`` in the object that it
created or moved, so the way to that object is the whole test. The same operation again is
answered with where it took effect; another one under the same ref is refused, where the ref is
what names the object.

Source: domain.md section 2.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from ledgerd.ledger import (
    bill_operations as bo,
    claim_operations as co,
    queries,
    state_keys,
)
from ledgerd.ledger.acting import Act
from ledgerd.ledger.axis_traces import FINDERS as AXIS_FINDERS
from ledgerd.ledger.book_traces import FINDERS as BOOK_FINDERS
from ledgerd.ledger.care_traces import FINDERS as CARE_FINDERS
from ledgerd.ledger.governance_traces import FINDERS as GOVERNANCE_FINDERS
from ledgerd.ledger.objects import KeyedStep, Origin
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.patient_traces import FINDERS as PATIENT_FINDERS
from ledgerd.ledger.redress_traces import FINDERS as REDRESS_FINDERS
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.ledger.trace import Trace


def find_trace(act: Act, operation: Operation) -> Trace:
    """Look where this operation would have left its trace."""
    return _FINDERS[type(operation)](act, operation)


def conflict_in(act: Act, trace: Trace) -> RejectCode | None:
    """Say REPEATED for the same operation, a conflict for another one under its ref, or None."""
    if trace.origin is None:
        return None
    if trace.origin.request == act.origin.request:
        return RejectCode.REPEATED
    return RejectCode.CONFLICTING_CLIENT_REF if trace.is_by_ref else None


def _range(act: Act, op: bo.AllotNumbers) -> Trace:
    found = queries.range_of(act.state, op.code, act.ref)
    return Trace(state_keys.range_key(op.code, act.ref), _of(found))


def _issued(act: Act, op: bo.IssueBill) -> Trace:
    found = queries.bill_of(act.state, op.bill)
    key = state_keys.bill_key(op.bill.code, op.bill.number)
    return Trace(key, _of(found), is_by_ref=False)


def _payment(act: Act, op: bo.RecordPayment) -> Trace:
    bill = queries.bill_of(act.state, op.bill)
    payments = () if bill is None else bill.payments
    origin = next((paid.origin for paid in payments if paid.ref == act.ref), None)
    return Trace(state_keys.bill_key(op.bill.code, op.bill.number), origin)


def _bill_step(act: Act, op: bo.Countersign | bo.AnnounceReversal | bo.ReverseBill) -> Trace:
    bill = queries.bill_of(act.state, op.bill)
    key = state_keys.bill_key(op.bill.code, op.bill.number)
    if bill is None:
        return Trace(key, None)
    match op:
        case bo.Countersign():
            return Trace(key, bill.supervised, is_by_ref=False)
        case bo.AnnounceReversal():
            return Trace(key, _of_step(bill.announced), is_by_ref=False)
        case bo.ReverseBill():
            red_key = state_keys.bill_key(op.red.code, op.red.number)
            return Trace(red_key, bill.reversed, is_by_ref=False)


def _report(act: Act, op: bo.ReportUnreadable) -> Trace:
    found = queries.report_of(act.state, op.bill, act.ref)
    key = state_keys.report_key(op.bill.code, op.bill.number, act.ref)
    return Trace(key, _of(found))


def _settlement(act: Act, op: bo.Settle) -> Trace:
    bureau = act.actor.institution_name
    if bureau is None:
        return Trace(b"", None)
    key = state_keys.settlement_key(bureau, op.date, act.ref)
    found = queries.settlement_of(act.state, key)
    return Trace(key, _of(found))


def _reversed_settlement(act: Act, op: bo.ReverseSettle) -> Trace:
    found = queries.settlement_of(act.state, op.settlement)
    return Trace(op.settlement, None if found is None else found.reversed, is_by_ref=False)


def _account(act: Act, op: co.EnrolPatient | co.ConfirmPatient) -> Trace:
    found = queries.account_of(act.state, op.account)
    key = state_keys.account_key(op.account)
    if found is None:
        return Trace(key, None)
    is_enrolment = isinstance(op, co.EnrolPatient)
    origin = found.enrolled.origin if is_enrolment else found.confirmed
    return Trace(key, origin, is_by_ref=False)


def _grant(act: Act, op: co.GrantAccess) -> Trace:
    found = queries.grant_of(act.state, op.bill, act.ref)
    key = state_keys.grant_key(op.bill.code, op.bill.number, act.ref)
    return Trace(key, _of(found))


def _delivery(act: Act, op: co.DeliverKey) -> Trace:
    found = queries.delivery_of(act.state, op.bill, act.ref)
    key = state_keys.delivery_key(op.bill.code, op.bill.number, act.ref)
    return Trace(key, _of(found))


def _claim(act: Act, op: co.FileClaim) -> Trace:
    key = state_keys.claim_key(op.payer, op.date, act.ref)
    found = queries.claim_of(act.state, key)
    return Trace(key, _of(found))


def _claim_end(act: Act, op: co.WithdrawClaim | co.ReleaseExpired) -> Trace:
    claim = queries.claim_of(act.state, op.claim)
    return Trace(op.claim, None if claim is None else claim.ended, is_by_ref=False)


class _Made(Protocol):
    @property
    def origin(self) -> Origin: ...


def _of(made: _Made | None) -> Origin | None:
    return None if made is None else made.origin


def _of_step(step: KeyedStep | None) -> Origin | None:
    return None if step is None else step.origin


_FINDERS: Final[dict[type[Operation], Callable[[Act, Any], Trace]]] = {
    bo.AllotNumbers: _range,
    bo.IssueBill: _issued,
    bo.RecordPayment: _payment,
    bo.Countersign: _bill_step,
    bo.AnnounceReversal: _bill_step,
    bo.ReverseBill: _bill_step,
    bo.ReportUnreadable: _report,
    bo.Settle: _settlement,
    bo.ReverseSettle: _reversed_settlement,
    co.EnrolPatient: _account,
    co.ConfirmPatient: _account,
    co.GrantAccess: _grant,
    co.DeliverKey: _delivery,
    co.FileClaim: _claim,
    co.WithdrawClaim: _claim_end,
    co.ReleaseExpired: _claim_end,
    **CARE_FINDERS,
    **PATIENT_FINDERS,
    **REDRESS_FINDERS,
    **AXIS_FINDERS,
    **GOVERNANCE_FINDERS,
    **BOOK_FINDERS,
}

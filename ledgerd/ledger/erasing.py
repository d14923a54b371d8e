"""Erasure: asked for by the patient, approved by who supervises, confirmed by who kept.

Rules: only the owner asks. Finance approves, and for lines also the bureau that registered the
account. Each approval needs that the time to keep is over or names a legal order, and that no
claim and no case is open on any of the bills. With the last approval the bills are marked: nothing
that needs the sealed parts can be done with them any more, and every node deletes.

Source: domain.md sections 3, 4 and 8.
"""

from msgspec.structs import replace

from ledgerd.ledger import care_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.care_objects import (
    KEEPERS_MAX,
    Approval,
    ErasedBill,
    Erasure,
    ErasureConfirmed,
)
from ledgerd.ledger.care_queries import erasure_of
from ledgerd.ledger.days import DAY_MS, is_recent_day
from ledgerd.ledger.fields import BillRef, Parts
from ledgerd.ledger.guards import require_institution, require_owner
from ledgerd.ledger.keeping_operations import (
    ApproveErasure,
    ConfirmErased,
    ErasureItem,
    RequestErasure,
)
from ledgerd.ledger.objects import Bill
from ledgerd.ledger.queries import bill_of, code_counter_of
from ledgerd.ledger.reject_codes import RejectCode as Code


def request_erasure(act: Act, op: RequestErasure) -> Effect:
    """Write down what the owner wants deleted."""
    account = act.confirmed_account()
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    require_institution(act.state, op.authority, "finance")
    require(len({item.bill for item in op.items}) == len(op.items), Code.DUPLICATE_ITEM)
    for item in op.items:
        _require_erasable(act, op.authority, item, account)
    assert act.actor.account is not None
    has_lines = any(item.parts & Parts.LINES for item in op.items)
    erasure = Erasure(
        account=account,
        bureau=act.actor.account.registrar if has_lines else None,
        bills=tuple(ErasedBill(bill=item.bill, parts=item.parts) for item in op.items),
        requested=act.origin,
    )
    key = state_keys.erasure_key(op.authority, op.date, act.ref)
    act.state.put(key, erasure)
    event = events.ErasureRequested(erasure=key, authority=op.authority, bureau=erasure.bureau)
    return Effect(key, (event,))


def approve_erasure(act: Act, op: ApproveErasure) -> Effect:
    """Add one approval; with the last one the bills are marked and all nodes delete."""
    erasure = act.need(erasure_of(act.state, op.erasure))
    approved = _with_approval(act, op, erasure)
    bills = [(item, act.need(bill_of(act.state, item.bill))) for item in erasure.bills]
    for _, bill in bills:
        _require_settled(act, bill, has_order=op.order is not None)
    if approved.is_approved:
        for item, bill in bills:
            _mark(act, item.bill, item.parts)
            if bill.related is not None:
                _mark(act, bill.related, item.parts)
    act.state.put(op.erasure, approved)
    event = events.ErasureApproved(
        erasure=op.erasure, institution=act.institution_id, is_complete=approved.is_approved
    )
    return Effect(op.erasure, (event,))


def confirm_erased(act: Act, op: ConfirmErased) -> Effect:
    """Add a keeper's word."""
    erasure = act.need(erasure_of(act.state, op.erasure))
    require(erasure.is_approved, Code.ERASURE_NOT_APPROVED)
    said = (word.keeper == act.institution_id for word in erasure.confirmed)
    require(not any(said), Code.ALREADY_CONFIRMED_ERASED)
    require(len(erasure.confirmed) < KEEPERS_MAX, Code.TOO_MANY)
    word = ErasureConfirmed(keeper=act.institution_id, origin=act.origin)
    act.state.put(op.erasure, replace(erasure, confirmed=(*erasure.confirmed, word)))
    event = events.ErasedByKeeper(erasure=op.erasure, keeper=act.institution_id)
    return Effect(op.erasure, (event,))


def _require_erasable(act: Act, authority: str, item: ErasureItem, account: bytes) -> None:
    bill = act.need(bill_of(act.state, item.bill))
    require_owner(bill, item.bill, account, item.salt)
    counter = act.need(code_counter_of(act.state, item.bill.code))
    require(counter.authority == authority, Code.NOT_A_PARTY)
    require(not bill.erased & item.parts, Code.ERASED)


def _with_approval(act: Act, op: ApproveErasure, erasure: Erasure) -> Erasure:
    """Give the erasure with the approval of the acting institution, if it is one to approve."""
    approval = Approval(step=act.keyed_step(), order=op.order)
    if act.institution_id == state_keys.institution_of_key(op.erasure):
        require(erasure.by_authority is None, Code.ALREADY_APPROVED)
        erasure = replace(erasure, by_authority=approval)
    else:
        require(act.institution_id == erasure.bureau, Code.NOT_A_PARTY)
        require(erasure.by_bureau is None, Code.ALREADY_APPROVED)
        erasure = replace(erasure, by_bureau=approval)
    needs_bureau = erasure.bureau is not None and erasure.by_bureau is None
    if erasure.by_authority is None or needs_bureau:
        return erasure
    return replace(erasure, approved_ms=act.context.time_ms)


def _mark(act: Act, ref: BillRef, parts: int) -> None:
    """Mark a bill; one that reverses it, or that it reverses, says the same and goes with it."""
    bill = act.need(bill_of(act.state, ref))
    marked = replace(bill, erased=bill.erased | parts)
    act.state.put(state_keys.bill_key(ref.code, ref.number), marked)


def _require_settled(act: Act, bill: Bill, *, has_order: bool) -> None:
    """Refuse while the parts must be kept, or somebody still needs them."""
    kept_until_ms = bill.issued_ms + act.params.retention_days * DAY_MS
    require(has_order or act.context.time_ms > kept_until_ms, Code.RETENTION_NOT_OVER)
    require(not any(entry.is_open for entry in bill.payers), Code.CLAIM_OPEN)
    require(bill.cases_open == 0, Code.CASE_OPEN)

"""Claims: filed, decided, paid; or withdrawn, or released after their time.

Rules: a claim moves on all its bills together or on none; what it reserves and pays stands in the
payer's entry of each bill, and the claim and its bills never disagree. An expiry is an operation,
never a side effect of time: until then a late payer may still decide and pay.

Source: domain.md section 3.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.claim_operations import (
    DecideClaim,
    FileClaim,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.guards import (
    checked_sum,
    require_claimable,
    require_institution,
    require_owner,
    require_public_final,
    require_room,
)
from ledgerd.ledger.objects import (
    MEDICARE,
    PAYERS_MAX,
    Bill,
    Claim,
    ClaimedBill,
    ClaimState,
    PayerPosition,
    PayerState,
)
from ledgerd.ledger.queries import bill_of, claim_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import FEN_MAX, encode


def file_claim(act: Act, op: FileClaim) -> Effect:
    """Create a claim and open the payer's entry on each of its bills."""
    account = act.confirmed_account()
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    payer = require_institution(act.state, op.payer, "medicare", "insurer")
    payer_name = MEDICARE if payer.kind == "medicare" else op.payer
    refs = [(item.bill.code, item.bill.number) for item in op.items]
    require(len(set(refs)) == len(refs), Code.DUPLICATE_ITEM)
    key = state_keys.claim_key(op.payer, op.date, act.ref)
    for item in op.items:
        bill = act.need(bill_of(act.state, item.bill))
        require_owner(bill, item.bill, account, item.salt)
        require_claimable(bill, payer_name, act.params, act.context.time_ms)
        require(item.amount_fen <= bill.total_fen, Code.AMOUNT_OUT_OF_RANGE)
        _put_bill(act, item.bill, _with_filed(bill, payer_name, key))
    claim = Claim(
        account=account,
        payer=op.payer,
        payer_name=payer_name,
        state=ClaimState.FILED,
        bills=tuple(ClaimedBill(bill=i.bill, amount_fen=i.amount_fen) for i in op.items),
        filed_ms=act.context.time_ms,
        expires_ms=act.context.time_ms + act.params.decision_ms,
        origin=act.origin,
    )
    bills = tuple(item.bill for item in op.items)
    return _put_claim(act, key, claim, events.ClaimFiled(claim=key, payer=op.payer, bills=bills))


def _with_filed(bill: Bill, payer_name: str, claim_key: bytes) -> Bill:
    require(bill.payer(payer_name) is not None or len(bill.payers) < PAYERS_MAX, Code.TOO_MANY)
    entry = PayerPosition(
        payer=payer_name,
        state=PayerState.FILED,
        reserved_fen=0,
        paid_fen=0,
        claim=claim_key,
    )
    others = tuple(other for other in bill.payers if other.payer != payer_name)
    return replace(bill, payers=(*others, entry))


def decide_claim(act: Act, op: DecideClaim) -> Effect:
    """Reserve what the payer will bear of each bill; nothing at all refuses the claim."""
    claim = _claim_of_payer(act, op.claim)
    require(claim.state != ClaimState.DECIDED, Code.ALREADY_DECIDED)
    require(claim.state == ClaimState.FILED, Code.CLAIM_CLOSED)
    require(len(op.amounts) == len(claim.bills), Code.AMOUNT_DIFFERS)
    total_fen = checked_sum(op.amounts)
    require(total_fen <= FEN_MAX, Code.AMOUNT_OUT_OF_RANGE)
    act.require_office_amount(total_fen, act.params.auto_decide_fen)
    state = PayerState.DECIDED if total_fen else PayerState.REFUSED
    for asked, amount_fen in zip(claim.bills, op.amounts, strict=True):
        _reserve(act, claim, asked, (amount_fen, state))
    decided = replace(
        claim,
        state=(ClaimState.DECIDED if total_fen else ClaimState.REFUSED).value,
        amounts=op.amounts,
        reasoning=op.reasoning,
        decided=act.keyed_step(),
        expires_ms=act.context.time_ms + act.params.payment_ms,
    )
    event = events.ClaimDecided(claim=op.claim, payer=claim.payer, reserved_fen=total_fen)
    return _put_claim(act, op.claim, decided, event)


def _reserve(act: Act, claim: Claim, asked: ClaimedBill, decision: tuple[int, PayerState]) -> None:
    amount_fen, state = decision
    require(amount_fen <= asked.amount_fen, Code.AMOUNT_DIFFERS)
    bill = act.need(bill_of(act.state, asked.bill))
    require_public_final(bill, claim.payer_name, act.params, act.context.time_ms)
    require_room(bill, claim.payer_name, amount_fen)
    changed = _with_entry(bill, claim, state=state.value, reserved_fen=amount_fen)
    _put_bill(act, asked.bill, changed)


def pay_claim(act: Act, op: PayClaim) -> Effect:
    """Turn everything that was reserved into paid."""
    claim = _claim_of_payer(act, op.claim)
    require(claim.state != ClaimState.FILED, Code.NOT_DECIDED)
    require(claim.state == ClaimState.DECIDED, Code.CLAIM_CLOSED)
    require(op.amount_fen == claim.reserved_fen, Code.AMOUNT_DIFFERS)
    assert claim.decided is not None
    act.require_office_amount(op.amount_fen, act.params.auto_pay_fen)
    if act.actor.role != "office":
        require(claim.decided.signer != act.signer, Code.SAME_KEY)
    for asked, bill in _bills(act, claim):
        entry = bill.payer(claim.payer_name)
        assert entry is not None
        paid_fen = entry.paid_fen + entry.reserved_fen
        changed = _with_entry(bill, claim, state=PayerState.PAID, reserved_fen=0, paid_fen=paid_fen)
        _put_bill(act, asked, changed)
    paid = replace(claim, state=ClaimState.PAID, paid=act.origin)
    event = events.ClaimPaid(claim=op.claim, payer=claim.payer, paid_fen=op.amount_fen)
    return _put_claim(act, op.claim, paid, event)


def withdraw_claim(act: Act, op: WithdrawClaim) -> Effect:
    """End an own claim that is not decided."""
    claim = act.need(claim_of(act.state, op.claim))
    require(claim.account == act.actor.author_bytes, Code.NOT_A_PARTY)
    require(claim.state != ClaimState.DECIDED, Code.ALREADY_DECIDED)
    require(claim.state == ClaimState.FILED, Code.CLAIM_CLOSED)
    event = events.ClaimWithdrawn(claim=op.claim, payer=claim.payer)
    ended = replace(claim, state=ClaimState.WITHDRAWN, ended=act.origin)
    _release(act, claim, PayerState.WITHDRAWN)
    return _put_claim(act, op.claim, ended, event)


def release_expired(act: Act, op: ReleaseExpired) -> Effect:
    """End a claim whose time is over; what it reserved is free again."""
    claim = act.need(claim_of(act.state, op.claim))
    require(claim.state in (ClaimState.FILED, ClaimState.DECIDED), Code.CLAIM_CLOSED)
    require(act.context.time_ms >= claim.expires_ms, Code.NOT_EXPIRED)
    event = events.ClaimExpired(claim=op.claim, payer=claim.payer)
    ended = replace(claim, state=ClaimState.EXPIRED, ended=act.origin)
    _release(act, claim, PayerState.EXPIRED)
    return _put_claim(act, op.claim, ended, event)


def _release(act: Act, claim: Claim, state: PayerState) -> None:
    for asked, bill in _bills(act, claim):
        _put_bill(act, asked, _with_entry(bill, claim, state=state.value, reserved_fen=0))


def _claim_of_payer(act: Act, key: bytes) -> Claim:
    claim = act.need(claim_of(act.state, key))
    require(claim.payer == act.institution_id, Code.NOT_A_PARTY)
    return claim


def _bills(act: Act, claim: Claim) -> Iterable[tuple[BillRef, Bill]]:
    for asked in claim.bills:
        yield asked.bill, act.need(bill_of(act.state, asked.bill))


def _with_entry(bill: Bill, claim: Claim, **changes: int) -> Bill:
    """Replace the entry of a claim's payer; it is the claim that opened it last."""
    return replace(
        bill,
        payers=tuple(
            replace(entry, **changes) if entry.payer == claim.payer_name else entry
            for entry in bill.payers
        ),
    )


def _put_bill(act: Act, ref: BillRef, bill: Bill) -> None:
    act.state.put(state_keys.bill_key(ref.code, ref.number), encode(bill))


def _put_claim(act: Act, key: bytes, claim: Claim, event: events.Event) -> Effect:
    act.state.put(key, encode(claim))
    return Effect(key, (event,))

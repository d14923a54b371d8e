"""Claims: filed, decided, paid; or withdrawn, or released after their time.

Rules: a claim moves on all its bills together or on none; what it reserves and pays stands in the
payer's entry of each bill, and the claim and its bills never disagree. An expiry is an operation,
never a side effect of time: until then a late payer may still decide and pay.

Source: domain.md section 3.
"""

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
from ledgerd.ledger.claim_steps import (
    Decision,
    Filing,
    bills_in_round,
    claim_of_payer,
    decide,
    fallback_of,
    open_claim,
    own_claim,
    put_bill,
    put_claim,
    release,
    with_entry,
)
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.guards import require_institution
from ledgerd.ledger.objects import AID, MEDICARE, Claim, ClaimState, PayerState
from ledgerd.ledger.queries import claim_of
from ledgerd.ledger.reject_codes import RejectCode as Code


def file_claim(act: Act, op: FileClaim) -> Effect:
    """Create a claim and open the payer's entry on each of its bills."""
    account = act.confirmed_account()
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    payer = require_institution(act.state, op.payer, "medicare", "insurer")
    payer_name = MEDICARE if payer.kind == "medicare" else op.payer
    key = state_keys.claim_key(op.payer, op.date, act.ref)
    open_claim(act, account, Filing(key, op.payer, payer_name, op.items))
    bills = tuple(item.bill for item in op.items)
    return Effect(key, (events.ClaimFiled(claim=key, payer=op.payer, bills=bills),))


def decide_claim(act: Act, op: DecideClaim) -> Effect:
    """Reserve what the payer will bear of each bill; nothing at all refuses the claim."""
    claim = claim_of_payer(act, op.claim)
    require(claim.payer_name != AID, Code.WRONG_STATE)
    reserved_fen = decide(act, claim, Decision(op.claim, op.amounts, op.reasoning))
    decided = events.ClaimDecided(claim=op.claim, payer=claim.payer, reserved_fen=reserved_fen)
    return Effect(op.claim, (decided,))


def pay_claim(act: Act, op: PayClaim) -> Effect:
    """Turn everything that was reserved into paid."""
    claim = claim_of_payer(act, op.claim)
    require(claim.state != ClaimState.FILED, Code.NOT_DECIDED)
    require(claim.state == ClaimState.DECIDED, Code.CLAIM_CLOSED)
    require(op.amount_fen == claim.reserved_fen, Code.AMOUNT_DIFFERS)
    assert claim.decided is not None
    act.require_office_amount(op.amount_fen, act.params.auto_pay_fen)
    if act.actor.role != "office":
        require(claim.decided.signer != act.signer, Code.SAME_KEY)
    for ref, bill in bills_in_round(act, claim):
        entry = bill.payer(claim.payer_name)
        assert entry is not None
        assert entry.claim == op.claim
        paid_fen = entry.paid_fen + entry.reserved_fen
        changed = with_entry(bill, claim, state=PayerState.PAID, reserved_fen=0, paid_fen=paid_fen)
        put_bill(act, ref, changed)
    paid = replace(claim, state=ClaimState.PAID, paid=act.origin)
    event = events.ClaimPaid(claim=op.claim, payer=claim.payer, paid_fen=op.amount_fen)
    return put_claim(act, op.claim, paid, event)


def withdraw_claim(act: Act, op: WithdrawClaim) -> Effect:
    """End an own claim, or an own appeal, that is not decided."""
    claim = own_claim(act, op.claim)
    require(claim.state != ClaimState.DECIDED, Code.ALREADY_DECIDED)
    require(claim.state == ClaimState.FILED, Code.CLAIM_CLOSED)
    event = events.ClaimWithdrawn(claim=op.claim, payer=claim.payer)
    return put_claim(act, op.claim, _ended(act, claim, PayerState.WITHDRAWN), event)


def release_expired(act: Act, op: ReleaseExpired) -> Effect:
    """End a claim whose time is over; what it reserved is free again."""
    claim = act.need(claim_of(act.state, op.claim))
    require(claim.state in (ClaimState.FILED, ClaimState.DECIDED), Code.CLAIM_CLOSED)
    require(act.context.time_ms >= claim.expires_ms, Code.NOT_EXPIRED)
    event = events.ClaimExpired(claim=op.claim, payer=claim.payer)
    return put_claim(act, op.claim, _ended(act, claim, PayerState.EXPIRED), event)


def _ended(act: Act, claim: Claim, end: PayerState) -> Claim:
    """End the present round; an appeal of a payment falls back to it."""
    state = fallback_of(claim, end)
    release(act, claim, state)
    return replace(claim, state=ClaimState(state).value, ended=act.origin)

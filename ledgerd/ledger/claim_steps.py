"""How a claim and the bills under it move together, whatever step moves them.

Rules: a claim moves on all bills of its present round or on none; what it reserves and pays stands
in the payer's entry of each bill, and the claim and its bills never disagree. A round that ends
without a decision, or with none for the patient, falls back to the payment that was before it.

Source: domain.md section 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.claim_operations import ClaimItems
from ledgerd.ledger.fields import BillRef, SealedDocument
from ledgerd.ledger.guards import (
    checked_sum,
    require_claimable,
    require_owner,
    require_public_final,
    require_room,
)
from ledgerd.ledger.objects import (
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
from ledgerd.primitives.canonical import FEN_MAX


@dataclass(frozen=True, slots=True)
class Filing:
    """What is filed with whom.

    Attributes:
        payer_name: the payer's slot on the bills.
    """

    key: bytes
    payer: str
    payer_name: str
    items: ClaimItems
    reasons: SealedDocument | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a payer decides of a claim."""

    key: bytes
    amounts: tuple[int, ...]
    reasoning: SealedDocument | None


def open_claim(act: Act, account: bytes, filing: Filing) -> None:
    """Create a claim and open the payer's entry on each of its bills."""
    refs = [(item.bill.code, item.bill.number) for item in filing.items]
    require(len(set(refs)) == len(refs), Code.DUPLICATE_ITEM)
    for item in filing.items:
        bill = act.need(bill_of(act.state, item.bill))
        require_owner(bill, item.bill, account, item.salt)
        require_claimable(bill, filing.payer_name, act.params, act.context.time_ms)
        require(item.amount_fen <= bill.total_fen, Code.AMOUNT_OUT_OF_RANGE)
        put_bill(act, item.bill, _with_filed(bill, filing))
    claim = Claim(
        account=account,
        payer=filing.payer,
        payer_name=filing.payer_name,
        state=ClaimState.FILED,
        bills=tuple(ClaimedBill(bill=i.bill, amount_fen=i.amount_fen) for i in filing.items),
        filed_ms=act.context.time_ms,
        expires_ms=act.context.time_ms + act.params.decision_ms,
        origin=act.origin,
        reasons=filing.reasons,
    )
    act.state.put(filing.key, claim)


def _with_filed(bill: Bill, filing: Filing) -> Bill:
    before = bill.payer(filing.payer_name)
    require(before is not None or len(bill.payers) < PAYERS_MAX, Code.TOO_MANY)
    assert before is None or before.borne_fen == 0
    entry = PayerPosition(
        payer=filing.payer_name,
        state=PayerState.FILED,
        reserved_fen=0,
        paid_fen=0,
        claim=filing.key,
        appealed=before is not None and before.appealed,
    )
    others = tuple(other for other in bill.payers if other.payer != filing.payer_name)
    return replace(bill, payers=(*others, entry))


def decide(act: Act, claim: Claim, decision: Decision) -> int:
    """Reserve what the payer will bear of each bill; gives the sum, 0 refuses."""
    require(claim.state != ClaimState.DECIDED, Code.ALREADY_DECIDED)
    require(claim.state == ClaimState.FILED, Code.CLAIM_CLOSED)
    _require_decidable(act, claim)
    require(len(decision.amounts) == len(claim.bills), Code.AMOUNT_DIFFERS)
    total_fen = checked_sum(decision.amounts)
    require(total_fen <= FEN_MAX, Code.AMOUNT_OUT_OF_RANGE)
    act.require_office_amount(total_fen, act.params.auto_decide_fen)
    state = PayerState.DECIDED if total_fen else fallback_of(claim, PayerState.REFUSED)
    asked_amounts = zip(claim.bills, claim.asked_amounts, decision.amounts, strict=True)
    for asked, asked_fen, amount_fen in asked_amounts:
        require(amount_fen <= asked_fen, Code.AMOUNT_DIFFERS)
        if asked_fen:
            _reserve(act, claim, asked.bill, (amount_fen, state))
    decided = replace(
        claim,
        state=ClaimState(state).value,
        amounts=decision.amounts,
        reasoning=decision.reasoning,
        decided=act.keyed_step(),
        expires_ms=act.context.time_ms + act.params.payment_ms,
    )
    act.state.put(decision.key, decided)
    return total_fen


def _require_decidable(act: Act, claim: Claim) -> None:
    """Check that the patient had time for documents, and that an appeal finds another key."""
    waits = claim.awaits_documents and act.context.time_ms < claim.expires_ms
    require(not waits, Code.SUPPLEMENT_OPEN)
    if claim.appeal is not None:
        require(claim.appeal.before.decided.signer != act.signer, Code.SAME_KEY)


def _reserve(act: Act, claim: Claim, ref: BillRef, outcome: tuple[int, PayerState]) -> None:
    amount_fen, state = outcome
    bill = act.need(bill_of(act.state, ref))
    require_public_final(bill, claim.payer_name, act.params, act.context.time_ms)
    require_room(bill, claim.payer_name, amount_fen)
    put_bill(act, ref, with_entry(bill, claim, state=state.value, reserved_fen=amount_fen))


def fallback_of(claim: Claim, state: PayerState) -> PayerState:
    """Say where a round without a new payment ends; names agree with those of ``ClaimState``."""
    return PayerState.PAID if claim.was_paid else state


def release(act: Act, claim: Claim, state: PayerState) -> None:
    """Free what a claim reserved on each bill of its round."""
    for ref, bill in bills_in_round(act, claim):
        put_bill(act, ref, with_entry(bill, claim, state=state.value, reserved_fen=0))


def bills_in_round(act: Act, claim: Claim) -> Iterator[tuple[BillRef, Bill]]:
    """Give the bills of which something is asked in the present round."""
    for asked, asked_fen in zip(claim.bills, claim.asked_amounts, strict=True):
        if asked_fen:
            yield asked.bill, act.need(bill_of(act.state, asked.bill))


def claim_of_payer(act: Act, key: bytes) -> Claim:
    """Give a claim to the acting institution."""
    claim = act.need(claim_of(act.state, key))
    require(claim.payer == act.institution_id, Code.NOT_A_PARTY)
    return claim


def own_claim(act: Act, key: bytes) -> Claim:
    """Give a claim of the acting account."""
    account = act.confirmed_account()
    claim = act.need(claim_of(act.state, key))
    require(claim.account == account, Code.NOT_A_PARTY)
    return claim


def with_entry(bill: Bill, claim: Claim, **changes: int) -> Bill:
    """Replace the entry of a claim's payer; it is the claim that opened it last."""
    return replace(
        bill,
        payers=tuple(
            replace(entry, **changes) if entry.payer == claim.payer_name else entry
            for entry in bill.payers
        ),
    )


def put_bill(act: Act, ref: BillRef, bill: Bill) -> None:
    act.state.put(state_keys.bill_key(ref.code, ref.number), bill)


def put_claim(act: Act, key: bytes, claim: Claim, event: events.Event) -> Effect:
    act.state.put(key, claim)
    return Effect(key, (event,))

"""What follows a filed claim: documents asked for and supplied, appeal, recovery.

Rules: rule 1 of the domain: a paid claim opens again only by an appeal, once for each bill and
payer, and only for more; rule 4: what was paid moves to recovered, and that payer may not pay the
bill again. Whoever decided is not the one who decides again, nor the one who recovers.

Source: domain.md sections 3 and 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import redress_events as events
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.claim_steps import (
    claim_of_payer,
    own_claim,
    put_bill,
    put_claim,
    with_entry,
)
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.guards import checked_sum, require_open_to_claims
from ledgerd.ledger.objects import (
    RECOVERIES_MAX,
    Bill,
    Claim,
    ClaimAppeal,
    ClaimRound,
    ClaimState,
    PayerPosition,
    PayerState,
    Recovery,
    Supplement,
)
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.redress_operations import (
    Appeal,
    RecoverPayment,
    RequestSupplement,
    SupplyDocuments,
)
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import FEN_MAX

OPEN_CLAIM_STATES = (ClaimState.FILED, ClaimState.DECIDED)


def request_supplement(act: Act, op: RequestSupplement) -> Effect:
    """Ask for documents; the patient's time begins, the payer's stands still."""
    claim = claim_of_payer(act, op.claim)
    _require_filed(claim)
    require(not claim.awaits_documents, Code.SUPPLEMENT_OPEN)
    require(len(claim.supplements) < act.params.supplement_count_max, Code.SUPPLEMENTS_USED)
    require(act.context.time_ms < claim.expires_ms, Code.DEADLINE_OVER)
    asked_fen = checked_sum(claim.asked_amounts)
    act.require_office_amount(asked_fen, act.params.auto_decide_fen)
    changed = replace(
        claim,
        supplements=(*claim.supplements, Supplement(request=op.request, asked=act.origin)),
        expires_ms=act.context.time_ms + act.params.supplement_ms,
    )
    event = events.SupplementRequested(claim=op.claim, payer=claim.payer)
    return put_claim(act, op.claim, changed, event)


def supply_documents(act: Act, op: SupplyDocuments) -> Effect:
    """Hand in what was asked for; the payer has its whole time again."""
    claim = own_claim(act, op.claim)
    _require_filed(claim)
    require(claim.awaits_documents, Code.NO_SUPPLEMENT_ASKED)
    *before, asked = claim.supplements
    supplied = replace(asked, documents=op.documents, supplied=act.origin)
    changed = replace(
        claim,
        supplements=(*before, supplied),
        expires_ms=act.context.time_ms + act.params.decision_ms,
    )
    event = events.DocumentsSupplied(claim=op.claim, payer=claim.payer)
    return put_claim(act, op.claim, changed, event)


def _require_filed(claim: Claim) -> None:
    require(claim.state != ClaimState.DECIDED, Code.ALREADY_DECIDED)
    require(claim.state == ClaimState.FILED, Code.CLAIM_CLOSED)


def appeal(act: Act, op: Appeal) -> Effect:
    """Open a paid or refused claim again, for more."""
    claim = own_claim(act, op.claim)
    require(claim.appeal is None, Code.APPEAL_USED)
    require(claim.state not in OPEN_CLAIM_STATES, Code.CLAIM_OPEN)
    require(claim.state in (ClaimState.PAID, ClaimState.REFUSED), Code.CLAIM_CLOSED)
    _require_amounts(claim, op.amounts)
    for asked, more_fen in zip(claim.bills, op.amounts, strict=True):
        if more_fen:
            _reopen(act, (op.claim, claim), asked.bill, more_fen)
    assert claim.decided is not None
    assert claim.amounts is not None
    before = ClaimRound(
        amounts=claim.amounts,
        reasoning=claim.reasoning,
        decided=claim.decided,
        paid=claim.paid,
    )
    opened = replace(
        claim,
        state=ClaimState.FILED,
        expires_ms=act.context.time_ms + act.params.decision_ms,
        amounts=None,
        reasoning=None,
        decided=None,
        paid=None,
        appeal=ClaimAppeal(
            amounts=op.amounts, reasons=op.reasons, origin=act.origin, before=before
        ),
    )
    event = events.ClaimAppealed(claim=op.claim, payer=claim.payer)
    return put_claim(act, op.claim, opened, event)


def _reopen(act: Act, named: tuple[bytes, Claim], ref: BillRef, more_fen: int) -> None:
    key, claim = named
    bill, entry = _entry(act, named, ref)
    assert entry.claim == key
    require(not entry.appealed, Code.APPEAL_USED)
    require_open_to_claims(bill, act.params, act.context.time_ms)
    require(entry.paid_fen + more_fen <= bill.total_fen, Code.AMOUNT_OUT_OF_RANGE)
    put_bill(act, ref, with_entry(bill, claim, state=PayerState.FILED, appealed=True))


def recover_payment(act: Act, op: RecoverPayment) -> Effect:
    """Move what was paid to recovered, wholly or in part."""
    claim = claim_of_payer(act, op.claim)
    require(claim.state not in OPEN_CLAIM_STATES, Code.CLAIM_OPEN)
    require(claim.state in (ClaimState.PAID, ClaimState.RECOVERED), Code.NOTHING_PAID)
    _require_amounts(claim, op.amounts)
    total_fen = sum(op.amounts)
    act.require_office_amount(total_fen, act.params.auto_pay_fen)
    if act.actor.role != "office":
        deciders = [step.signer for step in claim.decisions]
        require(act.signer not in deciders, Code.SAME_KEY)
    require(total_fen <= claim.paid_fen, Code.AMOUNT_DIFFERS)
    is_last = len(claim.recoveries) == RECOVERIES_MAX - 1
    require(not is_last or total_fen == claim.paid_fen, Code.TOO_MANY)
    for asked, amount_fen in zip(claim.bills, op.amounts, strict=True):
        if amount_fen:
            _take_back(act, (op.claim, claim), asked.bill, amount_fen)
    changed = replace(
        claim,
        state=ClaimState.RECOVERED,
        recoveries=(*claim.recoveries, Recovery(amounts=op.amounts, origin=act.origin)),
    )
    event = events.PaymentRecovered(claim=op.claim, payer=claim.payer, recovered_fen=total_fen)
    return put_claim(act, op.claim, changed, event)


def _take_back(act: Act, named: tuple[bytes, Claim], ref: BillRef, amount_fen: int) -> None:
    bill, entry = _entry(act, named, ref)
    require(amount_fen <= entry.paid_fen, Code.AMOUNT_DIFFERS)
    changed = with_entry(
        bill,
        named[1],
        state=PayerState.RECOVERED,
        paid_fen=entry.paid_fen - amount_fen,
        recovered_fen=entry.recovered_fen + amount_fen,
    )
    put_bill(act, ref, changed)


def _entry(act: Act, named: tuple[bytes, Claim], ref: BillRef) -> tuple[Bill, PayerPosition]:
    """Give a bill and its payer's entry, if the claim is still the one that stands there."""
    key, claim = named
    bill = act.need(bill_of(act.state, ref))
    entry = bill.payer(claim.payer_name)
    assert entry is not None
    require(entry.claim == key, Code.CLAIM_REPLACED)
    return bill, entry


def _require_amounts(claim: Claim, amounts: tuple[int, ...]) -> None:
    """Check that there is one amount for each bill, and something to move."""
    require(len(amounts) == len(claim.bills), Code.AMOUNT_DIFFERS)
    total_fen = checked_sum(amounts)
    require(total_fen > 0, Code.AMOUNT_DIFFERS)
    require(total_fen <= FEN_MAX, Code.AMOUNT_OUT_OF_RANGE)

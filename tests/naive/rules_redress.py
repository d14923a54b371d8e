"""What follows a claim: documents, appeal, recovery, as domain.md sections 3 and 4 say."""

from typing import Any

from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive.model import Model, Who, moves, wrong
from tests.naive.objects import Claim
from tests.naive.rules_claims import filing_problems, step_problems
from tests.naive.rules_patients import unconfirmed

RECOVERIES_MAX = 8


@moves(lambda op: op.claim)
def request_supplement(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    if claim is None:
        return {Code.NOT_FOUND}
    asked = sum(claim.asked)
    found = step_problems(claim, who) | wrong(
        (claim.state == "decided", Code.ALREADY_DECIDED),
        (claim.supplement_until_ms is not None, Code.SUPPLEMENT_OPEN),
        (claim.supplements >= model.params.supplement_count_max, Code.SUPPLEMENTS_USED),
        (model.now_ms >= claim.expires_ms, Code.DEADLINE_OVER),
        (who.role == "office" and asked > model.params.auto_decide_fen, Code.OFFICE_LIMIT),
    )
    if not found:
        claim.supplement_until_ms = model.now_ms + model.params.supplement_ms
        claim.expires_ms = claim.supplement_until_ms
        claim.supplements += 1
    return found


@moves(lambda op: (op.claim, op.documents))
def supply_documents(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    found = unconfirmed(model, who)
    if claim is None:
        return found | {Code.NOT_FOUND}
    found |= wrong(
        (claim.account != who.account, Code.NOT_A_PARTY),
        (not claim.is_open, Code.CLAIM_CLOSED),
        (claim.state == "decided", Code.ALREADY_DECIDED),
        (claim.supplement_until_ms is None, Code.NO_SUPPLEMENT_ASKED),
    )
    if not found:
        claim.supplement_until_ms = None
        claim.expires_ms = model.now_ms + model.params.decision_ms
    return found


@moves(lambda op: op.claim)
def appeal(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    found = unconfirmed(model, who)
    if claim is None:
        return found | {Code.NOT_FOUND}
    found |= wrong(
        (claim.account != who.account, Code.NOT_A_PARTY),
        (claim.is_appealed, Code.APPEAL_USED),
        (claim.is_open, Code.CLAIM_OPEN),
        (not claim.is_open and claim.state not in {"paid", "refused"}, Code.CLAIM_CLOSED),
        (len(op.amounts) != len(claim.bills), Code.AMOUNT_DIFFERS),
        (not any(op.amounts), Code.AMOUNT_DIFFERS),
        (not any(op.amounts), Code.AMOUNT_OUT_OF_RANGE),
    )
    for (ref, _), amount in zip(claim.bills, op.amounts, strict=False):
        if amount:
            found |= _bill_problems(model, claim, ref, amount)
    if found:
        return found
    claim.state, claim.is_appealed = "filed", True
    claim.supplement_until_ms = None
    claim.expires_ms = model.now_ms + model.params.decision_ms
    claim.asked, claim.amounts = list(op.amounts), []
    for (ref, _), amount in zip(claim.bills, claim.asked, strict=True):
        if amount:
            its = model.state.bills[ref].payers[claim.slot]
            its.state, its.is_appealed = "filed", True
    return found


def _bill_problems(model: Model, claim: Claim, ref: Any, amount: int) -> set[Code]:
    bill = model.state.bills[ref]
    its = bill.payers[claim.slot]
    is_last = any(its.claim == key for key, c in model.state.claims.items() if c is claim)
    return filing_problems(model, bill) | wrong(
        (not is_last, Code.CLAIM_REPLACED),
        (its.is_appealed, Code.APPEAL_USED),
        (its.state in {"filed", "decided"}, Code.CLAIM_OPEN),
        (its.recovered, Code.CLAIM_CLOSED),
        (its.paid + amount > bill.total, Code.AMOUNT_OUT_OF_RANGE),
    )


@moves(lambda op: op.claim)
def recover_payment(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    if claim is None:
        return {Code.NOT_FOUND}
    total = sum(op.amounts)
    payers = [model.state.bills[ref].payers[claim.slot] for ref, _ in claim.bills]
    is_last = all(
        any(payer.claim == key for key, c in model.state.claims.items() if c is claim)
        for payer in payers
    )
    paid = [payer.paid for payer in payers]
    leaves = any(p > a for p, a in zip(paid, op.amounts, strict=False))
    found = wrong(
        (claim.payer != who.name, Code.NOT_A_PARTY),
        (claim.is_open, Code.CLAIM_OPEN),
        (not any(paid), Code.NOTHING_PAID),
        (not is_last, Code.CLAIM_REPLACED),
        (not is_last, Code.NOTHING_PAID),
        (len(op.amounts) != len(paid), Code.AMOUNT_DIFFERS),
        (any(a > p for p, a in zip(paid, op.amounts, strict=False)), Code.AMOUNT_OUT_OF_RANGE),
        (any(a > p for p, a in zip(paid, op.amounts, strict=False)), Code.AMOUNT_DIFFERS),
        (not total, Code.AMOUNT_DIFFERS),
        (not total, Code.AMOUNT_OUT_OF_RANGE),
        (who.role == "office" and total > model.params.auto_pay_fen, Code.OFFICE_LIMIT),
        (who.role != "office" and who.key in claim.deciders, Code.SAME_KEY),
        (claim.recoveries >= RECOVERIES_MAX - 1 and leaves, Code.TOO_MANY),
    )
    if not found:
        claim.recoveries += 1
        claim.state = "recovered"
        for payer, amount in zip(payers, op.amounts, strict=True):
            payer.paid -= amount
            payer.recovered += amount
            if amount:
                payer.state = "recovered"
    return found

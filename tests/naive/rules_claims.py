"""Claims and the rule against double reimbursement, as domain.md section 3 says."""

from typing import Any

from ledgerd.chain.params import DAY_MS
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive import days
from tests.naive.model import Model, Who, creates, has_duplicates, moves, named, ref_of, wrong
from tests.naive.objects import Bill, Claim, Payer
from tests.naive.rules_bills import standing_problems
from tests.naive.rules_patients import owner_problems, unconfirmed

PAYERS_MAX = 16
FEN_MAX = 10**12


def slot_of(model: Model, payer: str) -> str:
    """All bureaus are one payer of a bill."""
    return "medicare" if model.state.members[payer].kind == "medicare" else payer


@creates("claim", lambda op: (op.payer, op.date))
def file_claim(model: Model, who: Who, op: Any) -> set[Code]:
    payer = model.state.members.get(op.payer)
    if payer is None or payer.kind not in {"medicare", "insurer"}:
        return _asking_problems(model, who, op, None) | {Code.UNKNOWN_INSTITUTION}
    return _file(model, who, op, (b"c", op.payer, slot_of(model, op.payer)))


@creates("application", lambda op: (op.bureau, op.date))
def apply_assistance(model: Model, who: Who, op: Any) -> set[Code]:
    bureau = model.state.members.get(op.bureau)
    if bureau is None or bureau.kind != "medicare":
        return _asking_problems(model, who, op, None) | {Code.UNKNOWN_INSTITUTION}
    return _file(model, who, op, (b"y", op.bureau, "aid"))


def _asking_problems(model: Model, who: Who, op: Any, slot: str | None) -> set[Code]:
    found = unconfirmed(model, who) | wrong(
        (not days.is_recent(op.date, model.now_ms), Code.BAD_DATE),
        (has_duplicates(item.bill for item in op.items), Code.DUPLICATE_ITEM),
        (sum(item.amount_fen for item in op.items) > FEN_MAX, Code.AMOUNT_OUT_OF_RANGE),
    )
    for item in op.items:
        bill = model.state.bills.get(item.bill)
        if bill is None:
            found |= {Code.NOT_FOUND}
            continue
        found |= owner_problems(bill, item, who.account) | filing_problems(model, bill)
        found |= wrong((item.amount_fen > bill.total, Code.AMOUNT_OUT_OF_RANGE))
        if slot is not None:
            found |= _slot_problems(bill, slot)
    return found


def _file(model: Model, who: Who, op: Any, where: tuple[bytes, str, str]) -> set[Code]:
    prefix, payer, slot = where
    found = _asking_problems(model, who, op, slot)
    if found:
        return found
    key = named(prefix, payer, op.date, ref_of(who, op.client_ref))
    model.state.claims[key] = Claim(
        account=who.account,
        payer=payer,
        slot=slot,
        bills=[(item.bill, item.amount_fen) for item in op.items],
        expires_ms=model.now_ms + model.params.decision_ms,
        asked=[item.amount_fen for item in op.items],
        payouts=[0] * len(op.items),
    )
    for item in op.items:
        old = model.state.bills[item.bill].payers.get(slot)
        is_appealed = old is not None and old.is_appealed
        new = Payer("filed", claim=key, is_appealed=is_appealed)
        model.state.bills[item.bill].payers[slot] = new
    return found


def filing_problems(model: Model, bill: Bill) -> set[Code]:
    """Say why no claim may be filed on a bill."""
    return standing_problems(bill) | wrong(
        (bill.supervisor is None, Code.NOT_SUPERVISED),
        (bill.paid != bill.due, Code.NOT_PAID_IN_FULL),
        (bill.announced_by is not None, Code.REVERSAL_ANNOUNCED),
        (bill.paper == "out", Code.PAPER_OUT),
        (bill.is_entered and bill.payers["employer"].paid >= private_share(bill), Code.ENTERED),
        (model.now_ms > filing_ends_ms(model, bill), Code.FILING_PERIOD_OVER),
    )  # fmt: skip


def private_share(bill: Bill) -> int:
    """Give what public payers and the hospital leave to the patient's side."""
    return bill.total - bill.hospital - bill.borne_by(public=True)


def _slot_problems(bill: Bill, slot: str) -> set[Code]:
    its = bill.payers.get(slot)
    if its is None:
        return wrong((len(bill.payers) >= PAYERS_MAX, Code.TOO_MANY))
    return wrong(
        (its.state in {"filed", "decided"}, Code.CLAIM_OPEN),
        (its.state in {"paid", "recovered"}, Code.CLAIM_PAID),
    )


@moves(lambda op: op.claim)
def decide_claim(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    if claim is None:
        return {Code.NOT_FOUND}
    total = sum(op.amounts)
    limit = who.role == "office" and total > model.params.auto_decide_fen
    found = wrong((claim.slot == "aid", Code.WRONG_STATE), (limit, Code.OFFICE_LIMIT))
    return _decide(model, who, op, (claim, found))


@moves(lambda op: op.application)
def decide_assistance(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.application)
    if claim is None:
        return {Code.NOT_FOUND}
    return _decide(model, who, op, (claim, wrong((claim.slot != "aid", Code.WRONG_STATE))))


def _decide(model: Model, who: Who, op: Any, about: tuple[Claim, set[Code]]) -> set[Code]:
    claim, found = about
    total = sum(op.amounts)
    found |= step_problems(claim, who) | wrong(
        (claim.state == "decided", Code.ALREADY_DECIDED),
        (is_supplement_open(model, claim), Code.SUPPLEMENT_OPEN),
        (claim.is_appealed and who.key in claim.deciders, Code.SAME_KEY),
        (total > FEN_MAX, Code.AMOUNT_OUT_OF_RANGE),
        (len(op.amounts) != len(claim.bills), Code.AMOUNT_DIFFERS),
    )
    if len(op.amounts) != len(claim.bills):
        return found
    refs = [ref for ref, _ in claim.bills]
    asked_and_given = list(zip(refs, claim.asked, op.amounts, strict=True))
    for ref, asked, amount in asked_and_given:
        found |= wrong((amount > asked, Code.AMOUNT_DIFFERS))
        if amount or asked:
            found |= room_problems(model, model.state.bills[ref], claim.slot, amount)
    if found:
        return found
    claim.amounts, claim.decided_by = list(op.amounts), who.key
    claim.deciders.append(who.key)
    claim.state = "decided" if total else after(claim, "refused")
    claim.expires_ms = model.now_ms + model.params.payment_ms
    for ref, asked, amount in asked_and_given:
        if asked:
            payer = model.state.bills[ref].payers[claim.slot]
            payer.state, payer.reserved = claim.state, amount
    return found


def after(claim: Claim, state: str) -> str:
    """Give where a claim stands when a round ends without money: what was paid stays paid."""
    return "paid" if sum(claim.payouts) else state


def is_supplement_open(model: Model, claim: Claim) -> bool:
    until_ms = claim.supplement_until_ms
    return until_ms is not None and model.now_ms < until_ms


def step_problems(claim: Claim, who: Who) -> set[Code]:
    """Say why a payer may do nothing with a claim."""
    return wrong(
        (claim.payer != who.name, Code.NOT_A_PARTY),
        (not claim.is_open, Code.CLAIM_CLOSED),
    )


def room_problems(model: Model, bill: Bill, slot: str, amount: int) -> set[Code]:
    """Say which of the limits on reimbursement an amount would break."""
    private, public = bill.borne_by(public=False), bill.borne_by(public=True)
    room = bill.total - bill.hospital
    is_public = slot in {"medicare", "aid"}
    return wrong(
        (private + public + amount > room, Code.OVER_TOTAL),
        (not is_public and private + amount > room - public, Code.OVER_PRIVATE_SHARE),
        (not is_public and not is_public_final(model, bill), Code.PUBLIC_NOT_FINAL),
    )


def is_public_final(model: Model, bill: Bill) -> bool:
    """Say whether no public payer can bear more than it has said."""
    its, aid = bill.payers.get("medicare"), bill.payers.get("aid")
    if aid is not None and aid.state == "filed":
        return False
    if its is not None and its.state not in {"filed", "withdrawn"}:
        return True
    if its is not None and its.state == "filed":
        return False
    if bill.position == PublicPosition.NONE:
        return model.now_ms > bill.issued_ms + model.params.public_dispute_ms
    return model.now_ms > filing_ends_ms(model, bill)


def filing_ends_ms(model: Model, bill: Bill) -> int:
    return bill.issued_ms + model.params.filing_days * DAY_MS


@moves(lambda op: op.claim)
def pay_claim(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    if claim is None:
        return {Code.NOT_FOUND}
    is_over = who.role == "office" and op.amount_fen > model.params.auto_pay_fen
    found = step_problems(claim, who) | wrong(
        (claim.state == "filed", Code.NOT_DECIDED),
        (claim.amounts and op.amount_fen != sum(claim.amounts), Code.AMOUNT_DIFFERS),
        (is_over, Code.OFFICE_LIMIT),
        (who.role != "office" and claim.decided_by == who.key, Code.SAME_KEY),
    )
    if not found:
        claim.state = "paid"
        for index, (ref, _) in enumerate(claim.bills):
            amount = claim.amounts[index]
            claim.payouts[index] += amount
            if claim.asked[index]:
                payer = model.state.bills[ref].payers[claim.slot]
                payer.state, payer.reserved = "paid", 0
                payer.paid += amount
    return found


@moves(lambda op: op.claim)
def withdraw_claim(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    if claim is None:
        return unconfirmed(model, who) | {Code.NOT_FOUND}
    found = unconfirmed(model, who) | wrong(
        (claim.account != who.account, Code.NOT_A_PARTY),
        (claim.state == "decided", Code.ALREADY_DECIDED),
        (claim.state not in {"filed", "decided"}, Code.CLAIM_CLOSED),
    )
    if not found:
        end_claim(model, claim, "withdrawn")
    return found


@moves(lambda op: op.claim)
def release_expired(model: Model, who: Who, op: Any) -> set[Code]:
    claim = model.state.claims.get(op.claim)
    if claim is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (claim.state not in {"filed", "decided"}, Code.CLAIM_CLOSED),
        (model.now_ms < claim.expires_ms, Code.NOT_EXPIRED),
        (is_supplement_open(model, claim), Code.SUPPLEMENT_OPEN),
    )
    if not found:
        end_claim(model, claim, "expired")
    return found


def end_claim(model: Model, claim: Claim, state: str) -> None:
    claim.state = after(claim, state)
    for (ref, _), asked in zip(claim.bills, claim.asked, strict=True):
        if asked:
            payer = model.state.bills[ref].payers[claim.slot]
            payer.state, payer.reserved = claim.state, 0

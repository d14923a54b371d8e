"""The further axes of a bill: owner, void, paper, refund, as domain.md section 3 says."""

from typing import Any

from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive.model import Model, Who, moves, wrong
from tests.naive.rules_bills import PAYMENTS_MAX, release_settlement, standing_problems


@moves(lambda op: op.bill)
def bind_bill(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    settlement = model.state.settlements.get(bill.settlement or b"")
    is_bureau = who.kind == "medicare" and (settlement is None or settlement.bureau == who.name)
    found = standing_problems(bill) | wrong(
        (who.name != bill.issuer and not is_bureau, Code.NOT_A_PARTY),
        (bill.owner is not None, Code.OWNER_SET),
    )
    if not found:
        bill.owner, bill.binder = op.owner, who.name
    return found


@moves(lambda op: op.bill)
def void_bill(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    found = standing_problems(bill) | wrong(
        (bill.issuer != who.name, Code.NOT_A_PARTY),
        (bill.supervisor is not None, Code.ALREADY_SUPERVISED),
    )
    if not found:
        bill.is_voided, bill.voided_ms = True, model.now_ms
        release_settlement(model, bill)
    return found


@moves(lambda op: op.bill)
def exchange_paper(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    found = standing_problems(bill) | wrong(
        (bill.issuer != who.name, Code.NOT_A_PARTY),
        (bill.supervisor is None, Code.NOT_SUPERVISED),
        (bill.announced_by is not None, Code.REVERSAL_ANNOUNCED),
        (bill.paper != "none", Code.PAPER_EXCHANGED),
        (bill.has_open_claim, Code.CLAIM_OPEN),
    )
    if not found:
        bill.paper = "out"
    return found


@moves(lambda op: op.bill)
def recall_paper(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (bill.issuer != who.name, Code.NOT_A_PARTY),
        (bill.paper != "out", Code.NO_PAPER_OUT),
    )
    if not found:
        bill.paper = "recalled"
    return found


@moves(lambda op: op.bill)
def record_refund(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (bill.is_red, Code.RED_BILL),
        (bill.issuer != who.name, Code.NOT_A_PARTY),
        (not bill.is_taken_back, Code.NOT_REVERSED),
        (bill.refunded + op.amount_fen > bill.paid, Code.REFUND_TOO_HIGH),
        (bill.refunds >= PAYMENTS_MAX, Code.TOO_MANY),
    )
    if not found:
        bill.refunded += op.amount_fen
        bill.refunds += 1
    return found

"""Numbers, bills, payments, settlements, as domain.md sections 3 and 5 say."""

from typing import Any

from ledgerd.ledger.fields import BillRef, PublicPosition
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive import days
from tests.naive.model import (
    Model,
    Who,
    creates,
    has_duplicates,
    moves,
    named,
    ref_of,
    takes,
    wrong,
)
from tests.naive.objects import Bill, Payer, Range, Settlement, Span

PAYMENTS_MAX = 32
LEVELS_MAX = 3  # province, city, hospital


@creates("range", lambda op: op.code)
def allot_numbers(model: Model, who: Who, op: Any) -> set[Code]:
    state, last = model.state, op.first + op.count - 1
    holder = state.members.get(op.holder)
    found = wrong(
        (holder is None or holder.kind not in {"finance", "hospital"}, Code.UNKNOWN_INSTITUTION),
        (last > 9_999_999_999, Code.NUMBER_OUT_OF_RANGE),
        (not op.code.startswith(model.params.region), Code.NUMBER_OUT_OF_RANGE),
    )
    level = 1
    if op.parent is None:
        authority, span = state.codes.get(op.code, (who.name, Span(0)))
        found |= wrong((authority != who.name, Code.NOT_A_PARTY))
    else:
        parent = state.ranges.get((op.code, op.parent))
        if parent is None:
            return found | {Code.NOT_FOUND}
        span, level = parent.span, parent.level + 1
        found |= wrong(
            (parent.holder != who.name, Code.RANGE_NOT_HELD),
            (op.first < parent.first or last > parent.last, Code.RANGE_OVERLAPS),
            (op.first <= parent.used, Code.NUMBERS_USED),
            (level > LEVELS_MAX, Code.NESTED_TOO_DEEP),
        )
    found |= wrong((not span.is_free(op.first, last), Code.RANGE_OVERLAPS))
    if not found:
        if op.parent is None:
            state.codes[op.code] = (who.name, span)
        span.take(op.first, last)
        key = (op.code, ref_of(who, op.client_ref))
        own = Span(op.first)
        state.ranges[key] = Range(op.holder, op.first, last, own, span, level)
    return found


@creates("return", lambda op: op.code)
def return_numbers(model: Model, who: Who, op: Any) -> set[Code]:
    its = model.state.ranges.get((op.code, op.range_id))
    if its is None:
        return {Code.NOT_FOUND}
    is_used = op.first <= its.used or not its.first <= op.first <= its.last
    found = wrong(
        (its.holder != who.name, Code.RANGE_NOT_HELD),
        (is_used or op.first < its.span.next, Code.NUMBERS_USED),
    )
    if not found:
        its.parent.give_back(op.first, its.last)
        its.last = op.first - 1
    return found


def number_problems(model: Model, who: Who, bill: BillRef, range_id: bytes) -> set[Code]:
    """Say what is wrong with taking a number out of a range."""
    its = model.state.ranges.get((bill.code, range_id))
    found = wrong((bill in model.state.bills, Code.NUMBER_TAKEN))
    if its is None:
        return found | {Code.NOT_FOUND}
    return found | wrong(
        (its.holder != who.name or its.was_handed_on, Code.RANGE_NOT_HELD),
        (not its.first <= int(bill.number) <= its.last, Code.NUMBER_OUT_OF_RANGE),
    )


def use_number(model: Model, bill: BillRef, range_id: bytes) -> None:
    its = model.state.ranges[bill.code, range_id]
    its.used = max(its.used, int(bill.number))


@takes("bill", lambda op: op.bill)
def issue_bill(model: Model, who: Who, op: Any) -> set[Code]:
    found = number_problems(model, who, op.bill, op.range_id)
    is_settled = op.public is PublicPosition.SETTLED
    found |= wrong(
        (not days.is_recent(op.issue_date, model.now_ms), Code.BAD_DATE),
        (is_settled != (op.settlement is not None), Code.PUBLIC_POSITION_WRONG),
        (op.public_fen > 0 and op.settlement is None, Code.PUBLIC_POSITION_WRONG),
        (op.public_fen > op.total_fen, Code.PUBLIC_POSITION_WRONG),
    )
    settlement, hospital_part = None, 0
    if op.settlement is not None:
        settlement = model.state.settlements.get(op.settlement)
        if settlement is None:
            return found | {Code.NOT_FOUND}
        found |= _settlement_problems(settlement, who, op)
        hospital_part = settlement.hospital_part
    if found:
        return found
    bill = Bill(
        issuer=who.name,
        is_red=False,
        date=op.issue_date,
        issued_ms=model.now_ms,
        total=op.total_fen,
        public=op.public_fen,
        hospital=hospital_part,
        position=int(op.public),
        owner=op.owner,
        settlement=op.settlement,
    )
    if settlement is not None:
        settlement.state = "consumed"
        bill.payers["medicare"] = Payer("paid", paid=op.public_fen)
    model.state.bills[op.bill] = bill
    use_number(model, op.bill, op.range_id)
    return found


def _settlement_problems(settlement: Settlement, who: Who, op: Any) -> set[Code]:
    differs = (settlement.hospital, settlement.total, settlement.public) != (
        who.name,
        op.total_fen,
        op.public_fen,
    )
    return wrong(
        (settlement.state != "open", Code.SETTLEMENT_NOT_OPEN),
        (differs, Code.SETTLEMENT_DIFFERS),
    )


def standing_problems(bill: Bill) -> set[Code]:
    """Say why nothing more may happen to a bill."""
    return wrong(
        (bill.is_red, Code.RED_BILL),
        (bill.is_taken_back, Code.REVERSED),
        (bill.erased, Code.ERASED),
    )


@moves(lambda op: op.bill)
def record_payment(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    found = standing_problems(bill) | wrong(
        (bill.issuer != who.name, Code.NOT_A_PARTY),
        (bill.paid + op.amount_fen > bill.due, Code.PAYMENT_TOO_HIGH),
        (bill.payments >= PAYMENTS_MAX, Code.TOO_MANY),
    )
    if not found:
        bill.paid += op.amount_fen
        bill.payments += 1
    return found


@moves(lambda op: op.bill)
def countersign(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (bill.supervisor is not None, Code.ALREADY_SUPERVISED),
        (bill.is_taken_back, Code.REVERSED),
    )
    if not found:
        bill.supervisor = who.name
    return found


@moves(lambda op: op.bill)
def announce_reversal(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    found = standing_problems(bill) | wrong(
        (bill.issuer != who.name, Code.NOT_A_PARTY),
        (bill.supervisor is None, Code.NOT_SUPERVISED),
        (bill.announced_by is not None, Code.REVERSAL_ANNOUNCED),
    )
    if not found:
        bill.announced_by = who.key
    return found


@takes("bill", lambda op: op.red)
def reverse_bill(model: Model, who: Who, op: Any) -> set[Code]:
    found = number_problems(model, who, op.red, op.range_id)
    found |= wrong((not days.is_recent(op.issue_date, model.now_ms), Code.BAD_DATE))
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return found | {Code.NOT_FOUND}
    found |= standing_problems(bill) | _reversal_problems(model, who, bill)
    if found:
        return found
    bill.is_reversed, bill.related, bill.reversed_ms = True, op.red, model.now_ms
    use_number(model, op.red, op.range_id)
    release_settlement(model, bill)
    model.state.bills[op.red] = Bill(
        issuer=who.name,
        is_red=True,
        date=op.issue_date,
        issued_ms=model.now_ms,
        total=bill.total,
        public=bill.public,
        hospital=bill.hospital,
        position=bill.position,
        owner=op.owner,
        settlement=bill.settlement,
        related=op.bill,
    )
    return found


def release_settlement(model: Model, bill: Bill) -> None:
    """Free what a settlement at the counter bore of a bill that is taken back."""
    if bill.settlement is not None:
        model.state.settlements[bill.settlement].state = "released"
        its = bill.payers["medicare"]
        its.paid, its.state = 0, "recovered"


def _reversal_problems(model: Model, who: Who, bill: Bill) -> set[Code]:
    held = any(p.paid or p.reserved for p in bill.payers.values() if p.claim is not None)
    needs_two = bill.total > model.params.four_eyes_fen
    return wrong(
        (bill.issuer != who.name, Code.NOT_A_PARTY),
        (bill.announced_by is None and bill.was_filed, Code.NOT_ANNOUNCED),
        (bill.has_open_claim, Code.CLAIM_OPEN),
        (bill.is_entered, Code.ENTERED),
        (bill.paper == "out", Code.PAPER_OUT),
        (held, Code.SOMETHING_PAID),
        (needs_two and bill.announced_by in {None, who.key}, Code.FOUR_EYES),
    )


@creates("settlement", lambda op: op.date)
def settle(model: Model, who: Who, op: Any) -> set[Code]:
    hospital = model.state.members.get(op.hospital)
    public = sum(share.amount_fen for share in op.funds)
    position = ("position", who.name, op.position)
    found = wrong(
        (hospital is None or hospital.kind != "hospital", Code.UNKNOWN_INSTITUTION),
        (not days.is_recent(op.date, model.now_ms), Code.BAD_DATE),
        (has_duplicates(share.fund for share in op.funds), Code.DUPLICATE_ITEM),
        (public + op.account_fen + op.hospital_fen > op.total_fen, Code.AMOUNT_OUT_OF_RANGE),
        (position in model.state.tokens, Code.POSITION_TAKEN),
    )
    if not found:
        model.state.tokens.add(position)
        key = named(b"s", who.name, op.date, ref_of(who, op.client_ref))
        model.state.settlements[key] = Settlement(
            who.name, op.hospital, op.total_fen, public, op.hospital_fen, model.now_ms
        )
    return found


@moves(lambda op: op.settlement)
def reverse_settle(model: Model, who: Who, op: Any) -> set[Code]:
    settlement = model.state.settlements.get(op.settlement)
    position = ("position", who.name, op.position)
    if settlement is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (settlement.bureau != who.name, Code.NOT_A_PARTY),
        (settlement.state == "consumed", Code.SETTLEMENT_CONSUMED),
        (settlement.state == "reversed", Code.SETTLEMENT_NOT_OPEN),
        (position in model.state.tokens, Code.POSITION_TAKEN),
    )
    if not found:
        settlement.state, settlement.reversed_ms = "reversed", model.now_ms
        model.state.tokens.add(position)
    return found

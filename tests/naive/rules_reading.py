"""Consent, delivery of keys, reports and entries, as domain.md sections 3 and 4 say."""

from dataclasses import dataclass
from typing import Any

from ledgerd.ledger.fields import Purpose
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive.model import Model, Who, creates, moves, ref_of, wrong
from tests.naive.objects import Bill, Delivery, Grant, Payer, Report
from tests.naive.rules_bills import standing_problems
from tests.naive.rules_claims import PAYERS_MAX, room_problems
from tests.naive.rules_patients import owner_problems, unconfirmed

FACE, LINES = 1, 2


@dataclass
class Entry:
    """A bill in the accounts of a unit."""

    finance: str
    is_revoked: bool = False


@creates("grant", lambda op: op.bill)
def grant_access(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    found = unconfirmed(model, who) | wrong(
        (op.reader not in model.state.members, Code.UNKNOWN_INSTITUTION),
        (op.until_ms <= model.now_ms, Code.GRANT_EXPIRED),
    )
    if bill is None:
        return found | {Code.NOT_FOUND}
    found |= owner_problems(bill, op, who.account)
    found |= wrong((bill.erased & op.parts, Code.ERASED))
    if not found:
        key = (op.bill, ref_of(who, op.client_ref))
        grant = Grant(who.account, op.reader, op.parts, op.until_ms, int(op.purpose))
        model.state.grants[key] = grant
    return found


@moves(lambda op: (op.bill, op.grant))
def revoke_access(model: Model, who: Who, op: Any) -> set[Code]:
    grant = model.state.grants.get((op.bill, op.grant))
    found = unconfirmed(model, who)
    if grant is None:
        return found | {Code.NOT_FOUND}
    found |= wrong(
        (grant.account != who.account, Code.NOT_A_PARTY),
        (not grant.is_in_force(model.now_ms), Code.GRANT_EXPIRED),
    )
    if not found:
        grant.is_revoked = True
    return found


@creates("delivery", lambda op: op.bill)
def deliver_key(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    held, found = parts_read(model, who, op.bill, op.own_delivery)
    grant = model.state.grants.get((op.bill, op.grant))
    report = model.state.reports.get((op.bill, op.report))
    found |= wrong(
        (op.grant is not None and grant is None, Code.NOT_FOUND),
        (op.report is not None and report is None, Code.NOT_FOUND),
        (op.grant is not None and op.report is not None, Code.DUPLICATE_ITEM),
        (grant and not grant.is_in_force(model.now_ms), Code.GRANT_EXPIRED),
        (report and report.is_answered, Code.WRONG_STATE),
        (op.grant is None and op.report is None and bill.owner is None, Code.NOT_THE_OWNER),
    )
    parts, reader = held, None
    if grant is not None:
        parts, reader = grant.parts, grant.reader
    elif report is not None:
        parts, reader = report.parts, report.reader
    found |= wrong(
        (not held or parts & ~held, Code.SCOPE_NOT_HELD), (bill.erased & parts, Code.ERASED)
    )
    if not found:
        key = (op.bill, ref_of(who, op.client_ref))
        model.state.deliveries[key] = Delivery(reader, parts, op.grant)
        if report is not None:
            report.is_answered = True
    return found


def parts_read(
    model: Model, who: Who, ref: Any, own_delivery: bytes | None
) -> tuple[int, set[Code]]:
    """Give the parts that an institution reads, by its office or by the delivery it names."""
    bill, parts = model.state.bills[ref], 0
    if who.name in {bill.issuer, bill.binder if _is_bureau(model, bill.binder) else None}:
        parts = FACE | LINES
    settlement = model.state.settlements.get(bill.settlement or b"")
    if settlement is not None and settlement.bureau == who.name:
        parts = FACE | LINES
    if who.name == bill.supervisor:
        parts |= FACE
    if own_delivery is None:
        return parts, set()
    own = model.state.deliveries.get((ref, own_delivery))
    if own is None:
        return parts, {Code.NOT_FOUND}
    grant = model.state.grants.get((ref, own.grant))
    is_over = grant is not None and not grant.is_in_force(model.now_ms)
    return parts | own.parts, wrong(
        (own.reader != who.name, Code.SCOPE_NOT_HELD), (is_over, Code.GRANT_EXPIRED)
    )


def _is_bureau(model: Model, name: str | None) -> bool:
    return name is not None and model.state.members[name].kind == "medicare"


@creates("report", lambda op: op.bill)
def report_unreadable(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    if bill is None:
        return {Code.NOT_FOUND}
    authority, _ = model.state.codes[op.bill.code]
    held, found = parts_read(model, who, op.bill, op.own_delivery)
    if who.name == authority:
        held |= FACE
    if who.kind == "medicare" and bill.settlement is None:
        held |= FACE | LINES
    found |= wrong((bill.issuer == who.name, Code.NOT_A_PARTY), (not held, Code.SCOPE_NOT_HELD))
    if not found:
        key = (op.bill, ref_of(who, op.client_ref))
        model.state.reports[key] = Report(who.name, held)
    return found


@creates("entry", lambda op: op.bill)
def enter_bill(model: Model, who: Who, op: Any) -> set[Code]:
    bill = model.state.bills.get(op.bill)
    grant = model.state.grants.get((op.bill, op.grant))
    if bill is None or grant is None:
        return {Code.NOT_FOUND}
    found = standing_problems(bill) | wrong(
        (grant.reader != who.name, Code.SCOPE_NOT_HELD),
        (grant.purpose != Purpose.ENTRY, Code.PURPOSE_DIFFERS),
        (not grant.is_in_force(model.now_ms), Code.GRANT_EXPIRED),
        (bill.supervisor is None, Code.NOT_SUPERVISED),
        (bill.announced_by is not None, Code.REVERSAL_ANNOUNCED),
        ("employer" in bill.payers, Code.ALREADY_ENTERED),
        (len(bill.payers) >= PAYERS_MAX, Code.TOO_MANY),
    )
    found |= room_problems(model, bill, "employer", op.amount_fen) - {Code.PUBLIC_NOT_FINAL}
    if not found:
        bill.payers["employer"] = Payer("paid", paid=op.amount_fen)
        model.state.of("entry")[op.bill, ref_of(who, op.client_ref)] = Entry(who.name)
    return found


@moves(lambda op: (op.bill, op.entry))
def revoke_entry(model: Model, who: Who, op: Any) -> set[Code]:
    entry = model.state.of("entry").get((op.bill, op.entry))
    if entry is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (entry.finance != who.name, Code.NOT_A_PARTY),
        (entry.is_revoked, Code.ENTRY_REVOKED),
    )
    if not found:
        entry.is_revoked = True
        its = _bill(model, op).payers["employer"]
        its.paid, its.state = 0, "recovered"
    return found


def _bill(model: Model, op: Any) -> Bill:
    return model.state.bills[op.bill]

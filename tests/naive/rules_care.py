"""Visits, prescriptions, erasure, audit anchors, as domain.md sections 4 and 8 say."""

from dataclasses import dataclass, field
from typing import Any

from ledgerd.chain.params import DAY_MS
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
from tests.naive.rules_patients import owner_problems, unconfirmed

KEEPERS_MAX = 64
LINES = 2


@dataclass
class Visit:
    """A visit to a hospital."""

    hospital: str
    commitment: bytes
    state: str


@dataclass
class Prescription:
    """What may be dispensed how often."""

    times: int
    until_ms: int
    dispensed: int = 0


@dataclass
class Erasure:
    """Parts of bills that shall go; who must approve and who did."""

    needs: set[str]
    parts: dict[Any, int]
    approved: set[str] = field(default_factory=set)
    keepers: set[str] = field(default_factory=set)


def bad_day(model: Model, op: Any) -> set[Code]:
    return wrong((not days.is_recent(op.date, model.now_ms), Code.BAD_DATE))


@creates("visit", lambda op: op.date)
def book_visit(model: Model, who: Who, op: Any) -> set[Code]:
    found = bad_day(model, op)
    if not found:
        key = named(b"v", who.name, op.date, ref_of(who, op.client_ref))
        model.state.of("visit")[key] = Visit(who.name, op.visit, "booked")
    return found


@takes("visit", lambda op: op.date if op.booked is None else ("registration", op.booked))
def register_visit(model: Model, who: Who, op: Any) -> set[Code]:
    found = bad_day(model, op) | _presence_problems(model, who, op)
    if op.booked is None:
        if not found:
            key = named(b"v", who.name, op.date, ref_of(who, op.client_ref))
            model.state.of("visit")[key] = Visit(who.name, op.visit, "registered")
        return found
    visit = model.state.of("visit").get(op.booked)
    if visit is None:
        return found | {Code.NOT_FOUND}
    found |= wrong(
        (visit.hospital != who.name, Code.NOT_A_PARTY),
        (visit.state in {"cancelled", "completed"}, Code.VISIT_CLOSED),
        (visit.state == "registered", Code.ALREADY_REGISTERED),
        (visit.commitment != op.visit, Code.VISIT_DIFFERS),
    )
    if not found:
        visit.state = "registered"
    return found


def _presence_problems(model: Model, who: Who, op: Any) -> set[Code]:
    if op.presence is None:
        return set()
    presence = model.state.of("presence").get(op.presence)
    if presence is None:
        return {Code.NOT_FOUND}
    differs = presence.institution != who.name or presence.visit not in {None, op.visit}
    return wrong(
        (differs, Code.PRESENCE_DIFFERS),
        (presence.is_stale(model), Code.PRESENCE_STALE),
    )


def _own_visit(model: Model, who: Who, key: bytes) -> tuple[Visit | None, set[Code]]:
    visit = model.state.of("visit").get(key)
    if visit is None:
        return None, {Code.NOT_FOUND}
    return visit, wrong((visit.hospital != who.name, Code.NOT_A_PARTY))


@moves(lambda op: op.visit)
def cancel_visit(model: Model, who: Who, op: Any) -> set[Code]:
    visit, found = _own_visit(model, who, op.visit)
    if visit is None:
        return found
    found |= wrong((visit.state in {"cancelled", "completed"}, Code.VISIT_CLOSED))
    if not found:
        visit.state = "cancelled"
    return found


@moves(lambda op: op.visit)
def complete_visit(model: Model, who: Who, op: Any) -> set[Code]:
    visit, found = _own_visit(model, who, op.visit)
    if visit is None:
        return found
    found |= wrong(
        (visit.state in {"cancelled", "completed"}, Code.VISIT_CLOSED),
        (visit.state == "booked", Code.VISIT_NOT_REGISTERED),
    )
    if not found:
        visit.state = "completed"
    return found


@creates("prescription", lambda op: op.date)
def prescribe(model: Model, who: Who, op: Any) -> set[Code]:
    visit, found = _own_visit(model, who, op.visit)
    found |= bad_day(model, op) | wrong((op.until_ms <= model.now_ms, Code.PRESCRIPTION_OVER))
    if visit is None:
        return found
    found |= wrong(
        (visit.state == "cancelled", Code.VISIT_CLOSED),
        (visit.state == "booked", Code.VISIT_NOT_REGISTERED),
    )
    if not found:
        key = named(b"r", who.name, op.date, ref_of(who, op.client_ref))
        model.state.of("prescription")[key] = Prescription(op.times, op.until_ms)
    return found


@moves(lambda op: op.prescription)
def dispense_prescription(model: Model, who: Who, op: Any) -> set[Code]:
    its = model.state.of("prescription").get(op.prescription)
    if its is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (model.now_ms >= its.until_ms, Code.PRESCRIPTION_OVER),
        (its.dispensed >= its.times, Code.ALL_DISPENSED),
    )
    if not found:
        its.dispensed += 1
    return found


@creates("anchor", lambda op: op.date)
def anchor_audit(model: Model, who: Who, op: Any) -> set[Code]:
    return bad_day(model, op)


@creates("erasure", lambda op: (op.authority, op.date))
def request_erasure(model: Model, who: Who, op: Any) -> set[Code]:
    authority = model.state.members.get(op.authority)
    found = (unconfirmed(model, who) | bad_day(model, op)) | wrong(
        (authority is None or authority.kind != "finance", Code.UNKNOWN_INSTITUTION),
        (has_duplicates(item.bill for item in op.items), Code.DUPLICATE_ITEM),
    )
    for item in op.items:
        bill = model.state.bills.get(item.bill)
        if bill is None:
            found |= {Code.NOT_FOUND}
            continue
        found |= owner_problems(bill, item, who.account) | wrong(
            (model.state.codes[item.bill.code][0] != op.authority, Code.NOT_A_PARTY),
            (bill.erased & item.parts, Code.ERASED),
        )
    if not found:
        key = named(b"e", op.authority, op.date, ref_of(who, op.client_ref))
        parts = {item.bill: int(item.parts) for item in op.items}
        has_lines = any(each & LINES for each in parts.values())
        registrar = model.state.accounts[who.account].registrar
        needs = {op.authority, registrar} if has_lines else {op.authority}
        model.state.of("erasure")[key] = Erasure(needs, parts)
    return found


@moves(lambda op: op.erasure)
def approve_erasure(model: Model, who: Who, op: Any) -> set[Code]:
    erasure = model.state.of("erasure").get(op.erasure)
    if erasure is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (who.name not in erasure.needs, Code.NOT_A_PARTY),
        (who.name in erasure.approved, Code.ALREADY_APPROVED),
        (erasure.needs <= erasure.approved, Code.ALREADY_APPROVED),
    )
    for ref in erasure.parts:
        bill = model.state.bills[ref]
        kept_until_ms = bill.issued_ms + model.params.retention_days * DAY_MS
        is_kept = model.now_ms <= kept_until_ms
        found |= wrong(
            (op.order is None and is_kept, Code.RETENTION_NOT_OVER),
            (bill.has_open_claim, Code.CLAIM_OPEN),
            (bill.cases_open, Code.CASE_OPEN),
        )
    if found:
        return found
    erasure.approved.add(who.name)
    if erasure.needs <= erasure.approved:
        for ref, parts in erasure.parts.items():
            _erase(model, ref, parts)
    return found


def _erase(model: Model, ref: Any, parts: int) -> None:
    bill = model.state.bills[ref]
    bill.erased |= parts
    if bill.related is not None:
        model.state.bills[bill.related].erased |= parts


@moves(lambda op: op.erasure)
def confirm_erased(model: Model, who: Who, op: Any) -> set[Code]:
    erasure = model.state.of("erasure").get(op.erasure)
    if erasure is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (not erasure.needs <= erasure.approved, Code.ERASURE_NOT_APPROVED),
        (who.name in erasure.keepers, Code.ALREADY_CONFIRMED_ERASED),
        (len(erasure.keepers) >= KEEPERS_MAX, Code.TOO_MANY),
    )
    if not found:
        erasure.keepers.add(who.name)
    return found

"""Closed days and months, and bills that are written off, as domain.md sections 3 to 5 say.

The ledger keeps running sums; the model keeps none and counts its bills and settlements again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ledgerd.ledger.book_operations import WriteOffStep
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive import days
from tests.naive.model import (
    Model,
    State,
    Who,
    creates,
    has_duplicates,
    moves,
    named,
    ref_of,
    wrong,
)
from tests.naive.objects import Bill

Counted = tuple[int, int]  # how many, and how many fen


@dataclass
class Request:
    """Bills that a hospital wants to write off."""

    hospital: str
    bills: tuple[Any, ...]
    state: str = "requested"
    decided_ms: int = 0


def _sum(amounts: Iterable[int]) -> Counted:
    each = list(amounts)
    return len(each), sum(each)


def _is_on(day: int, time_ms: int | None) -> bool:
    return time_ms is not None and days.day_of(time_ms) == day


def day_sums(state: State, issuer: str, day: int) -> tuple[Counted, Counted, Counted]:
    """Count what an issuer issued, voided and reversed in the blocks of a day."""
    own = [bill for bill in state.bills.values() if bill.issuer == issuer]
    return (
        _sum(b.total for b in own if not b.is_red and _is_on(day, b.issued_ms)),
        _sum(b.total for b in own if _is_on(day, b.voided_ms)),
        _sum(b.total for b in own if _is_on(day, b.reversed_ms)),
    )


def month_sums(state: State, bureau: str, hospital: str, month: int) -> tuple[Counted, Counted]:
    """Count what a bureau settled and took back with a hospital in the blocks of a month."""
    own = [
        its
        for its in state.settlements.values()
        if (its.bureau, its.hospital) == (bureau, hospital)
    ]
    return (
        _sum(s.public for s in own if days.day_of(s.made_ms) // 100 == month),
        _sum(
            s.public
            for s in own
            if s.reversed_ms is not None and days.day_of(s.reversed_ms) // 100 == month
        ),
    )


def _named(*sums: Any) -> tuple[Counted, ...]:
    return tuple((its.count, its.amount_fen) for its in sums)


def _is_no_hospital(model: Model, name: str) -> bool:
    member = model.state.members.get(name)
    return member is None or member.kind != "hospital"


@moves(lambda op: op.date)
def report_totals(model: Model, who: Who, op: Any) -> set[Code]:
    reported = model.state.of("reported")
    differs = _named(op.issued, op.voided, op.reversed) != day_sums(model.state, who.name, op.date)
    found = wrong(
        (days.read(op.date) is None, Code.BAD_DATE),
        (op.date >= days.day_of(model.now_ms), Code.PERIOD_NOT_OVER),
        ((who.name, op.date) in reported, Code.ALREADY_REPORTED),
        (differs, Code.TOTALS_DIFFER),
    )
    if not found:
        reported[who.name, op.date] = who.key
    return found


@moves(lambda op: (op.issuer, op.date))
def attest_totals(model: Model, who: Who, op: Any) -> set[Code]:
    day, attested = (op.issuer, op.date), model.state.of("attested")
    found = wrong(
        (_is_no_hospital(model, op.issuer), Code.UNKNOWN_INSTITUTION),
        (day not in model.state.of("reported"), Code.NOT_REPORTED),
        (day in attested, Code.ALREADY_ATTESTED),
    )
    if not found:
        attested[day] = who.name
    return found


@moves(lambda op: (op.hospital, op.month))
def attest_clearing(model: Model, who: Who, op: Any) -> set[Code]:
    cleared, month = model.state.of("cleared"), (who.name, op.hospital, op.month)
    differs = _named(op.settled, op.reversed) != month_sums(model.state, *month)
    found = wrong(
        (_is_no_hospital(model, op.hospital), Code.UNKNOWN_INSTITUTION),
        (days.read(op.month * 100 + 1) is None, Code.BAD_DATE),
        (op.month >= days.day_of(model.now_ms) // 100, Code.PERIOD_NOT_OVER),
        (month in cleared, Code.ALREADY_ATTESTED),
        (differs, Code.TOTALS_DIFFER),
    )
    if not found:
        cleared[month] = who.key
    return found


def _unready(model: Model, bill: Bill) -> set[Code]:
    """Say why a bill cannot be written off."""
    day = (bill.issuer, days.day_of(bill.issued_ms))
    is_announced = bill.announced_by is not None and not bill.is_reversed
    return wrong(
        (bill.file != "open", Code.ALREADY_WRITTEN_OFF),
        (day not in model.state.of("attested"), Code.NOT_ATTESTED),
        (bill.has_open_claim, Code.CLAIM_OPEN),
        (bill.cases_open, Code.CASE_OPEN),
        (is_announced, Code.REVERSAL_ANNOUNCED),
    )


@creates("write off", lambda op: op.date)
def request_write_off(model: Model, who: Who, op: Any) -> set[Code]:
    found = wrong(
        (not days.is_recent(op.date, model.now_ms), Code.BAD_DATE),
        (has_duplicates(op.bills), Code.DUPLICATE_ITEM),
    )
    for ref in op.bills:
        bill = model.state.bills.get(ref)
        if bill is None:
            found |= {Code.NOT_FOUND}
        else:
            found |= wrong((bill.issuer != who.name, Code.NOT_A_PARTY)) | _unready(model, bill)
    if not found:
        key = named(b"w", who.name, op.date, ref_of(who, op.client_ref))
        model.state.of("write off")[key] = Request(who.name, op.bills)
    return found


@moves(lambda op: (op.write_off, op.step))
def approve_write_off(model: Model, who: Who, op: Any) -> set[Code]:
    request = model.state.of("write off").get(op.write_off)
    if request is None:
        return {Code.NOT_FOUND}
    bills = [model.state.bills[ref] for ref in request.bills]
    if op.step == WriteOffStep.ARCHIVE:
        return _archive(model, request, bills)
    found = wrong((request.state != "requested", Code.WRONG_STATE))
    if op.step == WriteOffStep.APPROVE:
        for bill in bills:
            found |= _unready(model, bill)
    if found:
        return found
    request.decided_ms, request.state = model.now_ms, "refused"
    if op.step == WriteOffStep.APPROVE:
        request.state = "approved"
        for bill in bills:
            bill.file = "written_off"
    return found


def _archive(model: Model, request: Request, bills: list[Bill]) -> set[Code]:
    is_early = model.now_ms < request.decided_ms + model.params.archive_ms
    found = wrong((request.state != "approved", Code.WRONG_STATE), (is_early, Code.TOO_EARLY))
    if not found:
        request.state = "archived"
        for bill in bills:
            bill.file = "archived"
    return found

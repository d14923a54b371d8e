"""The running sums that the chain keeps beside the objects: after each operation that succeeded.

Rules: called by ``apply`` in the operation's own level, so a refusal here takes the operation back
with it, and a replay books nothing. Each sum is one record of its owner and period, which a block
of many operations changes once. Periods are UTC days and months of block time, so that they close
by themselves and what came later never changes them.

Source: domain.md sections 3 to 5; ADR 0101.
"""

from bisect import bisect_left

from msgspec.structs import replace

from ledgerd.ledger import (
    axis_operations as xo,
    bill_operations as bo,
    claim_operations as co,
    state_keys,
)
from ledgerd.ledger.acting import Act, require
from ledgerd.ledger.book_objects import ClearingMonth, DayBook, KindCount, OfficeDay, RangeUse
from ledgerd.ledger.book_operations import Sum
from ledgerd.ledger.book_queries import clearing_of, day_book_of, office_day_of, range_use_of
from ledgerd.ledger.days import day_of
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import bill_of, settlement_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.rights import tag_of

DAYS_OF_MONTH = 100  # YYYYMMDD // 100 is YYYYMM


def keep_books(act: Act, operation: Operation) -> None:
    """Write down what an operation adds to the running sums.

    Raises:
        TransactionRejected: OFFICE_DAY_LIMIT, the office key has done enough today.
    """
    if act.actor.role == "office":
        _count_office(act, operation)
    match operation:
        case bo.IssueBill():
            _use_number(act, operation.bill.code, operation.range_id, operation.bill.number)
            _book_day(act, "issued", operation.total_fen)
        case bo.ReverseBill():
            _use_number(act, operation.red.code, operation.range_id, operation.red.number)
            blue = act.need(bill_of(act.state, operation.bill))
            _book_day(act, "reversed", blue.total_fen)
        case xo.VoidBill():
            voided = act.need(bill_of(act.state, operation.bill))
            _book_day(act, "voided", voided.total_fen)
        case bo.Settle():
            public_fen = sum(share.amount_fen for share in operation.funds)
            _book_clearing(act, operation.hospital, "settled", public_fen)
        case bo.ReverseSettle():
            settlement = act.need(settlement_of(act.state, operation.settlement))
            _book_clearing(act, settlement.hospital, "reversed", settlement.public_fen)
        case _:
            return


def amount_of(operation: Operation) -> int:
    """Give the fen that an operation of an office key counts for; 0 where no money is moved."""
    match operation:
        case bo.IssueBill() | bo.Settle():
            return operation.total_fen
        case bo.RecordPayment() | co.PayClaim():
            return operation.amount_fen
        case co.DecideClaim():
            return sum(operation.amounts)
        case _:
            return 0


def _count_office(act: Act, operation: Operation) -> None:
    today = day_of(act.context.time_ms)
    book = office_day_of(act.state, act.institution_id, act.signer)
    if book is None or book.day != today:
        book = OfficeDay(day=today, counts=(), amount_fen=0)
    counts, count = _one_more(book.counts, tag_of(type(operation)))
    amount_fen = book.amount_fen + amount_of(operation)
    require(count <= act.params.office_day_count_max, Code.OFFICE_DAY_LIMIT)
    require(amount_fen <= act.params.office_day_fen_max, Code.OFFICE_DAY_LIMIT)
    changed = OfficeDay(day=today, counts=counts, amount_fen=amount_fen)
    act.state.put(state_keys.office_day_key(act.institution_id, act.signer), changed)


def _one_more(counts: tuple[KindCount, ...], kind: int) -> tuple[tuple[KindCount, ...], int]:
    """Count one more of a kind; gives all counts, ascending by kind, and this one."""
    place = bisect_left(counts, kind, key=_kind)
    if place == len(counts) or counts[place].kind != kind:
        return (*counts[:place], KindCount(kind=kind, count=1), *counts[place:]), 1
    count = counts[place].count + 1
    return (*counts[:place], KindCount(kind=kind, count=count), *counts[place + 1 :]), count


def _kind(entry: KindCount) -> int:
    return entry.kind


def _use_number(act: Act, code: str, range_id: bytes, number: str) -> None:
    use = range_use_of(act.state, code, range_id)
    if use is None or use.highest < int(number):
        changed = RangeUse(highest=int(number))
        act.state.put(state_keys.range_use_key(code, range_id), changed)


def _book_day(act: Act, column: str, amount_fen: int) -> None:
    today = day_of(act.context.time_ms)
    book = day_book_of(act.state, act.institution_id, today)
    changed: DayBook = replace(book, **{column: _grown(getattr(book, column), amount_fen)})
    act.state.put(state_keys.day_book_key(act.institution_id, today), changed)


def _book_clearing(act: Act, hospital: str, column: str, amount_fen: int) -> None:
    month = day_of(act.context.time_ms) // DAYS_OF_MONTH
    book = clearing_of(act.state, act.institution_id, hospital, month)
    changed: ClearingMonth = replace(book, **{column: _grown(getattr(book, column), amount_fen)})
    act.state.put(state_keys.clearing_key(act.institution_id, hospital, month), changed)


def _grown(total: Sum, amount_fen: int) -> Sum:
    # A day's or month's sum of amounts up to 10^12 fen stays below 2^62 for 4 million of them.
    require(total.amount_fen + amount_fen <= 2**62, Code.AMOUNT_OUT_OF_RANGE)
    return Sum(count=total.count + 1, amount_fen=total.amount_fen + amount_fen)

"""Numbers of a range that no bill has although later ones were issued.

Rules: bounded work a call, as in ``state_pages``. A gap is as old as the next number after it: that
one was issued when the skipped ones should have been. Numbers above the highest used one are not
gaps but what is left.

Source: domain.md sections 4 and 6.
"""

from typing import Final

from ledgerd.ledger.book_queries import range_use_of
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.number_objects import NumberRange
from ledgerd.ledger.objects import Bill
from ledgerd.ledger.queries import VALUE_BYTES_MAX, params_of, range_of
from ledgerd.ledger.state_keys import bill_key, bill_prefix
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc.answers_governance import GapView
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.cursors import bytes_of, text_of
from ledgerd.rpc.requests_governance import GapList
from ledgerd.rpc.state_pages import ROWS_MAX, SCAN_ROWS, Reading, is_bill_key
from ledgerd.storage.kv import Span

CURSOR_BYTES: Final = 5  # a number of ten digits


async def gaps_of_range(node: Node, asked: GapList) -> tuple[tuple[GapView, ...], str | None]:
    """Give a page of gaps, and the cursor to go on with; None at the end.

    Raises:
        RpcFailure: no such range.
    """
    state = node.reads.state()
    range_id = bytes.fromhex(asked.range_id)
    numbers = range_of(state, asked.code, range_id)
    if numbers is None:
        raise RpcFailure(RpcCode.NOT_FOUND, "no such range", field="range_id")
    use = range_use_of(state, asked.code, range_id)
    if use is None:
        return (), None
    overdue_ms = params_of(state).gap_days * DAY_MS
    walk = _Walk(_start(asked, numbers), node.reads.head().time_ms - overdue_ms)
    span = Span(bill_prefix(asked.code, _digits(walk.expected)), _after(asked.code, use.highest))
    reading = Reading(node)
    for _ in range(ROWS_MAX // SCAN_ROWS):
        rows = node.reads.scan_state(span, SCAN_ROWS)
        for key, value in rows:
            if is_bill_key(key):
                walk.see(key, value)
            if len(walk.found) == asked.limit:
                return tuple(walk.found), walk.cursor
        if len(rows) < SCAN_ROWS:
            return tuple(walk.found), None
        span = Span(rows[-1][0] + b"\x00", span.stop)
        if not await reading.go_on():
            break
    return tuple(walk.found), walk.cursor


class _Walk:
    """A walk over a range's bills by number."""

    def __init__(self, expected: int, old_ms: int) -> None:
        self.expected = expected
        self.found: list[GapView] = []
        self._old_ms = old_ms

    @property
    def cursor(self) -> str | None:
        return text_of(self.expected.to_bytes(CURSOR_BYTES, "big"))

    def see(self, key: bytes, value: bytes) -> None:
        number = int(key[9:19])
        if number > self.expected:
            issued_ms = decode(value, Bill, bytes_max=VALUE_BYTES_MAX).issued_ms
            gap = GapView(
                first=self.expected,
                last=number - 1,
                since_ms=issued_ms,
                is_overdue=issued_ms <= self._old_ms,
            )
            self.found.append(gap)
        self.expected = number + 1


def _start(asked: GapList, numbers: NumberRange) -> int:
    after = bytes_of(asked.cursor)
    if after is None:
        return numbers.first
    if len(after) != CURSOR_BYTES:
        raise RpcFailure(RpcCode.INVALID_PARAMS, "not a cursor of this list", field="cursor")
    return max(numbers.first, int.from_bytes(after, "big"))


def _digits(number: int) -> str:
    return f"{min(number, 9_999_999_999):010d}"


def _after(code: str, number: int) -> bytes:
    return bill_key(code, _digits(number)) + b"\x00"

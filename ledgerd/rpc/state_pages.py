"""Pages over ranges of the state, by key.

Rules: bounded work a call: a page ends when it is full or when ``ROWS_MAX`` rows were looked at,
and its cursor says where to go on; a sparse list takes several calls, never a long one. Others have
turns meanwhile. A page ends, too, when the state moved on in such a turn: it is of one height.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from ledgerd.node.node import Node
from ledgerd.node.slices import Slice
from ledgerd.rpc.cursors import bytes_of
from ledgerd.rpc.queries import Page
from ledgerd.storage.kv import Span, prefix_span

T = TypeVar("T")
BILL_KEY_BYTES: Final = 20
BILL_RECORD: Final = b"\x00"  # the last byte of a bill's own key; grants and deliveries have others
SCAN_ROWS: Final = 250  # read in one go: two milliseconds
ROWS_MAX: Final = 20_000


class Reading:
    """A walk over rows as they are at one height.

    Attributes:
        is_over: the state has moved on: what comes now is of another height.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._height = node.reads.head().height
        self._slice = Slice()
        self.is_over = False

    async def go_on(self) -> bool:
        """Give others their turns; say whether the rest is still of the same height."""
        if await self._slice.rest():
            self.is_over = self._node.reads.head().height != self._height
        return not self.is_over


async def state_page(
    node: Node, prefix: bytes, page: Page, view: Callable[[bytes, bytes], T | None]
) -> tuple[tuple[T, ...], str | None]:
    """Read a page of what ``view`` makes of the rows below ``prefix``; None leaves a row out.

    Returns:
        The entries, and the cursor to go on with; None at the end.
    """
    span = prefix_span(prefix)
    after = bytes_of(page.cursor)
    if after is not None and after in span:
        span = Span(after + b"\x00", span.stop)
    reading = Reading(node)
    found: list[T] = []
    for _ in range(ROWS_MAX // SCAN_ROWS):
        rows = node.reads.scan_state(span, SCAN_ROWS)
        for key, value in rows:
            entry = view(key, value)
            if entry is None:
                continue
            found.append(entry)
            if len(found) == page.limit or not await reading.go_on():
                return tuple(found), key.hex()
        if len(rows) < SCAN_ROWS:
            return tuple(found), None
        span = Span(rows[-1][0] + b"\x00", span.stop)
        if not await reading.go_on():
            break
    return tuple(found), span.start[:-1].hex()


def read_at(node: Node) -> tuple[int, str]:
    """Height and state root at which a read is made now."""
    head = node.reads.head()
    return head.height, head.state_root.hex()


def is_bill_key(key: bytes) -> bool:
    """Whether a key below ``b`` is that of a bill itself."""
    return key[:1] == b"b" and len(key) == BILL_KEY_BYTES and key.endswith(BILL_RECORD)

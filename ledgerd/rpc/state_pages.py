"""Pages over ranges of the state, by key.

Rules: bounded work a call: a page ends when it is full or when ``ROWS_MAX`` rows were looked at,
and its cursor says where to go on; a sparse list takes several calls, never a long one.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from ledgerd.node.node import Node
from ledgerd.rpc.cursors import bytes_of
from ledgerd.rpc.queries import Page
from ledgerd.storage.kv import Span, prefix_span

T = TypeVar("T")
BILL_KEY_BYTES: Final = 20
BILL_RECORD: Final = b"\x00"  # the last byte of a bill's own key; grants and deliveries have others
SCAN_ROWS: Final = 1_000
ROWS_MAX: Final = 20_000


def state_page(
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
    found: list[T] = []
    for _ in range(ROWS_MAX // SCAN_ROWS):
        rows = node.reads.scan_state(span, SCAN_ROWS)
        for key, value in rows:
            entry = view(key, value)
            if entry is not None:
                found.append(entry)
            if len(found) == page.limit:
                return tuple(found), key.hex()
        if len(rows) < SCAN_ROWS:
            return tuple(found), None
        span = Span(rows[-1][0] + b"\x00", span.stop)
    return tuple(found), span.start[:-1].hex()


def read_at(node: Node) -> tuple[int, str]:
    """Height and state root at which a read is made now."""
    head = node.reads.head()
    return head.height, head.state_root.hex()


def is_bill_key(key: bytes) -> bool:
    """Whether a key below ``b`` is that of a bill itself."""
    return key[:1] == b"b" and len(key) == BILL_KEY_BYTES and key.endswith(BILL_RECORD)

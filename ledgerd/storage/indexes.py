"""Lists that people ask for: rows derived from blocks, rebuildable at any time.

An index row says "within this scope, at this place in the order, there is this". Nothing that a
rule reads lives here. The engine derives the rows while it executes a block; they are written in
the block's own batch, so a list never names what its block does not hold.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from struct import Struct
from typing import Final

from ledgerd.storage import schema
from ledgerd.storage.kv import Direction, KeyValueStore, Span, WriteBatch, prefix_span

ROW_COUNT_MAX: Final = 1_000  # rows a page may have; what JSON-RPC lists allow
_CLEAR_COUNT: Final = 10_000  # keys one batch deletes while an index is cleared
_PLACE: Final = Struct(">QIH")  # height, transaction, operation


class Index(enum.IntEnum):
    """The lists. A number is never used again. ``order`` is ``place(...)`` unless said otherwise.

    The value of a row is what names the object (a bill key, a claim key, a transaction id).
    """

    BILL_BY_ISSUER = 1  # scope: institution id
    BILL_BY_ACCOUNT = 2  # scope: account id
    CLAIM_BY_PAYER = 3  # scope: institution id
    CLAIM_BY_ISSUER = 4  # scope: institution id; claims on its bills
    OPERATION_BY_AUTHOR = 5  # scope: institution id or account id
    OPERATION_BY_OBJECT = 6  # scope: state key of the object (its history)
    NUMBERS_BY_HOLDER = 7  # scope: institution id
    BILL_BY_STATE = 8  # scope: institution id, state letter; order: bill key (rows also go)
    CLAIM_BY_STATE = 9  # scope: institution id, state letter; order: claim key (rows also go)
    GRANT_BY_READER = 10  # scope: institution id


def place(height: int, transaction_index: int, operation_index: int) -> bytes:
    """Return the order of something that happened once: 14 bytes, as an event's cursor."""
    return _PLACE.pack(height, transaction_index, operation_index)


def place_height(order: bytes) -> int:
    """Return the height of a place."""
    return int.from_bytes(order[:8], "big")


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One row.

    Attributes:
        scope: at most 255 bytes; whose list this is.
        order: place within the list, compared as bytes; unique within index and scope.
        value: names the object; None takes the row out of the list.
    """

    index: Index
    scope: bytes
    order: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        rows: (order, value), in the direction asked for.
        cursor: hand it in as ``after`` to go on; None when the list has ended.
    """

    rows: tuple[tuple[bytes, bytes], ...]
    cursor: bytes | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list.

    Attributes:
        after: the last page's cursor; None begins at the list's beginning (or end).
        limit: rows, 1 to ``ROW_COUNT_MAX``.
    """

    index: Index
    scope: bytes
    after: bytes | None = None
    limit: int = 100
    direction: Direction = Direction.ASCENDING


class Indexes:
    """The lists in one chain store."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store

    def stage(self, batch: WriteBatch, rows: Iterable[IndexRow]) -> None:
        """Add ``rows`` to the batch of their block."""
        for row in rows:
            key = schema.index_key(row.index, row.scope, row.order)
            if row.value is None:
                batch.delete(key)
            else:
                batch.put(key, row.value)

    def page(self, listing: Listing) -> Page:
        """Read one page. The cursor names the last row, so rows added meanwhile shift nothing."""
        assert 1 <= listing.limit <= ROW_COUNT_MAX
        prefix = schema.index_prefix(listing.index, listing.scope)
        span = prefix_span(prefix)
        if listing.after is not None:
            edge = prefix + listing.after
            if listing.direction is Direction.ASCENDING:
                span = Span(edge + b"\x00", span.stop)
            else:
                span = Span(span.start, edge)
        # One more than asked for says whether the list goes on.
        found = self._store.scan(span, limit=listing.limit + 1, direction=listing.direction)
        rows = tuple((key[len(prefix) :], value) for key, value in found[: listing.limit])
        return Page(rows, rows[-1][0] if len(found) > listing.limit else None)

    def get(self, index: Index, scope: bytes, order: bytes) -> bytes | None:
        """Return the value of one row, or None."""
        return self._store.get(schema.index_key(index, scope, order))

    def clear(self) -> None:
        """Delete every row, before all are derived anew from the blocks."""
        span = prefix_span(schema.INDEX_PREFIX)
        while rows := self._store.scan(span, limit=_CLEAR_COUNT):
            batch = WriteBatch()
            for key, _ in rows:
                batch.delete(key)
            self._store.write(batch)

"""Blocks, and everything that becomes durable with them, in one synced batch.

The invariant of this file: the store holds blocks 0 (genesis) to ``tip.height`` without a gap, and
all that was derived from them. A batch carries one block or nothing of it. Nothing of a block is
shown before ``tip`` has moved to it: between the write and that moment the caches of the state
still hold what was before, and a reader who saw an event would miss what it tells of.

Seals are the exception: each is shown at once and durable with the next block. It proves itself,
consensus has it in the vote log and hands it out again after a restart.

Source: architecture.md section 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ledgerd.errors import StorageCorrupted
from ledgerd.storage import schema
from ledgerd.storage.indexes import Indexes, IndexRow
from ledgerd.storage.kv import KeyValueStore, Span, WriteBatch, prefix_span
from ledgerd.storage.state_store import StateStore, StateWrite

EVENT_COUNT_MAX: Final = 1_000  # events one call returns
TRANSACTION_COUNT_MAX: Final = 1 << 20  # transactions of a block; far above the block's own limit


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest block."""

    height: int
    header_hash: bytes
    state_root: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a transaction stands."""

    height: int
    transaction_index: int


@dataclass(frozen=True, slots=True, order=True)
class EventCursor:
    """Where an event stands; also where to go on from."""

    height: int
    transaction_index: int
    operation_index: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """The events of one operation, encoded by the engine."""

    transaction_index: int
    operation_index: int
    events: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealRow:
    """A seal that became known; seals of earlier heights ride with the next block."""

    height: int
    seal: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BlockWrite:
    """One executed block with everything that follows from it.

    Attributes:
        height: one above the tip; 0 for genesis.
        transaction_ids: in the block's order.
        receipts: one value per transaction, all receipts of its operations in it.
        bundle_digests: bundles whose contents stand in the block.
        seals: of this or earlier heights; those put before are written as well.
    """

    height: int
    header_hash: bytes
    header: bytes = field(repr=False)
    block: bytes = field(repr=False)
    state: StateWrite = field(repr=False)
    transaction_ids: tuple[bytes, ...] = field(default=(), repr=False)
    receipts: tuple[bytes, ...] = field(default=(), repr=False)
    bundle_digests: tuple[bytes, ...] = field(default=(), repr=False)
    events: tuple[EventRow, ...] = field(default=(), repr=False)
    index_rows: tuple[IndexRow, ...] = field(default=(), repr=False)
    seals: tuple[SealRow, ...] = field(default=(), repr=False)


class BlockStore:
    """The chain on disk. One caller writes, one thing at a time; any thread reads."""

    def __init__(self, store: KeyValueStore, state: StateStore, indexes: Indexes) -> None:
        self._store = store
        self._state = state
        self._indexes = indexes
        self._tip = _read_tip(store)
        sealed = store.get(schema.SEALED_KEY)
        self._sealed_height = schema.number_of(sealed) if sealed is not None else None
        self._unsynced: dict[
            int, bytes
        ] = {}  # seals that the next block takes along: one, seldom two

    @property
    def tip(self) -> Tip | None:
        """Return the newest block, or None before genesis was written."""
        return self._tip

    @property
    def sealed_height(self) -> int | None:
        """Return the highest height whose seal is known. Lower ones may lack theirs."""
        return self._sealed_height

    def commit(self, write: BlockWrite) -> None:
        """Make one block durable with all that follows from it, in one synced batch."""
        expected = 0 if self._tip is None else self._tip.height + 1
        assert write.height == expected, f"expected height {expected}, got {write.height}"
        assert len(write.transaction_ids) == len(write.receipts)
        tip = Tip(write.height, write.header_hash, write.state.root)
        batch = WriteBatch()
        batch.put(schema.TIP_KEY, _encode_tip(tip))
        batch.put(schema.block_key(write.height), write.block)
        batch.put(schema.header_key(write.height), write.header)
        batch.put(schema.header_hash_key(write.header_hash), schema.u64(write.height))
        self._stage_transactions(batch, write)
        _stage_events(batch, write)
        self._state.stage(batch, write.height, write.state)
        self._indexes.stage(batch, write.index_rows)
        sealed_height = self._stage_seals(batch, (*self._unsynced_rows(), *write.seals))
        self._store.write(batch)
        self._state.on_written(write.state)
        self._tip = tip
        self._sealed_height = sealed_height
        self._unsynced.clear()

    def put_seal(self, row: SealRow) -> None:
        """Show the seal of a stored block at once; the next block makes it durable."""
        assert self._is_shown(row.height)
        self._unsynced[row.height] = row.seal
        self._sealed_height = max(row.height, self._sealed_height or 0)

    def sync_seals(self) -> None:
        """Make the seals durable that no block has taken along."""
        if self._unsynced:
            batch = WriteBatch()
            self._stage_seals(batch, self._unsynced_rows())
            self._store.write(batch)
            self._unsynced.clear()

    def _unsynced_rows(self) -> tuple[SealRow, ...]:
        return tuple(SealRow(height, seal) for height, seal in self._unsynced.items())

    def _is_shown(self, height: int) -> bool:
        return self._tip is not None and height <= self._tip.height

    def _stage_transactions(self, batch: WriteBatch, write: BlockWrite) -> None:
        """Stage receipts and places. What stood in the chain before keeps its first place."""
        height = write.height
        for index, (transaction_id, receipts) in enumerate(
            zip(write.transaction_ids, write.receipts, strict=True)
        ):
            batch.put(schema.receipt_key(height, index), receipts)
            self._stage_first(
                batch,
                schema.transaction_key(transaction_id),
                schema.u64(height) + schema.u32(index),
            )
        for digest in write.bundle_digests:
            self._stage_first(batch, schema.bundle_key(digest), schema.u64(height))

    def _stage_first(self, batch: WriteBatch, key: bytes, value: bytes) -> None:
        if key not in batch.changes and self._store.get(key) is None:
            batch.put(key, value)

    def _stage_seals(self, batch: WriteBatch, rows: Sequence[SealRow]) -> int | None:
        highest = self._sealed_height
        for row in rows:
            batch.put(schema.seal_key(row.height), row.seal)
            highest = row.height if highest is None else max(highest, row.height)
        if rows and highest is not None:
            batch.put(schema.SEALED_KEY, schema.u64(highest))
        return highest

    def block(self, height: int) -> bytes | None:
        return self._store.get(schema.block_key(height))

    def header(self, height: int) -> bytes | None:
        return self._store.get(schema.header_key(height))

    def seal(self, height: int) -> bytes | None:
        shown = self._unsynced.get(height)
        return self._store.get(schema.seal_key(height)) if shown is None else shown

    def height_of(self, header_hash: bytes) -> int | None:
        """Return the height of the block with this header hash."""
        stored = self._store.get(schema.header_hash_key(header_hash))
        return None if stored is None else schema.number_of(stored)

    def height_of_bundle(self, bundle_digest: bytes) -> int | None:
        """Return the height of the block that holds this bundle's contents."""
        stored = self._store.get(schema.bundle_key(bundle_digest))
        return None if stored is None else schema.number_of(stored)

    def place_of(self, transaction_id: bytes) -> Place | None:
        """Return where a transaction stands, or None when it stands in no block."""
        stored = self._store.get(schema.transaction_key(transaction_id))
        if stored is None:
            return None
        place = Place(schema.number_of(stored[:8]), schema.number_of(stored[8:]))
        return place if self._is_shown(place.height) else None

    def receipt(self, place: Place) -> bytes | None:
        """Return the receipts of one transaction."""
        return self._store.get(schema.receipt_key(place.height, place.transaction_index))

    def receipts(self, height: int) -> tuple[bytes, ...]:
        """Return the receipts of all transactions of a block, in order."""
        span = prefix_span(schema.receipts_prefix(height))
        rows = self._store.scan(span, limit=TRANSACTION_COUNT_MAX)
        for index, (key, _) in enumerate(rows):
            if key != schema.receipt_key(height, index):
                raise StorageCorrupted(f"receipts of block {height}: number {index} is missing")
        return tuple(value for _, value in rows)

    def events_after(
        self, cursor: EventCursor | None, *, limit: int
    ) -> list[tuple[EventCursor, bytes]]:
        """Return events behind the last one seen, in the chain's order; from the first for None."""
        assert 1 <= limit <= EVENT_COUNT_MAX
        span = prefix_span(schema.EVENT_PREFIX)
        if cursor is not None:
            position = (cursor.height, cursor.transaction_index, cursor.operation_index)
            span = Span(schema.event_key(*position) + b"\x00", span.stop)
        rows = self._store.scan(span, limit=limit)
        found = ((_event_cursor(key), events) for key, events in rows)
        return [(place, events) for place, events in found if self._is_shown(place.height)]

    def check_recent(self, count: int) -> None:
        """Read the newest ``count`` blocks whole, as after an unclean end.

        Every value is checked against its digest, the nodes of these blocks included; blocks and
        headers must be there, and the root of the tip.

        Raises:
            StorageCorrupted: something is damaged or missing.
        """
        if self._tip is None:
            return
        first = max(0, self._tip.height - count + 1)
        for height in range(first, self._tip.height + 1):
            if self.block(height) is None or self.header(height) is None:
                raise StorageCorrupted(f"block {height} is missing below the tip")
            self.receipts(height)
            self.seal(height)
        if self.height_of(self._tip.header_hash) != self._tip.height:
            raise StorageCorrupted("the tip's header hash does not lead to the tip")
        self._state.check_versions(first, self._tip.height)


def _stage_events(batch: WriteBatch, write: BlockWrite) -> None:
    for row in write.events:
        key = schema.event_key(write.height, row.transaction_index, row.operation_index)
        batch.put(key, row.events)


def _encode_tip(tip: Tip) -> bytes:
    assert len(tip.header_hash) == 32
    assert len(tip.state_root) == 32
    return schema.u64(tip.height) + tip.header_hash + tip.state_root


def _read_tip(store: KeyValueStore) -> Tip | None:
    stored = store.get(schema.TIP_KEY)
    if stored is None:
        return None
    if len(stored) != 72:
        raise StorageCorrupted(f"the tip has {len(stored)} bytes instead of 72")
    return Tip(schema.number_of(stored[:8]), stored[8:40], stored[40:])


def _event_cursor(key: bytes) -> EventCursor:
    number = schema.number_of
    return EventCursor(number(key[1:9]), number(key[9:13]), number(key[13:15]))

"""Blocks and what follows from them: whole, in one batch, without a gap."""

import hashlib
from collections.abc import Callable

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.primitives.state_tree import StateTree
from ledgerd.storage import schema
from ledgerd.storage.block_store import (
    BlockStore,
    BlockWrite,
    EventCursor,
    EventRow,
    Place,
    SealRow,
    Tip,
)
from ledgerd.storage.indexes import Index, Indexes, IndexRow, Listing, place
from ledgerd.storage.kv import WriteBatch
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.state_store import StateStore, StateWrite


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


class Chain:
    """A store and blocks for it: block h holds two transactions and one event."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        self.state = StateStore(self.store)
        self.indexes = Indexes(self.store)
        self.blocks = BlockStore(self.store, self.state, self.indexes)
        self.tree = StateTree(self.state)

    def add(self, height: int, seals: tuple[SealRow, ...] = ()) -> BlockWrite:
        update = self.tree.update({b"key": b"value %d" % height}, height)
        write = BlockWrite(
            height=height,
            header_hash=hash_of(f"header {height}"),
            header=b"header %d" % height,
            block=b"block %d" % height,
            state=StateWrite.of(update, {b"key": b"value %d" % height}),
            transaction_ids=(hash_of(f"tx {height}.0"), hash_of(f"tx {height}.1")),
            receipts=(b"receipts %d.0" % height, b"receipts %d.1" % height),
            bundle_digests=(hash_of(f"bundle {height}"),),
            events=(EventRow(1, 0, b"event %d" % height),),
            index_rows=(IndexRow(Index.OPERATION_BY_AUTHOR, b"me", place(height, 0, 0), b"op"),),
            seals=seals,
        )
        self.blocks.commit(write)
        self.tree = self.tree.after(update)
        return write


def of_height(height: int) -> Chain:
    chain = Chain()
    for number in range(height + 1):
        chain.add(number)
    return chain


class WatchedStore(MemoryStore):
    """Calls somebody right after each write, as a reader on another thread would come in."""

    def __init__(self) -> None:
        super().__init__()
        self.watchers: list[Callable[[], None]] = []

    def write(self, batch: WriteBatch) -> None:
        super().write(batch)
        for watcher in self.watchers:
            watcher()


def test_nothing_of_a_block_is_shown_before_its_state_is() -> None:
    """Finance once saw that a bill was issued, asked for the bill, and a cache said: no such bill.

    The event was taken for seen, and nobody countersigned that bill.
    """
    store = WatchedStore()
    chain = Chain(store)
    chain.add(0)
    chain.state.get(b"key")
    seen: list[tuple[object, object, object]] = []

    def look() -> None:
        events = chain.blocks.events_after(EventCursor(0, 9, 9), limit=10)
        seen.append((events, chain.blocks.place_of(hash_of("tx 1.0")), chain.state.get(b"key")))

    store.watchers.append(look)
    chain.add(1)
    look()

    assert seen[0] == ([], None, b"value 0")
    assert seen[-1] == (
        [(EventCursor(1, 1, 0), b"event 1")],
        Place(1, 0),
        b"value 1",
    )


def test_a_new_store_has_no_tip() -> None:
    assert Chain().blocks.tip is None
    assert Chain().blocks.sealed_height is None


def test_everything_of_a_block_is_read_back() -> None:
    chain = of_height(1)
    blocks = chain.blocks
    assert (blocks.block(1), blocks.header(1)) == (b"block 1", b"header 1")
    assert blocks.receipts(1) == (b"receipts 1.0", b"receipts 1.1")
    assert blocks.height_of(hash_of("header 1")) == 1
    assert blocks.height_of_bundle(hash_of("bundle 1")) == 1
    assert blocks.place_of(hash_of("tx 1.1")) == Place(1, 1)
    assert blocks.receipt(Place(1, 1)) == b"receipts 1.1"
    assert chain.state.get(b"key") == b"value 1"
    assert len(chain.indexes.page(Listing(Index.OPERATION_BY_AUTHOR, b"me")).rows) == 2


def test_what_is_not_there_is_none() -> None:
    blocks = of_height(0).blocks
    assert blocks.block(1) is None
    assert blocks.seal(0) is None
    assert blocks.height_of(hash_of("header 9")) is None
    assert blocks.height_of_bundle(hash_of("bundle 9")) is None
    assert blocks.place_of(hash_of("tx 9.0")) is None
    assert blocks.receipt(Place(0, 7)) is None
    assert blocks.receipts(7) == ()


def test_the_tip_is_found_again_after_a_restart() -> None:
    chain = of_height(3)
    again = Chain(chain.store).blocks
    assert again.tip == Tip(3, hash_of("header 3"), chain.tree.root)


@pytest.mark.parametrize("height", [0, 1, 3])
def test_a_block_that_does_not_follow_the_tip_is_our_bug(height: int) -> None:
    chain = of_height(1)
    with pytest.raises(AssertionError):
        chain.add(height)
    assert chain.blocks.tip == Tip(1, hash_of("header 1"), chain.tree.root)


def test_a_transaction_and_a_bundle_keep_their_first_place() -> None:
    chain = of_height(0)
    update = chain.tree.update({}, 1)
    repeated = BlockWrite(
        height=1,
        header_hash=hash_of("header 1"),
        header=b"",
        block=b"",
        state=StateWrite.of(update, {}),
        transaction_ids=(hash_of("tx 0.1"), hash_of("new"), hash_of("new")),
        receipts=(b"a", b"b", b"c"),
        bundle_digests=(hash_of("bundle 0"),),
    )
    chain.blocks.commit(repeated)
    assert chain.blocks.place_of(hash_of("tx 0.1")) == Place(0, 1)
    assert chain.blocks.place_of(hash_of("new")) == Place(1, 1)
    assert chain.blocks.height_of_bundle(hash_of("bundle 0")) == 0
    assert chain.blocks.receipts(1) == (b"a", b"b", b"c")


def test_seals_come_before_or_with_a_later_block() -> None:
    chain = of_height(1)
    chain.blocks.put_seal(SealRow(0, b"seal 0"))
    chain.add(2, seals=(SealRow(1, b"seal 1"),))
    assert [chain.blocks.seal(height) for height in range(3)] == [b"seal 0", b"seal 1", None]
    assert chain.blocks.sealed_height == 1
    assert Chain(chain.store).blocks.sealed_height == 1


def test_a_seal_is_shown_at_once_and_durable_with_the_next_block() -> None:
    chain = of_height(1)
    chain.blocks.put_seal(SealRow(1, b"seal 1"))
    chain.blocks.put_seal(SealRow(0, b"seal 0"))
    assert (chain.blocks.sealed_height, chain.blocks.seal(1)) == (1, b"seal 1")
    again = Chain(chain.store).blocks
    assert (again.sealed_height, again.seal(1)) == (None, None)
    chain.add(2)
    again = Chain(chain.store).blocks
    assert (again.sealed_height, again.seal(0), again.seal(1)) == (1, b"seal 0", b"seal 1")
    assert chain.blocks.seal(1) == b"seal 1"


def test_a_seal_that_no_block_took_along_is_stored_by_itself() -> None:
    chain = of_height(1)
    chain.blocks.put_seal(SealRow(1, b"seal 1"))
    chain.blocks.sync_seals()
    again = Chain(chain.store).blocks
    assert (again.sealed_height, again.seal(1)) == (1, b"seal 1")
    chain.store.close()
    chain.blocks.sync_seals()  # nothing is left to write


def test_a_seal_is_put_beside_a_block_only_that_is_here() -> None:
    with pytest.raises(AssertionError):
        of_height(1).blocks.put_seal(SealRow(2, b"seal 2"))


def test_the_highest_seal_counts_whatever_comes_first() -> None:
    chain = of_height(3)
    for height in (2, 1, 0):
        chain.blocks.put_seal(SealRow(height, b"%d" % height))
    assert chain.blocks.sealed_height == 2


def test_events_are_read_on_from_a_cursor() -> None:
    blocks = of_height(4).blocks
    first = blocks.events_after(None, limit=2)
    assert first == [(EventCursor(h, 1, 0), b"event %d" % h) for h in (0, 1)]
    rest = blocks.events_after(first[-1][0], limit=100)
    assert [events for _, events in rest] == [b"event 2", b"event 3", b"event 4"]
    assert blocks.events_after(rest[-1][0], limit=100) == []


def test_a_failed_write_leaves_the_tip_where_it_was() -> None:
    chain = of_height(1)
    chain.store.close()
    with pytest.raises(Exception, match="closed"):
        chain.add(2)
    assert chain.blocks.tip is not None
    assert chain.blocks.tip.height == 1


def test_recent_blocks_that_are_whole_pass() -> None:
    Chain().blocks.check_recent(1_000)
    of_height(5).blocks.check_recent(1_000)
    of_height(5).blocks.check_recent(2)


@pytest.mark.parametrize(
    "key",
    [
        schema.block_key(4),
        schema.header_key(5),
        schema.receipt_key(4, 0),
        schema.header_hash_key(hash_of("header 5")),
        schema.node_key((5 << 24).to_bytes(8, "big")),
    ],
)
def test_a_recent_block_that_lacks_something_is_found(key: bytes) -> None:
    chain = of_height(5)
    batch = WriteBatch()
    batch.delete(key)
    chain.store.write(batch)
    with pytest.raises(StorageCorrupted):
        chain.blocks.check_recent(3)


def test_a_tip_of_another_size_is_damage() -> None:
    store = MemoryStore()
    batch = WriteBatch()
    batch.put(schema.TIP_KEY, b"short")
    store.write(batch)
    with pytest.raises(StorageCorrupted):
        Chain(store)


def test_a_block_does_not_print_its_contents() -> None:
    write = BlockWrite(0, bytes(32), b"h", b"secret", StateWrite(bytes(32), {}, (), {}))
    assert "secret" not in repr(write)

"""The state: nodes of record, latest values as a cache of them."""

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.primitives.state_tree import StateTree
from ledgerd.storage import schema
from ledgerd.storage.kv import Span, WriteBatch, iterate, prefix_span
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.state_store import StateStore, StateWrite

Changes = dict[bytes, bytes | None]


class Chain:
    """A state store with its tree, block by block."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.state = StateStore(self.store)
        self.tree = StateTree(self.state)
        self.trees: list[StateTree] = []

    def block(self, changes: Changes) -> None:
        height = len(self.trees)
        update = self.tree.update(changes, height)
        write = StateWrite.of(update, changes)
        batch = WriteBatch()
        self.state.stage(batch, height, write)
        self.store.write(batch)
        self.state.on_written(write)
        self.tree = self.tree.after(update)
        self.trees.append(StateTree(self.state, update.root, height))


def three_blocks() -> Chain:
    chain = Chain()
    chain.block({b"bill%d" % n: b"value %d" % n for n in range(20)})
    chain.block({b"bill3": b"changed", b"bill4": None})
    chain.block({b"other": b"new"})
    return chain


def test_the_latest_value_is_the_tree_s_value() -> None:
    chain = three_blocks()
    cold = StateStore(chain.store)
    for key in [b"bill3", b"bill4", b"bill5", b"other", b"nothing"]:
        assert chain.state.get(key) == chain.tree.get(key) == cold.get(key)


def test_a_change_is_seen_by_a_reader_that_had_read_the_old_value() -> None:
    chain = Chain()
    assert chain.state.get(b"bill") is None
    chain.block({b"bill": b"one"})
    assert chain.state.get(b"bill") == b"one"
    chain.block({b"bill": None})
    assert chain.state.get(b"bill") is None


def test_keys_of_a_span_are_listed_with_their_latest_values() -> None:
    chain = three_blocks()
    rows = chain.state.scan(Span(b"bill3", b"bill6"), limit=9)
    assert rows == [(b"bill3", b"changed"), (b"bill5", b"value 5")]


def test_old_versions_stay_readable_until_they_are_pruned() -> None:
    chain = three_blocks()
    assert chain.trees[0].get(b"bill4") == b"value 4"
    assert chain.state.prune(1) > 0
    assert chain.state.prune(1) == 0
    fresh = [StateTree(chain.state, tree.root, tree.version) for tree in chain.trees]
    assert fresh[1].get(b"bill3") == b"changed"
    assert dict(fresh[2].items()) == dict(chain.tree.items())
    with pytest.raises(StorageCorrupted):
        fresh[0].get(b"bill4")


def test_after_pruning_the_store_holds_what_the_newest_tree_reaches_and_no_more() -> None:
    chain = three_blocks()
    chain.state.prune(2)
    stored = {key[1:] for key, _ in iterate(chain.store, prefix_span(schema.NODE_PREFIX))}
    assert stored == set(chain.tree.reachable())


def test_latest_values_are_rebuilt_from_the_tree() -> None:
    chain = three_blocks()
    batch = WriteBatch()
    batch.put(schema.leaf_key(b"bill3"), b"wrong")
    batch.put(schema.leaf_key(b"stale"), b"wrong")
    chain.store.write(batch)
    state = StateStore(chain.store)
    assert state.get(b"bill3") == b"wrong"
    state.rebuild_leaves(chain.tree.items())
    assert state.get(b"bill3") == b"changed"
    assert state.get(b"stale") is None
    assert dict(state.scan(Span(b"\x00", b"\xff"), limit=99)) == dict(chain.tree.items())


def test_versions_that_are_whole_pass_and_a_missing_root_is_found() -> None:
    chain = three_blocks()
    chain.state.check_versions(0, 2)
    with pytest.raises(StorageCorrupted, match="root"):
        chain.state.check_versions(0, 3)


def test_a_list_of_superseded_nodes_that_breaks_off_is_damage() -> None:
    store = MemoryStore()
    batch = WriteBatch()
    batch.put(schema.superseded_key(1), b"\x08four")
    store.write(batch)
    with pytest.raises(StorageCorrupted):
        StateStore(store).prune(1)


def test_a_state_write_does_not_print_values() -> None:
    write = StateWrite(bytes(32), {}, (), {b"key": b"secret"})
    assert "secret" not in repr(write)

"""The state tree: versions, reading, corruption."""

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.primitives.state_tree import EMPTY_ROOT, NodeCache, StateTree
from ledgerd.primitives.tree_nodes import Node, node_id
from tests.unit.ledgerd.primitives.trees import DictStore, cold, grow, tree_of

ITEMS = {b"b%05d" % number: b"value %d" % number for number in range(40)}


def test_a_tree_of_nothing_holds_nothing() -> None:
    tree = StateTree(DictStore())
    assert tree.root == EMPTY_ROOT
    assert tree.get(b"a") is None
    assert list(tree.items()) == []
    assert list(tree.reachable()) == []


def test_what_was_put_is_found() -> None:
    tree, store = tree_of(ITEMS)
    again = cold(tree, store)
    assert {key: again.get(key) for key in ITEMS} == ITEMS


@pytest.mark.parametrize("key", [b"b", b"b00", b"b000390", b"c", b"b\x00", b"\xff"])
def test_what_was_not_put_is_absent(key: bytes) -> None:
    assert tree_of(ITEMS)[0].get(key) is None


def test_keys_may_begin_with_other_keys() -> None:
    items = {b"a": b"1", b"ab": b"2", b"abc": b"3", b"abd": b"4"}
    tree, _ = tree_of(items)
    assert {key: tree.get(key) for key in items} == items


def test_items_come_in_order() -> None:
    tree, store = tree_of(ITEMS)
    assert list(cold(tree, store).items()) == sorted(ITEMS.items())


@pytest.mark.parametrize("prefix", [b"", b"b", b"b0000", b"b00007", b"b000077", b"c", b"\x00"])
def test_items_of_a_prefix_are_those_that_begin_so(prefix: bytes) -> None:
    expected = [item for item in sorted(ITEMS.items()) if item[0].startswith(prefix)]
    assert list(tree_of(ITEMS)[0].items(prefix)) == expected


def test_an_older_version_can_still_be_read() -> None:
    before, store = tree_of(ITEMS)
    after = grow(before, store, {b"b00001": b"new", b"b00002": None})
    assert before.get(b"b00001") == b"value 1"
    assert (after.get(b"b00001"), after.get(b"b00002")) == (b"new", None)
    assert cold(before, store).get(b"b00002") == b"value 2"


def test_an_update_changes_nothing_by_itself() -> None:
    tree, store = tree_of(ITEMS)
    nodes = dict(store.nodes)
    tree.update({b"b00001": None}, 1)
    assert store.nodes == nodes
    assert tree.get(b"b00001") == b"value 1"


def test_a_version_without_changes_keeps_the_root() -> None:
    tree, store = tree_of(ITEMS)
    update = tree.update({}, 1)
    assert update.root == tree.root
    assert list(update.new_nodes) == [node_id(1, 0)]
    store.apply(update)
    store.forget(update)
    assert cold(tree.after(update), store).get(b"b00001") == b"value 1"


def test_versions_may_be_skipped() -> None:
    tree, store = tree_of(ITEMS)
    update = tree.update({b"x": b"y"}, 17)
    store.apply(update)
    assert tree.after(update).version == 17


def test_versions_only_grow() -> None:
    tree, _ = tree_of(ITEMS)
    with pytest.raises(AssertionError):
        tree.update({b"x": b"y"}, 0)


def test_a_missing_node_is_noticed() -> None:
    tree, store = tree_of(ITEMS)
    del store.nodes[node_id(0, 0)]
    with pytest.raises(StorageCorrupted, match="missing"):
        cold(tree, store).get(b"b00001")


def test_every_changed_byte_in_the_store_is_noticed_or_harmless() -> None:
    tree, store = tree_of({b"b1": b"1", b"b2": b"2", b"c": b"3"})
    damaged = [
        (identifier, place)
        for identifier, stored in store.nodes.items()
        for place in range(len(stored))
    ]
    outcomes = [_read_damaged(tree, store, *place) for place in damaged]
    assert len(outcomes) > 150
    assert set(outcomes) == {"noticed"}


def _read_damaged(tree: StateTree, store: DictStore, identifier: bytes, place: int) -> str:
    stored = store.nodes[identifier]
    damaged = bytearray(stored)
    damaged[place] ^= 0x40
    broken = DictStore()
    broken.nodes = {**store.nodes, identifier: bytes(damaged)}
    try:
        read = list(cold(tree, broken).items())
    except StorageCorrupted:
        return "noticed"
    return "harmless" if read == list(tree.items()) else "silent"


def test_an_error_names_ids_and_no_contents() -> None:
    tree, store = tree_of({b"b1": b"secret"})
    store.nodes[node_id(0, 1)] = b"secreT"
    with pytest.raises(StorageCorrupted) as caught:
        tree.get(b"b1")
    assert "secre" not in str(caught.value)


def test_reachable_names_everything_that_is_stored_and_not_superseded() -> None:
    tree, store = tree_of(ITEMS)
    update = tree.update({b"b00001": b"new", b"b00002": None, b"c": b"x"}, 1)
    store.apply(update)
    store.forget(update)
    assert sorted(cold(tree.after(update), store).reachable()) == sorted(store.nodes)


def test_the_cache_is_bounded() -> None:
    cache = NodeCache(10)
    nodes = [Node() for _ in range(100)]
    assert [cache.put(node_id(1, place), node) for place, node in enumerate(nodes)]
    assert len(cache) <= 10
    assert cache.get(node_id(1, 99)) is nodes[99]
    assert cache.get(node_id(1, 0)) is None


def test_what_is_used_stays_in_the_cache() -> None:
    cache = NodeCache(4)
    kept = Node()
    cache.put(b"kept", kept)
    used = [(cache.put(b"%d" % n, Node()), cache.get(b"kept"))[1] for n in range(20)]
    assert set(used) == {kept}


def test_a_dropped_node_is_gone() -> None:
    cache = NodeCache(4)
    cache.put(b"a", Node())
    cache.drop(b"a")
    assert cache.get(b"a") is None

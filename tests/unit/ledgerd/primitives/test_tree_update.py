"""Updates: few writes, exact lists of what is superseded, a shape that has no history."""

import pytest

from ledgerd.primitives.state_tree import EMPTY_ROOT, StateTree
from ledgerd.primitives.tree_nodes import ID_BYTES, KEY_BYTES_MAX, VALUE_BYTES_MAX
from tests.unit.ledgerd.primitives.trees import DictStore, grow, tree_of


def bill(number: int) -> bytes:
    return b"b00010126%010d\x00" % number


def test_two_keys_that_share_all_but_the_end_take_a_root_and_one_branch() -> None:
    tree = StateTree(DictStore())
    update = tree.update({bill(1): b"one", bill(2): b"two"}, 0)
    values = [node for node in update.new_nodes.values() if node in {b"one", b"two"}]
    assert (len(values), len(update.new_nodes)) == (2, 4)


def test_ids_are_the_version_and_an_ordinal() -> None:
    update = StateTree(DictStore()).update({bill(1): b"one", bill(2): b"two"}, 7)
    assert sorted(update.new_nodes) == [
        (7 << 24 | ordinal).to_bytes(ID_BYTES, "big") for ordinal in range(4)
    ]


def test_a_neighbour_rewrites_its_own_branches_only() -> None:
    tree, store = tree_of({bill(number): b"x" * 500 for number in range(2_000)})
    update = tree.update({bill(2_000 + number): b"y" * 500 for number in range(100)}, 1)
    written = sum(len(node) for node in update.new_nodes.values()) - 100 * 500
    assert written / 100 < 140  # bytes of nodes a new key
    assert len(store.nodes) > 2_000


def test_the_shape_has_no_history() -> None:
    straight, _ = tree_of({b"ab": b"1", b"cd": b"2"})
    tree, store = tree_of({b"a": b"0", b"ab": b"9", b"abc": b"1", b"abd": b"1"})
    tree = grow(tree, store, {b"cd": b"2", b"a": None})
    tree = grow(tree, store, {b"abc": None, b"abd": None, b"ab": b"1"})
    assert tree.root == straight.root


def test_a_tree_that_lost_everything_is_empty_again() -> None:
    tree, store = tree_of({bill(number): b"x" for number in range(30)})
    tree = grow(tree, store, {bill(number): None for number in range(30)})
    assert tree.root == EMPTY_ROOT
    assert list(tree.items()) == []


def test_removing_what_is_not_there_changes_nothing() -> None:
    tree, store = tree_of({b"abc": b"1", b"abd": b"2", b"x": b"3"})
    removed: dict[bytes, bytes | None] = dict.fromkeys((b"a", b"abz", b"q", b"x1", b"abcd"))
    assert grow(tree, store, removed).root == tree.root


@pytest.mark.parametrize(
    "changes",
    [
        {b"ab": b"new"},  # a branch gets a value of its own
        {b"abc": None},  # a branch gives way to its other key
        {b"abc": b"new"},  # a value is replaced
        {b"a": b"new"},  # a segment is split by a key that ends in it
        {b"ac": b"new"},  # a segment is split by a key that leaves it
        {b"abc": None, b"abd": None},  # a branch disappears
        {b"ac": None},  # a removal that leaves a segment and finds nothing
        {b"abcd": b"new", b"abc": None},
    ],
    ids=str,
)
def test_superseded_is_what_the_new_root_does_not_reach(changes: dict[bytes, bytes | None]) -> None:
    tree, store = tree_of({b"abc": b"1", b"abd": b"2", b"x": b"3"})
    update = tree.update(changes, 1)
    store.apply(update)
    store.forget(update)
    assert sorted(tree.after(update).reachable()) == sorted(store.nodes)


def test_nothing_is_superseded_twice() -> None:
    tree, _ = tree_of({bill(number): b"x" for number in range(100)})
    update = tree.update({bill(number): None for number in range(0, 100, 3)}, 1)
    assert len(set(update.superseded)) == len(update.superseded)


@pytest.mark.parametrize("key", [b"", bytes(KEY_BYTES_MAX + 1)])
def test_keys_have_one_to_ninety_six_bytes(key: bytes) -> None:
    with pytest.raises(AssertionError):
        StateTree(DictStore()).update({key: b"x"}, 0)


def test_the_longest_key_and_value_are_taken() -> None:
    tree, _ = tree_of({b"\xff" * KEY_BYTES_MAX: bytes(VALUE_BYTES_MAX), b"\xff": b""})
    assert tree.get(b"\xff" * KEY_BYTES_MAX) == bytes(VALUE_BYTES_MAX)
    assert tree.get(b"\xff") == b""


def test_a_larger_value_is_not_taken() -> None:
    with pytest.raises(AssertionError):
        StateTree(DictStore()).update({b"a": bytes(VALUE_BYTES_MAX + 1)}, 0)

"""The state tree against a slow obvious twin: a dictionary and the definition of the root."""

import hashlib

from hypothesis import given, strategies as st

from ledgerd.errors import VerificationFailed
from ledgerd.primitives.state_tree import StateTree
from ledgerd.primitives.tree_proof import TreeProof, verify_tree_proof
from tests.unit.ledgerd.primitives.trees import DictStore, cold

# Few different bytes, so that keys share beginnings, split and merge often.
KEYS = st.lists(st.sampled_from((0x00, 0x01, 0x10, 0x11, 0xFF)), min_size=1, max_size=4).map(bytes)
VALUES = st.binary(max_size=3)
CHANGES = st.dictionaries(KEYS, st.none() | VALUES, max_size=12)
HISTORIES = st.lists(CHANGES, min_size=1, max_size=6)


def sha(domain: bytes, data: bytes) -> bytes:
    return hashlib.sha256(domain.ljust(16, b"\0") + data).digest()


def slow_segment(nibbles: str) -> bytes:
    padded = nibbles if len(nibbles) % 2 == 0 else nibbles + "0"
    return bytes([len(nibbles)]) + bytes.fromhex(padded)


def slow_node(items: dict[str, bytes], segment: str) -> bytes:
    """Write the node over these (nibbles below the segment -> value), as docs/formats.md says."""
    out = slow_segment(segment)
    out += b"\x01" + sha(b"ldg/tree-value", items[""]) if "" in items else b"\x00"
    for nibble in "0123456789abcdef":
        below = {key[1:]: value for key, value in items.items() if key[:1] == nibble}
        out += slow_entry(below)
    return out


def slow_entry(items: dict[str, bytes]) -> bytes:
    if not items:
        return b"\x00"
    if len(items) == 1:
        ((nibbles, value),) = items.items()
        return b"\x02" + slow_segment(nibbles) + sha(b"ldg/tree-value", value)
    length = 0
    while len({key[: length + 1] for key in items if len(key) > length}) == 1 and all(
        len(key) > length for key in items
    ):
        length += 1
    segment = next(iter(items))[:length]
    below = {key[length:]: value for key, value in items.items()}
    return b"\x01" + sha(b"ldg/tree-node", slow_node(below, segment))


def slow_root(items: dict[bytes, bytes]) -> bytes:
    nibbles = {key.hex(): value for key, value in items.items()}
    return sha(b"ldg/tree-node", slow_node(nibbles, ""))


def apply(model: dict[bytes, bytes], changes: dict[bytes, bytes | None]) -> None:
    for key, value in changes.items():
        if value is None:
            model.pop(key, None)
        else:
            model[key] = value


@given(HISTORIES)
def test_any_history_gives_the_root_items_and_nodes_of_the_twin(
    history: list[dict[bytes, bytes | None]],
) -> None:
    store, model = DictStore(), dict[bytes, bytes]()
    tree = StateTree(store)
    for version, changes in enumerate(history):
        update = tree.update(changes, version)
        store.apply(update)
        store.forget(update)
        tree = tree.after(update)
        apply(model, changes)
        assert update.root == slow_root(model)
        assert list(cold(tree, store).items()) == sorted(model.items())
        assert sorted(tree.reachable()) == sorted(store.nodes)


@given(HISTORIES, KEYS)
def test_any_key_is_proved_as_the_twin_knows_it(
    history: list[dict[bytes, bytes | None]], key: bytes
) -> None:
    store, model = DictStore(), dict[bytes, bytes]()
    tree = StateTree(store)
    for version, changes in enumerate(history):
        update = tree.update(changes, version)
        store.apply(update)
        tree = tree.after(update)
        apply(model, changes)
    proof = cold(tree, store).prove(key)
    assert verify_tree_proof(tree.root, key, proof) == model.get(key)


@given(CHANGES, KEYS, KEYS, st.none() | VALUES)
def test_no_proof_says_anything_else_than_the_twin(
    changes: dict[bytes, bytes | None], key: bytes, other: bytes, value: bytes | None
) -> None:
    store, model = DictStore(), dict[bytes, bytes]()
    apply(model, changes)
    tree = StateTree(store)
    update = tree.update(changes, 0)
    store.apply(update)
    shown = tree.after(update).prove(other)
    try:
        said = verify_tree_proof(update.root, key, TreeProof(value=value, nodes=shown.nodes))
    except VerificationFailed:
        return
    assert said == model.get(key)

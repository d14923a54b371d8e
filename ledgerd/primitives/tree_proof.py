"""Proofs of the state tree: that a key has a value, or that it has none, from the root alone.

Rules of this file: a proof is the nodes on the way from the root to where the key is, or would
be; nothing in it is trusted, every node must have the hash that led to it, and every byte of it
is used. Who verifies needs no store.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.canonical import Canonical
from ledgerd.primitives.tree_nodes import (
    EMPTY,
    KEY_BYTES_MAX,
    NIBBLE_INDEX,
    NODE_BYTES_MAX,
    VALUE_BYTES_MAX,
    Node,
    decode_leaf,
    decode_node,
    node_hash,
    value_hash,
)

PATH_COUNT_MAX: Final = 2 * KEY_BYTES_MAX + 1


class TreeProof(Canonical, frozen=True, kw_only=True):
    """The way to one key.

    Attributes:
        value: of the key; nil when it is absent.
        nodes: what is hashed of each node on the way, root first.
    """

    value: Annotated[bytes, Meta(max_length=VALUE_BYTES_MAX)] | None
    nodes: Annotated[
        tuple[Annotated[bytes, Meta(min_length=18, max_length=NODE_BYTES_MAX)], ...],
        Meta(min_length=1, max_length=PATH_COUNT_MAX),
    ]


def verify_tree_proof(root: bytes, key: bytes, proof: TreeProof) -> bytes | None:
    """Give what the tree with this root holds under a key: its value, or None when absent.

    Raises:
        VerificationFailed: the proof does not show either.
    """
    found = _follow(root, key.hex(), proof.nodes)
    if found is None and proof.value is not None:
        raise VerificationFailed("state proof: a value is given, but the key is absent")
    if found is not None and (proof.value is None or value_hash(proof.value) != found):
        raise VerificationFailed("state proof: the value is not the one in the tree")
    return proof.value


def _follow(root: bytes, nibbles: str, nodes: tuple[bytes, ...]) -> bytes | None:
    """Walk the shown nodes towards a key; gives the hash of its value, or None."""
    expected, depth = root, 0
    last = len(nodes) - 1
    for place, preimage in enumerate(nodes):
        step = _step(_open(preimage, expected), nibbles, depth)
        if isinstance(step, tuple):
            if place == last:
                raise VerificationFailed("state proof: it ends before the key is reached")
            expected, depth = step
            continue
        if place != last:
            raise VerificationFailed("state proof: it goes on after the key was reached")
        return step
    raise VerificationFailed("state proof: it shows no node")


def _open(preimage: bytes, expected_hash: bytes) -> Node:
    if node_hash(preimage) != expected_hash:
        raise VerificationFailed("state proof: a node has another hash than the one above it says")
    try:
        return decode_node(preimage)
    except DecodeError as error:
        raise VerificationFailed(f"state proof: {error}") from error


def _step(node: Node, nibbles: str, depth: int) -> tuple[bytes, int] | bytes | None:
    """Give (hash of the next node, depth below), or the value's hash, or None for absence."""
    if not nibbles.startswith(node.segment, depth):
        return None
    depth += len(node.segment)
    if depth == len(nibbles):
        return node.value_hash or None
    entry = node.entries[NIBBLE_INDEX[nibbles[depth]]]
    depth += 1
    if entry == EMPTY:
        return None
    if entry[0] == 2:
        leaf = decode_leaf(entry, b"")
        return leaf.value_hash if leaf.segment == nibbles[depth:] else None
    return entry[1:], depth

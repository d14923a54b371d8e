"""Merkle trees against the recursive definition of RFC 6962."""

import hashlib

import pytest
from hypothesis import given, strategies as st

from ledgerd.errors import VerificationFailed
from ledgerd.primitives import merkle

LEAVES = st.lists(st.binary(max_size=3), min_size=1, max_size=40)


def sha(domain: bytes, data: bytes) -> bytes:
    return hashlib.sha256(domain.ljust(16, b"\0") + data).digest()


def slow_top(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return sha(b"ldg/mrk-leaf", leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"ldg/mrk-node", slow_top(leaves[:split]) + slow_top(leaves[split:]))


@given(LEAVES)
def test_the_root_is_the_one_of_the_definition(leaves: list[bytes]) -> None:
    count = len(leaves).to_bytes(4, "big")
    assert merkle.root(leaves) == sha(b"ldg/mrk-root", count + slow_top(leaves))


@given(LEAVES, st.data())
def test_every_leaf_is_proved_at_its_place_only(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = merkle.prove(leaves, index)
    merkle.verify(merkle.root(leaves), leaves[index], proof)
    with pytest.raises(VerificationFailed):
        merkle.verify(merkle.root([*leaves, b""]), leaves[index], proof)


@given(LEAVES, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=3))
def test_nothing_is_proved_that_is_not_there(
    leaves: list[bytes], index: int, leaf_count: int, leaf: bytes
) -> None:
    siblings = merkle.prove(leaves, min(index, len(leaves) - 1)).siblings
    proof = merkle.MerkleProof(index=index, leaf_count=leaf_count, siblings=siblings)
    try:
        merkle.verify(merkle.root(leaves), leaf, proof)
    except VerificationFailed:
        return
    assert leaf_count == len(leaves)
    assert leaves[index] == leaf

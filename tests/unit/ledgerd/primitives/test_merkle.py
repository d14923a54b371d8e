"""Merkle trees: every leaf provable, nothing else."""

import pytest

from ledgerd.errors import VerificationFailed
from ledgerd.primitives import merkle
from ledgerd.primitives.hashing import Domain, digest

LEAVES = [b"leaf %d" % number for number in range(7)]
ROOT = merkle.root(LEAVES)


def parent(left: bytes, right: bytes) -> bytes:
    return digest(Domain.MERKLE_NODE, left, right)


def test_the_tree_of_three_is_this_one() -> None:
    a, b, c = (merkle.leaf_hash(leaf) for leaf in LEAVES[:3])
    top = parent(parent(a, b), c)
    assert merkle.root(LEAVES[:3]) == digest(Domain.MERKLE_ROOT, b"\0\0\0\3", top)


def test_nothing_and_one_have_roots() -> None:
    assert merkle.root([]) == digest(Domain.MERKLE_EMPTY, bytes(4))
    only = merkle.leaf_hash(b"x")
    assert merkle.root([b"x"]) == digest(Domain.MERKLE_ROOT, b"\0\0\0\1", only)


@pytest.mark.parametrize("index", range(7))
def test_every_leaf_is_proved(index: int) -> None:
    merkle.verify(ROOT, LEAVES[index], merkle.prove(LEAVES, index))


@pytest.mark.parametrize("index", range(7))
def test_a_proof_holds_for_no_other_leaf(index: int) -> None:
    with pytest.raises(VerificationFailed):
        merkle.verify(ROOT, b"another", merkle.prove(LEAVES, index))


@pytest.mark.parametrize("leaf_count", [0, 3, 4, 6, 8, 2**32 - 1])
def test_the_count_is_bound_to_the_root(leaf_count: int) -> None:
    good = merkle.prove(LEAVES, 0)
    forged = merkle.MerkleProof(index=0, leaf_count=leaf_count, siblings=good.siblings)
    with pytest.raises(VerificationFailed):
        merkle.verify(ROOT, LEAVES[0], forged)


@pytest.mark.parametrize("index", [0, 1, 3, 7, 2**32 - 1])
def test_the_index_is_bound_to_the_root(index: int) -> None:
    good = merkle.prove(LEAVES, 2)
    forged = merkle.MerkleProof(index=index, leaf_count=7, siblings=good.siblings)
    with pytest.raises(VerificationFailed):
        merkle.verify(ROOT, LEAVES[2], forged)


def test_siblings_too_few_or_too_many_are_refused() -> None:
    good = merkle.prove(LEAVES, 2).siblings
    few = merkle.MerkleProof(index=2, leaf_count=7, siblings=good[:-1])
    many = merkle.MerkleProof(index=2, leaf_count=7, siblings=(*good, bytes(32)))
    with pytest.raises(VerificationFailed, match="few"):
        merkle.verify(ROOT, LEAVES[2], few)
    with pytest.raises(VerificationFailed, match="many"):
        merkle.verify(ROOT, LEAVES[2], many)


def test_an_inner_node_does_not_pass_as_a_leaf() -> None:
    a, b = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    two = merkle.root([b"a", b"b"])
    with pytest.raises(VerificationFailed):
        merkle.verify(two, a + b, merkle.MerkleProof(index=0, leaf_count=1, siblings=()))

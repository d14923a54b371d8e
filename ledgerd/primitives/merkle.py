"""Ordered binary Merkle trees: a list of byte strings, one root, proofs of single places.

Rules of this file: the tree over n leaves splits at the largest power of two below n, so no leaf
is ever repeated to fill it up. The root covers the number of leaves, so a proof's index and count
are bound to it as tightly as its bytes. Leaves, inner nodes and roots have a domain each.

Source: RFC 6962 section 2.1 for the shape; docs/formats.md.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import U32, Canonical, Hash32
from ledgerd.primitives.hashing import Domain, digest

SIBLING_COUNT_MAX: Final = 32  # a tree of 2^32 leaves


class MerkleProof(Canonical, frozen=True, kw_only=True):
    """The way from one leaf to the root.

    Attributes:
        index: place of the leaf, from 0.
        leaf_count: leaves of the whole tree.
        siblings: hashes beside the way, from the leaf upwards.
    """

    index: U32
    leaf_count: U32
    siblings: Annotated[tuple[Hash32, ...], Meta(max_length=SIBLING_COUNT_MAX)]


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf."""
    return digest(Domain.MERKLE_LEAF, leaf)


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaves in their order; of none too."""
    return root_of_hashes([leaf_hash(leaf) for leaf in leaves])


def root_of_hashes(hashes: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes in their order."""
    return _bind_count(_levels(hashes)[-1][0] if hashes else b"", len(hashes))


def prove(leaves: Sequence[bytes], index: int) -> MerkleProof:
    """Show the way of one leaf; ``index`` in ``[0, len(leaves))``."""
    return prove_of_hashes([leaf_hash(leaf) for leaf in leaves], index)


def prove_of_hashes(hashes: Sequence[bytes], index: int) -> MerkleProof:
    """Show the way of one leaf when the leaf hashes are at hand."""
    assert 0 <= index < len(hashes)
    siblings: list[bytes] = []
    place = index
    for level in _levels(hashes)[:-1]:
        beside = place ^ 1
        if beside < len(level):
            siblings.append(level[beside])
        place >>= 1
    return MerkleProof(index=index, leaf_count=len(hashes), siblings=tuple(siblings))


def verify(expected_root: bytes, leaf: bytes, proof: MerkleProof) -> None:
    """Check that a leaf stands at the proof's index under a root.

    Raises:
        VerificationFailed: it does not.
    """
    verify_hash(expected_root, leaf_hash(leaf), proof)


def verify_hash(expected_root: bytes, hashed_leaf: bytes, proof: MerkleProof) -> None:
    """Check that a leaf with this hash stands at the proof's index under a root.

    Raises:
        VerificationFailed: it does not.
    """
    place, width = proof.index, proof.leaf_count
    if place >= width:
        raise VerificationFailed("merkle proof: the index lies outside the tree")
    current = hashed_leaf
    siblings = iter(proof.siblings)
    while width > 1:
        if place ^ 1 < width:
            sibling = next(siblings, None)
            if sibling is None:
                raise VerificationFailed("merkle proof: too few siblings")
            current = _parent(sibling, current) if place & 1 else _parent(current, sibling)
        place, width = place >> 1, (width + 1) >> 1
    if next(siblings, None) is not None:
        raise VerificationFailed("merkle proof: too many siblings")
    if _bind_count(current, proof.leaf_count) != expected_root:
        raise VerificationFailed("merkle proof: it does not lead to the root")


def _levels(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Give all levels, leaves first; the odd one out moves up unchanged.

    That is the same tree as splitting at the largest power of two below n.
    """
    levels = [hashes]
    while len(hashes) > 1:
        pairs = zip(hashes[0::2], hashes[1::2], strict=False)
        above = [_parent(left, right) for left, right in pairs]
        if len(hashes) & 1:
            above.append(hashes[-1])
        hashes = above
        levels.append(hashes)
    return levels


def _parent(left: bytes, right: bytes) -> bytes:
    return digest(Domain.MERKLE_NODE, left, right)


def _bind_count(top: bytes, leaf_count: int) -> bytes:
    domain = Domain.MERKLE_ROOT if leaf_count else Domain.MERKLE_EMPTY
    return digest(domain, leaf_count.to_bytes(4, "big"), top)

"""Tree proofs: presence and absence, and nothing that can be bent."""

import pytest

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.state_tree import EMPTY_ROOT, StateTree
from ledgerd.primitives.tree_nodes import node_hash
from ledgerd.primitives.tree_proof import TreeProof, verify_tree_proof
from tests.unit.ledgerd.primitives.trees import DictStore, tree_of

ITEMS = {b"a": b"0", b"abc": b"1", b"abd": b"2", b"abdef": b"3", b"x": b"4", b"yz": b""}
TREE, _ = tree_of(ITEMS)
ABSENT = [b"ab", b"abce", b"abde", b"b", b"aba", b"y", b"yz0", b"abdef0", b"\x00", b"ac"]


@pytest.mark.parametrize("key", ITEMS, ids=bytes.hex)
def test_a_value_is_proved(key: bytes) -> None:
    assert verify_tree_proof(TREE.root, key, TREE.prove(key)) == ITEMS[key]


@pytest.mark.parametrize("key", ABSENT, ids=bytes.hex)
def test_absence_is_proved(key: bytes) -> None:
    assert verify_tree_proof(TREE.root, key, TREE.prove(key)) is None


def test_absence_in_an_empty_tree_is_proved() -> None:
    proof = StateTree(DictStore()).prove(b"a")
    assert verify_tree_proof(EMPTY_ROOT, b"a", proof) is None


@pytest.mark.parametrize("key", [*ITEMS, *ABSENT], ids=bytes.hex)
def test_a_proof_holds_under_no_other_root(key: bytes) -> None:
    with pytest.raises(VerificationFailed, match="another hash"):
        verify_tree_proof(EMPTY_ROOT, key, TREE.prove(key))


@pytest.mark.parametrize("key", ITEMS, ids=bytes.hex)
def test_a_present_key_cannot_be_hidden(key: bytes) -> None:
    good = TREE.prove(key)
    hidden = [TreeProof(value=None, nodes=good.nodes[:stop]) for stop in range(len(good.nodes) + 1)]
    assert [_outcome(key, proof) for proof in hidden] == ["refused"] * len(hidden)


@pytest.mark.parametrize("key", ABSENT, ids=bytes.hex)
def test_an_absent_key_cannot_be_invented(key: bytes) -> None:
    good = TREE.prove(key)
    assert _outcome(key, TreeProof(value=b"0", nodes=good.nodes)) == "refused"
    assert _outcome(key, TreeProof(value=b"", nodes=good.nodes)) == "refused"


def test_a_node_too_many_is_refused() -> None:
    good = TREE.prove(b"a")
    assert _outcome(b"a", TreeProof(value=b"0", nodes=good.nodes * 2)) == "refused"


def test_another_value_is_refused() -> None:
    assert _outcome(b"a", TreeProof(value=b"1", nodes=TREE.prove(b"a").nodes)) == "refused"


@pytest.mark.parametrize("key", [b"abdef", b"abce"], ids=bytes.hex)
def test_every_byte_of_a_proof_counts(key: bytes) -> None:
    data = encode(TREE.prove(key))
    flips = [(place, bit) for place in range(len(data)) for bit in (0x01, 0x80)]
    assert {_outcome_of_bytes(key, data, *flip) for flip in flips} == {"refused"}


def test_a_node_that_is_none_is_refused_although_its_hash_is_right() -> None:
    nonsense = bytes(19)
    with pytest.raises(VerificationFailed, match="follow"):
        verify_tree_proof(node_hash(nonsense), b"a", TreeProof(value=None, nodes=(nonsense,)))


def _outcome(key: bytes, proof: TreeProof) -> str:
    try:
        verify_tree_proof(TREE.root, key, proof)
    except VerificationFailed:
        return "refused"
    return "accepted"


def _outcome_of_bytes(key: bytes, data: bytes, place: int, bit: int) -> str:
    damaged = bytearray(data)
    damaged[place] ^= bit
    try:
        return _outcome(key, decode(bytes(damaged), TreeProof, bytes_max=100_000))
    except DecodeError:
        return "refused"

"""Proof files: verified with the genesis alone, every byte counts."""

from dataclasses import replace

import msgspec
import pytest

from ledgerd.chain.genesis import decode_genesis, encode_genesis
from ledgerd.chain.light import (
    ProofFile,
    ProvedState,
    ProvedTransaction,
    StateStatement,
    TransactionStatement,
    decode_proof,
    verify_proof,
)
from ledgerd.chain.membership import membership_hash
from ledgerd.chain.trust import EpochChange, Freshness, first_epoch
from ledgerd.errors import DecodeError, LedgerdError, ProofStale, VerificationFailed
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import encode, unbounded_fields
from tests.unit.ledgerd.chain.samples import (
    CREATED_MS,
    GENESIS,
    SampleBlock,
    bare_header,
    sample_block,
    sample_genesis,
    seal,
)
from tests.unit.ledgerd.primitives.trees import tree_of

TREE, _ = tree_of({b"b000000000000000000\x00": b"a bill", b"b000000000000000001\x00": b"another"})
KEY = b"b000000000000000000\x00"
FILE = encode_genesis(GENESIS)


def sample() -> SampleBlock:
    return sample_block(TREE.root)


def state_proof(key: bytes = KEY) -> ProofFile:
    statement = StateStatement(key=key, proof=TREE.prove(key))
    return ProofFile(sealed=seal(sample().header), statement=statement)


def transaction_statement(index: int, receipts_index: int | None = None) -> TransactionStatement:
    block = sample()
    encoded = [read.encoded for read in block.transactions]
    place = index if receipts_index is None else receipts_index
    return TransactionStatement(
        transaction=encoded[index],
        transaction_way=merkle.prove(encoded, index),
        receipts=block.receipts[place],
        receipts_way=merkle.prove(block.receipts, place),
    )


def transaction_proof(index: int = 2) -> ProofFile:
    return ProofFile(sealed=seal(sample().header), statement=transaction_statement(index))


def test_a_present_state_is_proved_from_the_genesis_file() -> None:
    proved = verify_proof(encode(state_proof()), decode_genesis(FILE))
    assert proved == ProvedState(sample().header, KEY, b"a bill")


def test_an_absent_key_is_proved() -> None:
    proved = verify_proof(encode(state_proof(b"b9")), GENESIS)
    assert proved == ProvedState(sample().header, b"b9", None)


@pytest.mark.parametrize("index", range(4))
def test_a_transaction_and_its_receipts_are_proved(index: int) -> None:
    proved = verify_proof(encode(transaction_proof(index)), GENESIS)
    assert isinstance(proved, ProvedTransaction)
    assert proved.transaction == sample().transactions[index]
    assert proved.receipts == (encode(("sample", 0)),)


@pytest.mark.parametrize("mask", [0x01, 0x80])
@pytest.mark.parametrize("proof", [state_proof, transaction_proof], ids=["state", "transaction"])
def test_every_byte_of_a_proof_counts(proof, mask: int) -> None:
    data = encode(proof())
    damaged = [
        data[:place] + bytes((byte ^ mask,)) + data[place + 1 :] for place, byte in enumerate(data)
    ]
    assert len(damaged) > 700
    assert {_outcome(item) for item in damaged} == {"refused"}


@pytest.mark.parametrize("proof", [state_proof, transaction_proof], ids=["state", "transaction"])
def test_a_cut_or_longer_proof_is_refused(proof) -> None:
    data = encode(proof())
    assert {_outcome(data[:stop]) for stop in range(0, len(data), 7)} == {"refused"}
    assert _outcome(data + b"\0") == "refused"


def _outcome(data: bytes) -> str:
    try:
        verify_proof(data, GENESIS)
    except (DecodeError, VerificationFailed):
        return "refused"
    return "accepted"


def test_a_proof_holds_for_no_other_chain() -> None:
    with pytest.raises(VerificationFailed, match="another chain"):
        verify_proof(encode(state_proof()), sample_genesis("other"))


def test_a_header_without_a_quorum_proves_nothing() -> None:
    good = state_proof()
    proof = ProofFile(sealed=seal(sample().header, (0, 1)), statement=good.statement)
    with pytest.raises(VerificationFailed, match="seal"):
        verify_proof(encode(proof), GENESIS)


def test_receipts_of_another_transaction_are_refused() -> None:
    proof = ProofFile(sealed=seal(sample().header), statement=transaction_statement(2, 1))
    with pytest.raises(VerificationFailed, match="different places"):
        verify_proof(encode(proof), GENESIS)


def test_receipts_that_name_another_transaction_are_refused() -> None:
    block = sample()
    swapped = replace(block, receipts=block.receipts[::-1])
    header = msgspec.structs.replace(block.header, receipt_root=merkle.root(swapped.receipts))
    statement = msgspec.structs.replace(
        transaction_statement(2),
        receipts=swapped.receipts[2],
        receipts_way=merkle.prove(swapped.receipts, 2),
    )
    with pytest.raises(VerificationFailed, match="another transaction"):
        verify_proof(encode(ProofFile(sealed=seal(header), statement=statement)), GENESIS)


def test_an_old_proof_is_stale_and_not_false() -> None:
    freshness = Freshness(now_ms=CREATED_MS + 10_000, age_ms_max=1_000)
    with pytest.raises(ProofStale):
        verify_proof(encode(state_proof()), GENESIS, freshness)


def test_a_false_proof_is_false_before_it_is_stale() -> None:
    data = encode(state_proof())[:-1] + b"\x01"
    with pytest.raises(LedgerdError) as caught:
        verify_proof(data, GENESIS, Freshness(height_min=99))
    assert not isinstance(caught.value, ProofStale)


def test_a_proof_may_lie_in_a_later_epoch() -> None:
    record = first_epoch(GENESIS).record
    following = msgspec.structs.replace(
        record, epoch=1, root_sequence=1, members=record.members[:3]
    )
    name = membership_hash(following)
    last = seal(msgspec.structs.replace(bare_header(), next_membership_hash=name))
    header = msgspec.structs.replace(
        bare_header(2), epoch=1, membership_hash=name, state_root=TREE.root
    )
    proof = ProofFile(
        epoch_changes=(EpochChange(last=last, record=following),),
        sealed=seal(header, (0, 1, 2)),
        statement=StateStatement(key=KEY, proof=TREE.prove(KEY)),
    )
    assert verify_proof(encode(proof), GENESIS) == ProvedState(header, KEY, b"a bill")


def test_decoding_verifies_nothing() -> None:
    proof = ProofFile(sealed=seal(sample().header, ()), statement=state_proof().statement)
    assert decode_proof(encode(proof)) == proof


def test_proofs_are_bounded() -> None:
    assert unbounded_fields(ProofFile) == ()

"""Evidence files: checked with the genesis alone, every byte counts, one form for one fact."""

import msgspec
import pytest

from consensus.evidence import Evidence
from consensus.messages import VoteKind
from ledgerd.chain.evidence import (
    EVIDENCE_BYTES_MAX,
    KIND_WORDS,
    EvidenceFile,
    SignedDigest,
    encode_evidence,
    verify_evidence_file,
)
from ledgerd.chain.trust import EpochChange
from ledgerd.errors import DecodeError, LedgerdError, VerificationFailed
from ledgerd.primitives.canonical import decode, encode, unbounded_fields
from tests.unit.ledgerd.chain.convicting import convict, place_of, say
from tests.unit.ledgerd.chain.golden import SEALED_HEADER
from tests.unit.ledgerd.chain.samples import (
    CHAIN_ID,
    GENESIS,
    consensus_signer,
    institution_id,
    sample_genesis,
)

KINDS = tuple(VoteKind)


def evidence(kind: VoteKind = VoteKind.PREPARE, replica: int = 2) -> Evidence:
    return convict(GENESIS, consensus_signer(replica), replica, kind)


def file_of(kind: VoteKind = VoteKind.PREPARE) -> EvidenceFile:
    data = encode_evidence(evidence(kind), CHAIN_ID)
    return decode(data, EvidenceFile, bytes_max=1_000)


def refused(file: EvidenceFile) -> str:
    with pytest.raises(VerificationFailed) as failure:
        verify_evidence_file(encode(file), GENESIS)
    return str(failure.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_every_kind_says_who_signed_what_twice(kind: VoteKind) -> None:
    found = evidence(kind)
    proved = verify_evidence_file(encode_evidence(found, CHAIN_ID), GENESIS)
    assert (proved.institution, proved.kind, proved.epoch) == (institution_id(2), kind, 0)
    assert (proved.view, proved.sequence) == (found.place.view, found.place.sequence)
    assert set(proved.digests) == {found.first.digest, found.second.digest}
    assert proved.public_key == consensus_signer(2).public_key


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_saw_the_same_two_writes_the_same_bytes(kind: VoteKind) -> None:
    one = evidence(kind)
    assert encode_evidence(one, CHAIN_ID) == encode_evidence(
        Evidence(one.second, one.first), CHAIN_ID
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_any_byte_changed_proves_nothing(kind: VoteKind) -> None:
    data = encode_evidence(evidence(kind), CHAIN_ID)
    for at in range(len(data)):
        spoilt = bytearray(data)
        spoilt[at] ^= 1
        with pytest.raises(LedgerdError):
            verify_evidence_file(bytes(spoilt), GENESIS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_at_any_byte_is_none(kind: VoteKind) -> None:
    data = encode_evidence(evidence(kind), CHAIN_ID)
    for length in range(len(data)):
        with pytest.raises(DecodeError):
            verify_evidence_file(data[:length], GENESIS)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_convicted_by_what_another_key_signed(kind: VoteKind) -> None:
    framed = convict(GENESIS, consensus_signer(1), 2, kind)
    with pytest.raises(VerificationFailed, match="does not hold"):
        verify_evidence_file(encode_evidence(framed, CHAIN_ID), GENESIS)


def test_two_kinds_or_two_places_convict_nobody() -> None:
    signer = consensus_signer(2)
    prepared = say(GENESIS, signer, place_of(GENESIS, 2, VoteKind.PREPARE), "one")
    committed = say(GENESIS, signer, place_of(GENESIS, 2, VoteKind.COMMIT), "other")
    later = say(GENESIS, signer, place_of(GENESIS, 2, VoteKind.PREPARE, sequence=8), "other")
    for second in (committed, later):
        mixed = Evidence(prepared, second._replace(place=prepared.place))
        with pytest.raises(VerificationFailed, match="does not hold"):
            verify_evidence_file(encode_evidence(mixed, CHAIN_ID), GENESIS)


def test_the_same_statement_twice_or_in_the_wrong_order_is_refused() -> None:
    file = file_of()
    assert "must differ" in refused(msgspec.structs.replace(file, second=file.first))
    swapped = msgspec.structs.replace(file, first=file.second, second=file.first)
    assert "the lower digest first" in refused(swapped)


def test_evidence_of_another_chain_is_refused_and_says_so() -> None:
    data = encode_evidence(evidence(), CHAIN_ID)
    with pytest.raises(VerificationFailed, match="another chain"):
        verify_evidence_file(data, sample_genesis("other"))


def test_no_member_and_no_epoch_outside_the_genesis_is_believed() -> None:
    file = file_of()
    assert "no member" in refused(msgspec.structs.replace(file, replica=4))
    assert "epoch 1" in refused(msgspec.structs.replace(file, epoch=1))


def test_an_epoch_change_that_does_not_hold_is_refused() -> None:
    record = msgspec.structs.replace(file_of(), epoch=1)
    from ledgerd.chain.genesis import genesis_membership

    change = EpochChange(last=SEALED_HEADER, record=genesis_membership(GENESIS))
    assert refused(msgspec.structs.replace(record, epoch_changes=(change,)))


def test_a_name_is_fit_for_a_file_and_tells_the_place() -> None:
    proved = verify_evidence_file(encode_evidence(evidence(VoteKind.NEW_VIEW), CHAIN_ID), GENESIS)
    assert proved.name == f"{institution_id(2)}-new-view-0-{proved.view}-0"


def test_there_is_a_word_for_every_kind_and_a_bound_for_every_field() -> None:
    assert set(KIND_WORDS) == set(VoteKind)
    assert unbounded_fields(EvidenceFile) == ()
    assert unbounded_fields(SignedDigest) == ()


def test_what_is_larger_than_allowed_is_not_looked_at() -> None:
    with pytest.raises(DecodeError, match="at most"):
        verify_evidence_file(bytes(EVIDENCE_BYTES_MAX + 1), GENESIS)

"""The bytes that are signed."""

import struct
from dataclasses import replace

import pytest

from consensus import DecodeError
from consensus.messages import (
    BatchReply,
    CertificateReply,
    Equivocation,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    SealReply,
    VoteKind,
)
from consensus.signing import (
    checkpoint_payload,
    claim_payload,
    new_view_payload,
    signed_parts,
    vote_payload,
)
from tests.unit.consensus.builders import (
    FOUR,
    A,
    B,
    KeyedHash,
    checkpoint,
    claim,
    commit,
    digest_of,
    membership,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    seal,
    status,
    view_change,
)


def test_a_vote_signs_a_fixed_layout() -> None:
    payload = vote_payload(FOUR, VoteKind.COMMIT, 7, (9, A.digest))
    expected = b"LEDGRVOT" + FOUR.chain + struct.pack(">BIQQ", 2, 0, 7, 9) + A.digest
    assert payload == expected


def test_a_seal_signs_a_layout_without_a_view() -> None:
    payload = checkpoint_payload(FOUR.chain, 3, 9, A.digest)
    assert payload == b"LEDGRSEA" + FOUR.chain + struct.pack(">IQ", 3, 9) + A.digest


def test_no_vote_of_one_kind_epoch_view_or_chain_can_pass_as_another() -> None:
    """Checklist 12 and 13."""
    other_chain = replace(FOUR, chain=digest_of("other"))
    payloads = {
        vote_payload(FOUR, VoteKind.PREPARE, 1, A.ref),
        vote_payload(FOUR, VoteKind.COMMIT, 1, A.ref),
        vote_payload(FOUR, VoteKind.PREPARE, 2, A.ref),
        vote_payload(FOUR, VoteKind.PREPARE, 1, B.ref),
        vote_payload(replace(FOUR, epoch=1), VoteKind.PREPARE, 1, A.ref),
        vote_payload(other_chain, VoteKind.PREPARE, 1, A.ref),
        claim_payload(FOUR, claim(0, 1)),
        checkpoint_payload(FOUR.chain, 0, 1, A.digest),
    }
    assert len(payloads) == 8


def test_a_claim_signs_its_rank_and_batch_and_new_view() -> None:
    claims = [
        claim(0, 2),
        claim(0, 3),
        claim(0, 2, prepared(A)),
        claim(0, 2, prepared(B)),
        claim(0, 3, prepared(A, view=2)),
    ]
    assert len({claim_payload(FOUR, each) for each in claims}) == 5


def test_a_new_view_signs_every_field_and_every_signature_inside() -> None:
    opened = new_view(2, prepared(A))
    proof = opened.certificate
    assert proof is not None
    last = replace(opened.claims[2], signature=bytes(64))
    signatures = (*proof.signatures[:2], (2, bytes(64)))
    variants = [
        opened,
        replace(opened, view=3),
        replace(opened, claims=opened.claims[:2]),
        replace(opened, claims=(*opened.claims[:2], last)),
        replace(opened, certificate=None),
        replace(opened, certificate=replace(proof, signatures=signatures)),
        replace(opened, certificate=replace(proof, sequence=2)),
    ]
    assert len({new_view_payload(FOUR, variant) for variant in variants}) == len(variants)


@pytest.mark.parametrize(
    ("message", "signers"),
    [
        (pre_prepare(A), [2]),
        (pre_prepare(A, view=2), [3]),
        (prepare(1, A), [1]),
        (commit(3, A), [3]),
        (checkpoint(0, A), [0]),
        (view_change(1, 2, prepared(A)), [1]),
        (new_view(2), [3]),
        (Equivocation(prepare(1, A), commit(3, B)), [1, 3]),
        (status(1, votes=(prepare(0, A),), claims=(claim(3, 2),)), []),
        (FetchBatch(1, 0, A.digest), []),
        (BatchReply(1, 0, (A,)), []),
        (FetchCertificate(1, 0), []),
        (CertificateReply(1, prepared(A)), []),
        (FetchNewView(1, 0, 2), []),
        (SealReply(1, seal(A)), []),
    ],
)
def test_the_envelope_of_a_message_is_checked_by_its_signers(message, signers) -> None:
    parts = signed_parts(message, FOUR)
    assert [part.public_key for part in parts] == [FOUR.public_keys[each] for each in signers]
    assert all(KeyedHash().verify(*part) for part in parts)


@pytest.mark.parametrize(
    "stranger",
    [
        prepare(4, A, of=membership(5)),
        replace(checkpoint(0, A), replica=-1),
        replace(view_change(1, 2), claim=replace(claim(1, 2), replica=4)),
        Equivocation(prepare(1, A), prepare(4, B, of=membership(5))),
        status(4),
        status(1, votes=(replace(prepare(0, A), replica=9),)),
        status(1, claims=(replace(claim(0, 2), replica=9),)),
        FetchBatch(4, 0, A.digest),
    ],
)
def test_a_replica_outside_the_membership_is_a_decode_error(stranger) -> None:
    with pytest.raises(DecodeError):
        signed_parts(stranger, FOUR)

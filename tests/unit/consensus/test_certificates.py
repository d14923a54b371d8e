"""What carries a quorum, and what only claims to."""

from dataclasses import replace

import pytest

from consensus import InvalidCertificate
from consensus.certificates import REMEMBERED_MAX, CertificateBook, verify_certificate, verify_seal
from consensus.messages import NewView, ViewChange, VoteKind
from tests.unit.consensus.builders import (
    FOUR,
    A,
    B,
    KeyedHash,
    batch,
    claim,
    committed,
    prepared,
    seal,
    view_change,
)

VERIFIER = KeyedHash()


def test_certificates_and_seals_of_a_quorum_hold() -> None:
    verify_certificate(prepared(A), FOUR, VERIFIER)
    verify_certificate(committed(A, by=(0, 1, 2, 3)), FOUR, VERIFIER)
    verify_seal(seal(A), FOUR, VERIFIER)


@pytest.mark.parametrize(
    "wrong",
    [
        prepared(A, by=(0, 1)),
        prepared(A, by=(0, 1, 1)),
        prepared(A, by=(1, 0, 2)),
        replace(prepared(A), kind=VoteKind.COMMIT),
        replace(prepared(A), kind=VoteKind.VIEW_CHANGE),
        replace(prepared(A), epoch=1),
        replace(prepared(A), view=2),
        replace(prepared(A), view=0),
        replace(prepared(A), sequence=0),
        replace(prepared(A), digest=B.digest),
        replace(prepared(A), signatures=(*prepared(A).signatures, (4, bytes(64)))),
        replace(prepared(A), signatures=((-1, bytes(64)), *prepared(A).signatures)),
    ],
)
def test_a_certificate_with_anything_wrong_does_not_hold(wrong) -> None:
    """Checklist 11."""
    with pytest.raises(InvalidCertificate):
        verify_certificate(wrong, FOUR, VERIFIER)


@pytest.mark.parametrize(
    "wrong",
    [
        seal(A, by=(0, 1)),
        replace(seal(A), epoch=1),
        replace(seal(A), sequence=0),
        replace(seal(A), sequence=2),
        replace(seal(A), header_hash=B.digest),
    ],
)
def test_a_seal_with_anything_wrong_does_not_hold(wrong) -> None:
    """Checklist 11."""
    with pytest.raises(InvalidCertificate):
        verify_seal(wrong, FOUR, VERIFIER)


class Counting(KeyedHash):
    count = 0

    def verify(self, public_key: bytes, payload: bytes, signature: bytes) -> bool:
        self.count += 1
        return super().verify(public_key, payload, signature)


def test_what_held_once_is_not_verified_again() -> None:
    verifier = Counting()
    book = CertificateBook(FOUR, verifier)
    for _ in range(3):
        book.verify(prepared(A))
        book.verify(seal(A))
    assert verifier.count == 6


def test_the_memory_of_what_held_is_bounded() -> None:
    verifier = Counting()
    book = CertificateBook(FOUR, verifier)
    book.note(prepared(A))
    for sequence in range(2, REMEMBERED_MAX + 2):
        book.note(prepared(batch(sequence=sequence)))
    book.verify(prepared(A))
    assert verifier.count == 3


BOOK = CertificateBook(FOUR, VERIFIER)


def test_a_view_change_is_borne_out_by_its_certificate() -> None:
    BOOK.verify_view_change(view_change(0, 2))
    BOOK.verify_view_change(view_change(0, 2, prepared(A)))


@pytest.mark.parametrize(
    "wrong",
    [
        ViewChange(claim(0, 2, prepared(A)), None),
        ViewChange(claim(0, 2), prepared(A)),
        ViewChange(claim(0, 2, prepared(B)), prepared(A)),
        ViewChange(claim(0, 3, prepared(A, view=2)), prepared(A)),
        view_change(0, 2, committed(A)),
        view_change(0, 2, prepared(A, view=2)),
        view_change(0, 2, prepared(A, by=(0, 1))),
        ViewChange(replace(claim(0, 2), digest=A.digest), None),
    ],
)
def test_a_view_change_that_is_not_borne_out_is_refused(wrong: ViewChange) -> None:
    with pytest.raises(InvalidCertificate):
        BOOK.verify_view_change(wrong)


def test_a_new_view_may_hold_lower_claims_than_its_certificate() -> None:
    claims = (claim(0, 2), claim(1, 2, prepared(A)), claim(3, 2, prepared(B)))
    BOOK.verify_new_view(NewView(0, 2, claims, prepared(B), b""))


def test_of_two_claims_of_one_rank_the_certificate_says_which_is_true() -> None:
    liar = claim(0, 2, replace(prepared(A), digest=batch("X").digest))
    claims = (liar, claim(1, 2, prepared(A)), claim(3, 2))
    BOOK.verify_new_view(NewView(0, 2, claims, prepared(A), b""))


@pytest.mark.parametrize(
    "claims",
    [
        (claim(0, 2), claim(1, 2)),
        (claim(0, 2), claim(1, 2), claim(1, 2)),
        (claim(1, 2), claim(0, 2), claim(2, 2)),
        (claim(0, 2), claim(1, 2), claim(2, 3)),
        (claim(0, 2), claim(1, 2), replace(claim(2, 2), epoch=1)),
        (claim(0, 2), claim(1, 2), replace(claim(2, 2), signature=bytes(64))),
        (claim(0, 2), claim(1, 2), replace(claim(2, 2), rank=(-1, 0))),
        (claim(0, 2), claim(1, 2), replace(claim(2, 2), replica=4)),
    ],
)
def test_a_new_view_with_a_wrong_claim_is_refused(claims) -> None:
    """Checklist 10."""
    with pytest.raises(InvalidCertificate):
        BOOK.verify_new_view(NewView(0, 2, claims, None, b""))

"""What a signature says, and the proof that two of them exclude each other."""

from dataclasses import replace

import pytest

from consensus import Digest, InvalidCertificate
from consensus.codec import decode_message, encode_message
from consensus.evidence import (
    Evidence,
    Statement,
    proof_statements,
    statement_part,
    statements_of,
    verify_evidence,
    vote_statement,
)
from consensus.messages import Equivocation, Message, VoteKind
from consensus.signing import signed_parts
from tests.unit.consensus.builders import (
    FOUR,
    A,
    B,
    KeyedHash,
    batch,
    checkpoint,
    claim,
    commit,
    committed,
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

X = batch("X")
CONFLICTING: dict[str, tuple[Message, Message]] = {
    "pre-prepare": (pre_prepare(A), pre_prepare(X)),
    "proposal and prepare": (pre_prepare(A), prepare(2, X)),
    "prepare": (prepare(3, A), prepare(3, X)),
    "commit": (commit(3, A, view=4), commit(3, X, view=4)),
    "checkpoint": (checkpoint(3, A), checkpoint(3, A, digest_of("other header"))),
    "view change": (view_change(3, 2), view_change(3, 2, prepared(A))),
    "new view": (new_view(2), new_view(2, by=(1, 2, 3))),
    "new view on another certificate": (new_view(2, prepared(A)), new_view(2, prepared(B))),
}


def said(message: Message) -> Statement:
    (statement,) = statements_of(message, FOUR)
    return statement


def verdict(evidence: Evidence) -> None:
    verify_evidence(evidence, FOUR, KeyedHash())


@pytest.mark.parametrize("pair", CONFLICTING.values(), ids=CONFLICTING)
def test_two_conflicting_messages_of_every_kind_convict_their_signer(
    pair: tuple[Message, Message],
) -> None:
    evidence = Evidence(said(pair[0]), said(pair[1]))
    verdict(evidence)
    assert evidence.place == said(pair[1]).place


@pytest.mark.parametrize("pair", CONFLICTING.values(), ids=CONFLICTING)
def test_a_statement_is_signed_as_the_envelope_is(pair: tuple[Message, Message]) -> None:
    for message in pair:
        assert (statement_part(said(message), FOUR),) == signed_parts(message, FOUR)


@pytest.mark.parametrize("pair", CONFLICTING.values(), ids=CONFLICTING)
def test_a_spoilt_signature_convicts_nobody(pair: tuple[Message, Message]) -> None:
    spoilt = said(pair[1])._replace(signature=bytes(64))
    with pytest.raises(InvalidCertificate):
        verdict(Evidence(said(pair[0]), spoilt))


def test_an_equivocation_holds_two_statements_and_a_status_none() -> None:
    proof = Equivocation(prepare(3, A), prepare(3, X))
    assert statements_of(proof, FOUR) == (said(proof.first), said(proof.second))
    assert statements_of(status(3), FOUR) == ()


def test_certificates_and_seals_say_what_each_of_their_voters_said() -> None:
    assert proof_statements(committed(A)) == tuple(said(commit(r, A)) for r in (0, 1, 2))
    assert proof_statements(prepared(A)) == tuple(said(prepare(r, A)) for r in (0, 1, 2))
    assert proof_statements(seal(A)) == tuple(said(checkpoint(r, A)) for r in (0, 1, 2))


def test_conflicting_votes_can_be_passed_on_as_a_message_and_others_cannot() -> None:
    evidence = Evidence(vote_statement(commit(3, A)), vote_statement(commit(3, X)))
    message = evidence.equivocation()
    assert message == Equivocation(commit(3, A), commit(3, X))
    assert decode_message(encode_message(message)) == message
    other = Evidence(said(new_view(2)), said(new_view(2, by=(1, 2, 3))))
    assert other.equivocation() is None


def test_two_equal_statements_or_two_places_are_no_evidence() -> None:
    """Checklist 43."""
    with pytest.raises(AssertionError):
        Evidence(said(prepare(3, A)), said(prepare(3, A)))
    with pytest.raises(AssertionError):
        Evidence(said(prepare(3, A)), said(commit(3, X)))


def moved(evidence: Evidence, **changes: object) -> Evidence:
    place = evidence.place._replace(**changes)
    first, second = evidence.first, evidence.second
    return Evidence(first._replace(place=place), second._replace(place=place))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epoch": 1}, "epoch 1"),
        ({"replica": 4}, "no member"),
        ({"replica": 2}, "signature"),
        ({"kind": VoteKind.COMMIT}, "signature"),
        ({"view": 2}, "signature"),
        ({"sequence": 2}, "signature"),
    ],
)
def test_evidence_moved_to_another_place_does_not_hold(
    changes: dict[str, object], words: str
) -> None:
    evidence = Evidence(said(prepare(3, A)), said(prepare(3, X)))
    with pytest.raises(InvalidCertificate, match=words):
        verdict(moved(evidence, **changes))


def test_places_at_which_nothing_is_signed_are_refused() -> None:
    headers = Evidence(said(checkpoint(3, A)), said(checkpoint(3, A, Digest(bytes(32)))))
    with pytest.raises(InvalidCertificate, match="no view"):
        verdict(moved(headers, view=1))
    claims = Evidence(said(view_change(3, 2)), said(view_change(3, 2, prepared(A))))
    with pytest.raises(InvalidCertificate, match="no sequence"):
        verdict(moved(claims, sequence=1))


def test_a_view_is_opened_twice_by_its_own_primary_only() -> None:
    views = Evidence(said(new_view(2)), said(new_view(2, by=(1, 2, 3))))
    assert views.place.replica == FOUR.primary_of(2)
    with pytest.raises(InvalidCertificate, match="not for replica 1"):
        verdict(moved(views, replica=1))


def test_evidence_of_one_chain_is_none_on_another() -> None:
    """Checklist 43."""
    evidence = Evidence(said(prepare(3, A)), said(prepare(3, X)))
    elsewhere = replace(membership(), chain=digest_of("other chain"))
    with pytest.raises(InvalidCertificate):
        verify_evidence(evidence, elsewhere, KeyedHash())


def test_a_claim_for_another_rank_is_another_statement() -> None:
    assert said(view_change(3, 2)).digest != said(view_change(3, 2, prepared(A))).digest
    assert said(view_change(3, 2)).signature == claim(3, 2).signature

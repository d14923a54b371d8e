"""Asking others, and answering them."""

from consensus.fetching import Fetching
from consensus.messages import BatchReply, CertificateReply, FetchBatch, FetchCertificate
from tests.unit.consensus.builders import (
    NOW,
    A,
    B,
    batch,
    bench,
    membership,
    new_view,
    prepared,
    said,
    state_of,
)


def test_a_question_that_is_void_is_forgotten() -> None:
    fetching = Fetching(state_of())
    assert said(fetching.need((A.digest, B.digest), NOW), FetchBatch)
    fetching.need((B.digest,), NOW)
    assert fetching.on_batch_reply(BatchReply(0, 0, (A,))).faults == ()
    assert said(fetching.need((A.digest,), NOW), FetchBatch)


def test_a_lone_replica_has_nobody_to_ask() -> None:
    fetching = Fetching(state_of(0, membership(1)))
    assert fetching.need((A.digest,), NOW).sends == ()


def test_ancestors_that_are_decided_are_not_kept() -> None:
    state = state_of()
    state.chain.decide(A.ref)
    fetching = Fetching(state)
    fetching.need((B.digest,), NOW)
    fetching.on_batch_reply(BatchReply(0, 0, (B, A)))
    assert (state.chain.get(B.digest), state.chain.get(A.digest)) == (B, None)


def test_without_a_decision_there_is_no_certificate_to_send() -> None:
    backup = bench()
    assert said(backup.receive(FetchCertificate(3, 0)), CertificateReply) == []
    backup.decide(A)
    assert said(backup.receive(FetchCertificate(3, 0)), CertificateReply)


def test_an_anchor_that_is_a_proposal_at_hand_is_not_fetched() -> None:
    backup = bench()
    first = batch("A", view=2)
    from tests.unit.consensus.builders import pre_prepare

    backup.receive(pre_prepare(first, view=2))
    assert said(backup.receive(new_view(3, prepared(first, view=2))), FetchBatch) == []

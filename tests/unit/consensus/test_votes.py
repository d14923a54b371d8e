"""One vote per replica and view, two views at most."""

from consensus.messages import VoteKind
from consensus.votes import VoteOutcome, VoteSet
from tests.unit.consensus.builders import A, batch, prepare, prepared

X = batch("X")


def test_a_second_digest_in_one_view_is_a_contradiction_and_changes_nothing() -> None:
    votes = VoteSet()
    assert votes.add(prepare(0, A), 1) is VoteOutcome.ADDED
    assert votes.add(prepare(0, A), 1) is VoteOutcome.REPEATED
    assert votes.add(prepare(0, X), 1) is VoteOutcome.CONFLICTING
    assert votes.of(0, 1) == prepare(0, A)
    assert (votes.count(1, A.digest), votes.count(1, X.digest)) == (1, 0)


def test_the_present_view_and_the_highest_other_are_kept() -> None:
    votes = VoteSet()
    for view in (1, 3, 5):
        assert votes.add(prepare(0, A, view), 1) is VoteOutcome.ADDED
    assert votes.add(prepare(0, A, 4), 1) is VoteOutcome.OUTDATED
    assert [votes.count(view, A.digest) for view in (1, 3, 4, 5)] == [1, 0, 0, 1]
    assert votes.vote_count() == 2


def test_dropping_one_vote_leaves_those_of_others() -> None:
    votes = VoteSet()
    votes.add(prepare(0, A, 3), 1)
    votes.add(prepare(2, A, 3), 1)
    votes.add(prepare(0, A, 5), 1)
    assert votes.count(3, A.digest) == 1
    assert votes.of(0, 3) is None


def test_a_certificate_binds_the_votes_in_replica_order() -> None:
    votes = VoteSet()
    for replica in (2, 0, 1):
        votes.add(prepare(replica, A), 1)
    assert votes.certificate(1, A.digest) == prepared(A)
    assert prepared(A).kind is VoteKind.PREPARE

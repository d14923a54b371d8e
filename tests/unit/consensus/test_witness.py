"""Who has shown what, and what the own log lacks."""

from dataclasses import replace

from consensus.messages import Commit, Status
from consensus.witness import Witness
from tests.unit.consensus.builders import (
    STATUS_MS,
    A,
    B,
    KeyedHash,
    bench,
    commit,
    digest_of,
    new_view,
    prepare,
    said,
    state_of,
    status,
)


def test_the_newest_vote_is_by_view_then_sequence_then_kind() -> None:
    witness = Witness(state_of(), KeyedHash())
    for vote in (prepare(0, B), prepare(0, A, view=2), commit(0, A, view=2), prepare(0, B)):
        witness.on_vote(vote)
    witness.on_vote(prepare(3, A))
    assert witness.newest() == (commit(0, A, view=2), prepare(3, A))


def test_votes_of_another_epoch_and_of_others_are_no_memory_of_ours() -> None:
    state = state_of()
    witness = Witness(state, KeyedHash())
    witness.on_vote(replace(prepare(0, A), epoch=1))
    assert witness.newest() == ()
    witness.on_status(status(0, votes=(replace(prepare(1, A), epoch=1), prepare(3, A))))
    assert not state.guard.amnesia


def test_another_vote_of_ours_for_the_same_place_is_missing_too() -> None:
    backup = bench()
    backup.accept(A)
    own = prepare(1, replace(A, parent_digest=digest_of("other")))
    backup.receive(status(0, votes=(own,)))
    assert backup.report.amnesia


def test_amnesia_is_written_once() -> None:
    state = state_of()
    witness = Witness(state, KeyedHash())
    witness.forgot()
    witness.forgot()
    assert len(state.journal.take()) == 1


def test_an_own_new_view_of_the_present_view_is_remembered() -> None:
    state = state_of(3)
    witness = Witness(state, KeyedHash())
    state.reign.enter(new_view(2), state.membership.root, 0)
    witness.on_own(new_view(2))
    assert not state.guard.amnesia


def test_what_others_signed_in_a_certificate_is_shown_after_a_restart() -> None:
    """Every node was killed, one came back with an old copy of its log, and nobody told it.

    The others had kept its signatures in the certificates of their logs, and forgotten its votes.
    """
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(2, A), prepare(3, A))
    assert said(backup.receive(commit(2, A)), Commit) == []

    backup.reboot()

    shown = said(backup.wait(2 * STATUS_MS), Status)[-1].votes
    assert {prepare(0, A), prepare(2, A), prepare(3, A)} & set(shown)
    assert all(vote.replica != 1 or vote.digest == A.digest for vote in shown)


def test_claims_of_the_view_that_was_entered_are_shown_after_a_restart() -> None:
    backup = bench()
    backup.receive(new_view(2))

    backup.reboot()

    shown = said(backup.wait(2 * STATUS_MS), Status)[-1].claims
    assert set(new_view(2).claims) <= set(shown)

"""Who has shown what, and what the own log lacks."""

from dataclasses import replace

from consensus.witness import Witness
from tests.unit.consensus.builders import (
    A,
    B,
    KeyedHash,
    bench,
    commit,
    digest_of,
    new_view,
    prepare,
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

"""Corners of repetition that no sentence names."""

from consensus.messages import Commit, NewView, Prepare, PrePrepare, ViewChange
from tests.unit.consensus.builders import (
    STATUS_MS,
    A,
    B,
    C,
    bench,
    membership,
    prepare,
    said,
    status,
    view_change,
)


def test_votes_beyond_what_the_reader_keeps_are_not_sent() -> None:
    backup = bench(of=membership(window=1))
    backup.seal(A)
    backup.seal(B)
    backup.accept(C)
    backup.tick(STATUS_MS)
    step = backup.receive(status(3))
    assert all(vote.sequence <= 2 for vote in said(step, Prepare))
    assert said(step, PrePrepare) == []


def test_a_proposal_of_the_own_hand_is_repeated_as_such() -> None:
    primary = bench(2)
    [proposed] = said(primary.propose("A"), PrePrepare)
    primary.tick(STATUS_MS)
    step = primary.receive(status(3))
    assert said(step, PrePrepare) == [proposed]
    assert [vote.sequence for vote in said(step, Prepare)] == [1]


def test_the_first_view_needs_no_proof_of_entry() -> None:
    backup = bench()
    backup.tick(STATUS_MS)
    assert said(backup.receive(status(3, active=False)), NewView) == []


def test_a_replica_that_was_led_into_a_view_has_no_view_change_to_show() -> None:
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.tick(STATUS_MS)
    assert said(backup.receive(status(3, view=3)), ViewChange) == []


def test_commits_are_old_after_a_restart() -> None:
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(0, A))
    backup.reboot()
    backup.tick(STATUS_MS)
    assert [vote.sequence for vote in said(backup.receive(status(3)), Commit)] == [1]

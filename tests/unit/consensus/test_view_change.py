"""Corners of the view change that no sentence names."""

from dataclasses import replace

from consensus.faults import FaultKind
from consensus.messages import NewView, ViewChange
from consensus.view_change import choose
from tests.unit.consensus.builders import (
    TIMEOUT_MS,
    A,
    B,
    bench,
    claim,
    new_view,
    prepared,
    said,
    view_change,
)


def test_two_view_changes_of_one_replica_for_one_view_are_a_fault() -> None:
    backup = bench()
    step = backup.receive(view_change(3, 2), view_change(3, 2, prepared(A)), view_change(3, 2))
    assert [f.kind for f in step.faults] == [FaultKind.CONFLICTING_VIEW_CHANGE]


def test_a_view_change_for_a_lower_view_than_the_last_one_is_late() -> None:
    backup = bench()
    step = backup.receive(view_change(3, 5), view_change(3, 2, prepared(A)))
    assert step.faults == ()


def test_nobody_is_blamed_for_a_certificate_that_somebody_else_may_have_spoilt() -> None:
    primary = bench(3)
    spoilt = ViewChange(claim(1, 2, prepared(A)), prepared(A, by=(0, 1)))
    assert primary.receive(view_change(0, 2), spoilt, spoilt).faults == ()
    assert not primary.report.active


def test_a_copy_that_was_not_looked_at_stays_unless_it_lacks_its_certificate() -> None:
    primary = bench(3)
    spoilt = ViewChange(claim(1, 2, prepared(A)), prepared(A, by=(0, 1)))
    primary.receive(view_change(1, 2, prepared(A)), spoilt)
    [opened] = said(primary.receive(view_change(0, 2)), NewView)
    assert opened.certificate == prepared(A)


def test_more_than_a_quorum_gives_a_new_view_of_a_quorum_with_the_highest_ranks() -> None:
    changes = [view_change(0, 2, prepared(A)), view_change(1, 2), view_change(2, 2, prepared(B))]
    chosen = choose(changes, 2)
    assert [change.claim.replica for change in chosen] == [2, 0]


def test_a_view_that_does_not_come_is_given_up_with_more_time_for_the_next() -> None:
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.tick(1_500)
    assert (backup.report.view, backup.report.timeout_ms) == (3, 2_250)


def test_an_amnesic_replica_gives_nothing_up() -> None:
    from tests.unit.consensus.builders import Bench

    forgetful = Bench(changes={"log_is_damaged": True})
    forgetful.receive(view_change(0, 2), view_change(2, 2), view_change(3, 2))
    forgetful.wait(3 * TIMEOUT_MS)
    assert forgetful.report.view == 1


def test_an_amnesic_primary_opens_no_view() -> None:
    primary = bench(3)
    primary.receive(view_change(0, 2), view_change(1, 2))
    assert primary.report.active
    another = bench(3)
    another.receive(view_change(0, 3), view_change(1, 3))
    assert said(another.receive(view_change(2, 3)), NewView) == []


def test_a_view_change_of_another_epoch_says_nothing() -> None:
    backup = bench()
    for sender in (0, 3):
        other = view_change(sender, 2)
        stranger = replace(other, claim=replace(other.claim, epoch=1))
        backup.replica.receive(stranger, backup.now)
    assert backup.report.view == 1


def test_a_replica_that_forgot_while_it_waited_opens_nothing() -> None:
    primary = bench(3)
    primary.receive(view_change(0, 2), view_change(1, 5))
    assert (primary.report.view, primary.report.active) == (2, False)
    primary.receive(view_change(3, 9))
    assert primary.report.amnesia
    step = primary.receive(view_change(2, 2), view_change(1, 6))
    assert said(step, NewView) == []


def test_a_new_view_that_arrives_while_waiting_ends_the_timer() -> None:
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.receive(new_view(2))
    backup.wait(3 * TIMEOUT_MS)
    assert backup.report.view == 2

"""How long a primary gets (consensus.md section 4, *Timeouts*)."""

import pytest

from consensus import Complaint
from consensus.messages import ViewChange
from consensus.records import BatchRecord
from consensus.timers import BACKOFF_MAX, backed_off
from consensus.view_change import ViewChanges
from tests.unit.consensus.builders import (
    NOW,
    TIMEOUT_MS,
    A,
    Bench,
    batch,
    bench,
    checkpoint,
    claim,
    membership,
    new_view,
    pre_prepare,
    prepared,
    said,
    state_of,
    view_change,
)

PROBE_MS = 50
ROUND_TRIP_MS = 5


def test_the_time_grows_by_half_with_each_view_in_a_row_without_a_commit() -> None:
    """*Timeouts*: x 1.5 for each view in a row without a commit."""
    backup = bench()
    for view in (2, 3, 4):
        backup.receive(view_change(0, view), view_change(3, view))
    assert backup.report.timeout_ms == TIMEOUT_MS * 27 // 8


def test_the_time_is_bounded_and_never_overflows() -> None:
    """*Timeouts*: at most 8 x, after any number of failed views."""
    assert backed_off(TIMEOUT_MS, 6) == BACKOFF_MAX * TIMEOUT_MS
    assert backed_off(TIMEOUT_MS, 10**18) == BACKOFF_MAX * TIMEOUT_MS


def test_the_time_is_back_on_a_commit_and_not_on_entering_a_view() -> None:
    """*Timeouts*: back to the start on a commit, not on entering a view."""
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2), new_view(2))
    assert backup.report.timeout_ms == TIMEOUT_MS * 3 // 2
    backup.decide(batch("A", view=2), view=2)
    assert backup.report.timeout_ms == TIMEOUT_MS


def test_a_block_that_catching_up_brings_is_a_commit() -> None:
    """*Timeouts*: on a commit, whoever brings it."""
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.adopt(A)
    assert backup.report.timeout_ms == TIMEOUT_MS


def test_a_block_that_is_brought_again_is_no_commit() -> None:
    """*Timeouts*: on a commit, and not each time that somebody shows an old one."""
    backup = bench()
    backup.adopt(A)
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.adopt(A)
    assert backup.report.timeout_ms == TIMEOUT_MS * 3 // 2


def turn(backup: Bench, last, *, works: bool, is_behind: bool = False):
    """Let the present primary have a turn, with something owed; then the next view is open."""
    view = backup.report.view
    name = f"of {view}"
    backup.owe(name)
    if works or is_behind:
        last = batch(name, last, view=view)
    if is_behind:
        backup.adopt(last)
    elif works:
        backup.accept(last, view=view)
        backup.now_ms += ROUND_TRIP_MS
        backup.decide(last, view=view)
        backup.execute(last)
        backup.receive(*(checkpoint(replica, last) for replica in (0, 2, 3)))
    backup.forgive(name)
    following = view + 1 if view % 4 != 3 else view + 2  # every fourth is the own turn
    backup.receive(new_view(following, prepared(last, int(last.proposed_in_view))))
    return last


def last_of(backup: Bench):
    """Return the batch that was decided last, as its log has it."""
    decided = backup.report.decided
    return next(
        record.batch
        for record in reversed(backup.log)
        if isinstance(record, BatchRecord) and record.batch.sequence == decided
    )


def play(turns: str) -> Bench:
    """Let the replicas 2, 3 and 0 have turns: "x" without a batch, "o" with one.

    "c" is one with a batch that catching up brings.
    """
    backup = bench()
    last = None
    for made in "ooo" + turns:
        last = turn(backup, last, works=made == "o", is_behind=made == "c")
    return backup


@pytest.mark.parametrize(
    ("turns", "time_ms"),
    [
        ("xooxoo", PROBE_MS),
        ("oooxoo", TIMEOUT_MS),
        ("xooxooo", TIMEOUT_MS),
        ("xooxooxoo", PROBE_MS),
        ("xooxooooo", TIMEOUT_MS),
        ("cooxoocoo", TIMEOUT_MS),
        ("coocoo", TIMEOUT_MS),
    ],
    ids=[
        "two idle turns",
        "one",
        "another replica",
        "three",
        "a batch between",
        "one between that catching up brings",
        "two turns that one could not follow",
    ],
)
def test_whose_last_two_turns_had_no_batch_gets_a_moment(turns: str, time_ms: int) -> None:
    """*Timeouts*: a replica whose last two turns as active primary ended without a batch."""
    assert play(turns).report.timeout_ms == time_ms


def test_a_probe_that_brings_nothing_ends_the_view_soon() -> None:
    """*Timeouts*: gets probe_ms (50)."""
    backup = play("xooxoo")
    backup.owe("Z")
    assert said(backup.tick(PROBE_MS - 1), ViewChange) == []
    assert len(said(backup.tick(1), ViewChange)) == 1
    assert backup.report.complaint is Complaint.OVERDUE


def test_a_proposal_ends_the_probing_though_its_contents_take_longer_to_check() -> None:
    """*Timeouts*: it is whether it proposes that is probed, not how long a backup takes to look."""
    backup = play("xooxoo")
    backup.owe("Z")
    proposed = batch("Z", last_of(backup), view=backup.report.view)
    backup.receive(pre_prepare(proposed, backup.report.view))
    assert said(backup.tick(2 * PROBE_MS), ViewChange) == []
    assert len(said(backup.wait(TIMEOUT_MS), ViewChange)) == 1


def test_a_closed_window_stops_the_clock_of_a_probe_as_long_as_any_other() -> None:
    """*Their clock*: stands still for at most 8 timeouts, not 8 moments."""
    backup = play("xooxo")
    view = backup.report.view
    last = last_of(backup)
    for name in "WXYZ":  # a whole window that the own executor has not come to
        last = batch(name, last, view=view)
        backup.decide(last, view=view)
    backup.receive(new_view(view + 1 if view % 4 != 3 else view + 2, prepared(last, view)))
    assert backup.report.timeout_ms == PROBE_MS
    backup.owe("late")
    assert said(backup.wait(2 * TIMEOUT_MS), ViewChange) == []


def test_after_the_first_f_views_everybody_gets_the_full_time() -> None:
    """*Timeouts*: only in the first f views after a commit; from then on the full time."""
    backup = play("xooxo")
    backup.owe("Z")
    backup.wait(TIMEOUT_MS)
    view = backup.report.view
    backup.receive(new_view(view + 1))
    assert backup.report.primary == 2
    assert backup.report.timeout_ms == TIMEOUT_MS * 3 // 2


def test_an_awaited_primary_that_brought_nothing_before_is_probed_too() -> None:
    """*Timeouts*: in the first f views after a commit; all but the first of them are awaited."""
    of = membership(7)
    state = state_of(1, of)
    for view in (3, 10, 12):  # replica 4 twice, then somebody else
        state.reign.view = view
        state.turns.watch(state.reign, 0, is_owing=True)
    state.reign.extend(A.ref)
    state.turns.watch(state.reign, 0, is_owing=True)
    state.turns.on_decided([A], 1)
    state.reign.view = 16
    awaiting = ViewChanges(state)
    for replica in (0, 1, 2, 3, 5):
        awaiting.on_view_change(ViewChange(claim(replica, 17, of=of), None), NOW)
    assert of.primary_of(17) == 4
    assert awaiting.deadline_ms == NOW.monotonic_ms + PROBE_MS


def test_turns_in_which_nothing_was_owed_do_not_count() -> None:
    """*Timeouts*: turns as active primary with something owed."""
    backup = bench()
    last = turn(backup, None, works=True)
    for view in (2, 3, 5, 6, 7, 9, 10, 11, 13):
        backup.receive(new_view(view, prepared(last)))
    assert backup.report.primary == 2
    assert backup.report.timeout_ms == TIMEOUT_MS

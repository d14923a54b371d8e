"""Items of the checklist about edges: one below, on it, one above.

Each test names its number; ``docs/checklist.md`` lists all of them.
"""

import pytest

from consensus.admission import Place, place_of
from consensus.messages import BatchReply, Prepare, VoteKind
from consensus.quorum import WINDOW_MAX
from tests.unit.consensus.builders import (
    A,
    B,
    batch,
    bench,
    chain,
    membership,
    new_view,
    prepared,
    ref,
    said,
    seal,
    state_of,
    view_change,
)


@pytest.mark.parametrize("window", [1, 2, WINDOW_MAX])
def test_checklist_31_the_edges_of_the_window(window: int) -> None:
    state = state_of(of=membership(4, window))
    places = [place_of(at, state) for at in (0, 1, window, window + 1, 2 * window, 2 * window + 1)]
    assert places[0] is Place.PAST
    assert places[1] is places[2] is Place.OPEN
    assert places[3] is places[4] is Place.LATER
    assert places[5] is Place.BEYOND
    kept = [state.log.has_room_for(at) for at in (1, 2 * window, 2 * window + 1)]
    assert kept == [True, True, False]


@pytest.mark.parametrize("kind", [VoteKind.PREPARE, VoteKind.COMMIT])
def test_checklist_31_the_edges_of_what_is_signed(kind: VoteKind) -> None:
    guard = state_of().guard  # its window is 4
    signed = [guard.vote(kind, 1, ref(at, "Z")) is not None for at in (0, 1, 4, 5)]
    assert signed == [False, True, True, False]
    views = [guard.vote(kind, view, ref(2, "Z")) is not None for view in (0, 1, 2)]
    assert views == [False, True, False]


@pytest.mark.parametrize(
    ("opened", "view", "active"),
    [(1, 3, False), (2, 3, False), (3, 3, True), (5, 5, True)],
)
def test_checklist_31_the_edges_of_views(opened: int, view: int, active: bool) -> None:
    """Waiting for view 3: a lower one is late, the same and a higher one are entered."""
    backup = bench()
    backup.receive(view_change(2, 3), view_change(0, 3))
    assert (backup.report.view, backup.report.active) == (3, False)
    backup.receive(new_view(opened))
    assert (backup.report.view, backup.report.active) == (view, active)


@pytest.mark.parametrize("wanted", [1, 2])
def test_checklist_31_who_wants_the_present_view_moves_nobody(wanted: int) -> None:
    backup = bench()
    backup.receive(view_change(2, wanted), view_change(0, wanted))
    assert backup.report.view == wanted


def test_checklist_31_a_view_is_older_than_its_certificate_or_not_entered() -> None:
    late, early = bench(), bench()
    late.receive(new_view(2, prepared(A, view=2)))
    early.receive(new_view(2, prepared(A, view=1)))
    assert (late.report.view, early.report.view) == (1, 2)


@pytest.mark.parametrize("is_consensus_first", [True, False])
def test_checklist_32_a_block_from_both_sides_in_both_orders(is_consensus_first: bool) -> None:
    replica = bench()
    if is_consensus_first:
        replica.decide(A)
        replica.execute(A)
        replica.adopt(A)
    else:
        replica.adopt(A)
        step = replica.decide(A)
        assert step.decided == ()
    report = replica.report
    assert (report.decided, report.executed, report.sealed) == (1, 1, 1)
    assert said(replica.accept(B), Prepare), "and it goes on from there"


def test_checklist_32_a_block_that_comes_while_its_batch_is_executed() -> None:
    replica = bench()
    replica.decide(A)
    replica.adopt(A)
    assert replica.execute(A).halt is None
    assert (replica.report.executed, replica.report.sealed) == (1, 1)
    other = batch("other")
    assert replica.adopt(other, seal(other)).halt is not None


def test_checklist_35_answers_late_or_never_asked_for_change_nothing() -> None:
    replica = bench()
    before = replica.replica.durable_records()
    unasked = BatchReply(2, 0, tuple(reversed(chain("ABC"))))
    step = replica.receive(unasked)
    assert (step.faults, step.persist, step.decided) == ((), (), ())
    assert replica.replica.durable_records() == before
    replica.seal(A)
    late = replica.receive(BatchReply(2, 0, (A,)))
    assert (late.faults, late.persist) == ((), ())

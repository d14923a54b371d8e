"""A primary that cannot be reached (consensus.md section 4, *Leave view v when*, the links)."""

import pytest

from consensus.messages import Status, ViewChange
from tests.unit.consensus.builders import STATUS_MS, bench, membership, new_view, said, status

PRIMARY = 2
DOWN_MS = 50
TOLD = {"links_down": (PRIMARY,)}


def lose(made, *replicas: int):
    return made.replica.links_changed(frozenset(replicas), made.now)


def test_weak_quorum_replicas_without_a_link_to_it_leave_a_primary() -> None:
    """*Leave*: weak_quorum replicas, itself among them, say that their link to it is down."""
    backup = bench()
    backup.owe("Z")
    lose(backup, PRIMARY)
    backup.receive(status(0, **TOLD))
    step = backup.tick(DOWN_MS)
    assert [change.claim.new_view for change in said(step, ViewChange)] == [2]


def test_one_link_that_is_down_ousts_nobody() -> None:
    """*Leave*: weak_quorum replicas; one flapping link must not oust an honest primary."""
    backup = bench()
    backup.owe("Z")
    lose(backup, PRIMARY)
    backup.wait(3 * STATUS_MS)
    assert backup.report.view == 1


def test_what_others_say_moves_nobody_whose_own_link_is_up() -> None:
    """*Leave*: itself among them."""
    backup = bench()
    backup.owe("Z")
    backup.receive(status(0, **TOLD), status(3, **TOLD))
    backup.wait(2 * STATUS_MS)
    assert backup.report.view == 1


def test_a_link_that_is_down_for_less_counts_for_nothing() -> None:
    """*Leave*: for disconnected_ms (50)."""
    backup = bench()
    backup.owe("Z")
    backup.receive(status(0, **TOLD))
    lose(backup, PRIMARY)
    backup.tick(DOWN_MS - 1)
    lose(backup)
    backup.tick(1)
    assert backup.report.view == 1


def test_nobody_is_missed_while_nothing_is_owed() -> None:
    """*Leave*: while something is owed."""
    backup = bench()
    backup.receive(status(0, **TOLD))
    lose(backup, PRIMARY)
    backup.tick(DOWN_MS)
    assert backup.report.view == 1
    backup.owe("Z")
    assert backup.report.view == 2


def test_the_newest_word_of_each_counts() -> None:
    """*Leave*: say in their status; two links flapping one after the other oust nobody."""
    backup = bench()
    backup.owe("Z")
    backup.receive(status(0, **TOLD), status(0))
    lose(backup, PRIMARY)
    backup.tick(DOWN_MS)
    assert backup.report.view == 1


def test_a_replica_that_is_cut_off_itself_blames_nobody() -> None:
    """*Leave*: as the clock of obligations stands still without quorum - 1 others."""
    backup = bench()
    backup.owe("Z")
    backup.receive(status(3, **TOLD))
    lose(backup, 0, PRIMARY)
    backup.tick(DOWN_MS)
    assert backup.report.view == 1


def test_seven_replicas_need_three_without_a_link() -> None:
    """*Leave*: weak_quorum is f + 1."""
    backup = bench(of=membership(7))
    primary = backup.report.primary
    backup.owe("Z")
    lose(backup, primary)
    others = [r for r in range(7) if r not in {1, primary}]
    backup.receive(status(others[0], links_down=(primary,)))
    backup.tick(DOWN_MS)
    assert backup.report.view == 1
    backup.receive(status(others[1], links_down=(primary,)))
    assert backup.report.view == 2


def test_the_link_to_the_next_primary_counts_in_its_view() -> None:
    """*Leave*: their link to it, the primary of the present view."""
    backup = bench()
    backup.owe("Z")
    lose(backup, 3)
    backup.receive(status(0, view=2, links_down=(3,)))
    backup.tick(DOWN_MS)
    assert backup.report.view == 1
    backup.receive(new_view(2))
    assert backup.report.view == 3


def test_a_status_names_the_links_that_are_down_at_once_and_when_they_are_up_again() -> None:
    """Section 2: Status: links down, on change."""
    backup = bench()
    lose(backup, 0, PRIMARY)
    assert backup.replica.next_deadline() == backup.now_ms + DOWN_MS
    assert [told.links_down for told in said(backup.tick(DOWN_MS), Status)] == [(0, 2)]
    assert [told.links_down for told in said(lose(backup, 0), Status)] == [(0,)]


@pytest.mark.parametrize("links_down", [(3, 2), (2, 2)])
def test_links_out_of_order_are_a_fault_of_the_one_who_names_them(links_down) -> None:
    """Section 2: one value, one form."""
    [fault] = bench().receive(status(0, links_down=links_down)).faults
    assert fault.replica == 0

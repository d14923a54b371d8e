"""The node at a glance: its role, and in plain words what keeps the next block."""

from dataclasses import replace

import pytest

from consensus import Rank, ReplicaId, Report, SequenceNumber, View
from ledgerd.node.status import BEHIND_WINDOWS, Gauges, reasons_unready, status_of
from ledgerd.node.views import Head, Role
from ledgerd.storage.free_space import Space
from tests.unit.ledgerd.node.samples import CHAIN_ID, MEMBERS, epoch

GAP = BEHIND_WINDOWS * epoch().membership.limits.window
ZERO = SequenceNumber(0)
REPORT = Report(
    epoch=0,
    view=View(1),
    active=True,
    primary=ReplicaId(2),
    decided=ZERO,
    executed=ZERO,
    sealed=ZERO,
    low_watermark=ZERO,
    tip_sequence=ZERO,
    rank=Rank(View(0), ZERO),
    voting=True,
    amnesia=False,
    divergence=None,
    owed_count=0,
    timeout_ms=2_000,
    silent=(),
)
WELL = Gauges(
    chain_id=CHAIN_ID,
    institution=MEMBERS[0],
    members=MEMBERS,
    membership=epoch().membership,
    self_id=0,
    report=REPORT,
    head=Head(5, bytes(32), bytes(32), 0, 5),
    connected=MEMBERS[1:3],
    pending_transactions=0,
    pending_bundles=0,
    pool_bytes=0,
    target_height=5,
    loop_stall_ms_max=0,
    space=Space.AMPLE,
)


def test_a_node_that_sees_a_quorum_is_ready_and_has_nothing_to_say() -> None:
    status = status_of(WELL)

    assert status.ready
    assert status.why == ()
    assert status.role is Role.VALIDATOR
    assert status.primary == MEMBERS[2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"connected": MEMBERS[1:2]}, "2 of 3 needed validators"),
        ({"target_height": 1_000}, "catching up: at 5 of 1000"),
        ({"space": Space.LOW}, "free disk space is low"),
        ({"report": replace(REPORT, active=False)}, "changing to view 1"),
        ({"report": replace(REPORT, divergence=4)}, "others computed another block 4"),
        ({"report": replace(REPORT, amnesia=True)}, "may have forgotten promises"),
        ({"report": replace(REPORT, owed_count=3)}, "3 bundles wait for the primary"),
    ],
)
def test_whatever_keeps_the_next_block_is_said(changes: dict, words: str) -> None:
    status = status_of(replace(WELL, **changes))

    assert any(words in line for line in status.why)


@pytest.mark.parametrize(
    ("changes", "role"),
    [
        ({"self_id": None}, Role.OBSERVER),
        ({"report": replace(REPORT, amnesia=True)}, Role.OBSERVER),
        ({"report": replace(REPORT, voting=False)}, Role.WAITING),
    ],
)
def test_the_role_says_whether_this_node_votes(changes: dict, role: Role) -> None:
    assert status_of(replace(WELL, **changes)).role is role


def test_a_key_with_amnesia_does_not_count_towards_the_quorum() -> None:
    gauges = replace(WELL, report=replace(REPORT, amnesia=True))

    assert not gauges.is_quorum_seen
    assert replace(gauges, connected=MEMBERS[1:]).is_quorum_seen


@pytest.mark.parametrize(("target_height", "is_behind"), [(5 + GAP, False), (6 + GAP, True)])
def test_a_node_is_behind_when_others_are_further_than_some_windows(
    target_height: int, is_behind: bool
) -> None:
    gauges = replace(WELL, target_height=target_height)

    assert gauges.is_behind is is_behind
    assert not gauges.standing.is_current
    assert status_of(gauges).ready is not is_behind


def test_a_node_that_lost_its_chain_knows_from_its_votes_that_it_lags() -> None:
    window = epoch().membership.limits.window
    decided = replace(REPORT, decided=SequenceNumber(5 + window + 1))

    assert WELL.standing.is_current
    assert not replace(WELL, report=decided).standing.is_current
    assert replace(WELL, report=replace(REPORT, decided=SequenceNumber(6 + GAP))).is_behind


def test_a_node_that_is_not_ready_gives_its_reasons() -> None:
    unlinked = status_of(replace(WELL, connected=()))

    assert reasons_unready(status_of(WELL)) == ()
    assert reasons_unready(unlinked) == (*unlinked.why, "not ready")

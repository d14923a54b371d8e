"""Items of the checklist that no other test told: whole clusters in one thread.

Each test names its number; ``docs/checklist.md`` lists all of them.
"""

from dataclasses import replace
from itertools import permutations

import pytest

from consensus import View
from consensus.messages import Claim, ViewChange
from consensus.records import LeaveRecord
from consensus.signing import claim_payload
from tests.simulator import seeded_bugs_stories as stories
from tests.simulator.checkers import footprint
from tests.simulator.cluster import Cluster
from tests.simulator.host import Host
from tests.simulator.profiles import Machine, Timing
from tests.simulator.test_targeted_scenarios import (
    TIMEOUT_MS,
    backups,
    fill,
    isolate,
    primary,
    started,
    view_of,
    without,
)

HALF_AN_HOUR_MS = 1_800_000
ONE_EACH = Machine(bundles_per_batch=1)
KINDS = (
    "PrePrepare",
    "Prepare",
    "Commit",
    "Checkpoint",
    "ViewChange",
    "NewView",
    "Status",
    "FetchBatch",
    "BatchReply",
    "FetchCertificate",
    "CertificateReply",
    "FetchNewView",
    "SealReply",
    "FetchBlocks",
    "Blocks",
)


@pytest.mark.parametrize("gap_ms", range(0, 40, 4))
def test_checklist_2_two_proposals_each_over_a_window_of_four_and_a_view_change(
    gap_ms: int,
) -> None:
    """The primary equivocates at each place of the window and is cut off in between."""
    world = started(byzantine=((2, ("equivocating primary",)),), window=4, machine=ONE_EACH)
    for _ in range(8):
        world.submit(world.hosts[0])
    world.run_for(gap_ms)
    isolate(world, world.hosts[2])
    world.run_for(2 * TIMEOUT_MS)
    world.network.mend_all()
    world.expect_executed(world.correct_hosts, 8 * TIMEOUT_MS)
    world.settle()


@pytest.mark.parametrize("seed", range(4))
def test_checklist_8_new_views_that_differ_by_their_readers_fork_nothing(seed: int) -> None:
    world = started(seed=seed, byzantine=((3, ("lying new view",)),))  # primary of view 2
    fill(world, primary(world), 2)
    world.hosts[2].pause()
    world.submit(world.hosts[0])
    world.run_for(3 * TIMEOUT_MS)
    world.hosts[2].resume()
    world.expect_executed(world.correct_hosts, 8 * TIMEOUT_MS)
    world.settle()


def _killed_for_half_an_hour(order: tuple[int, ...]) -> Cluster:
    """Kill these while all is idle, and start them again in this order."""
    world = started(timing=Timing(status_ms=1_000, request_timeout_ms=TIMEOUT_MS))
    fill(world, primary(world), 3)
    world.settle()
    for replica in sorted(order):
        world.hosts[replica].crash()
    world.run_for(HALF_AN_HOUR_MS)
    for replica in order:
        world.hosts[replica].boot()
        world.run_for(300)
    return world


ORDERS = [order for count in (2, 3, 4) for order in permutations(range(4), count)]


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS[::3] + ORDERS[-24:], ids=str)
def test_checklist_16_started_again_in_any_order_they_go_on_within_ten_seconds(
    order: tuple[int, ...],
) -> None:
    world = _killed_for_half_an_hour(order)
    world.submit(world.hosts[order[0]])
    world.expect_executed(world.hosts, 10_000)


def _at_view(world: Cluster, host: Host, view: int) -> None:
    """Write to the log of a host that is down that it left for this view."""
    membership = world.membership
    root = (membership.root_rank, membership.root_digest)
    unsigned = Claim(host.replica_id, membership.epoch, View(view), *root, b"")
    signature = world.keys.signers[host.replica_id].sign(claim_payload(membership, unsigned))
    view_change = ViewChange(replace(unsigned, signature=signature), None)
    host.disk.append((LeaveRecord(view_change),))
    host.disk.sync()


@pytest.mark.parametrize("views", [(6, 9, 10, 10), (6, 9, 10, 3), (2, 4, 40, 400)], ids=str)
def test_checklist_19_views_far_apart_meet_within_a_timeout(views: tuple[int, ...]) -> None:
    world = started()
    for host, view in zip(world.hosts, views, strict=True):
        host.crash()
        _at_view(world, host, view)
    for host in world.hosts:
        host.boot()
    world.run_for(2 * TIMEOUT_MS)
    world.submit(world.hosts[0])
    world.expect_executed(without(world, world.hosts[3]), 6 * TIMEOUT_MS)


@pytest.mark.parametrize("kind", KINDS)
def test_checklist_20_the_first_messages_of_each_type_are_lost(kind: str) -> None:
    """On every link the first one of the type is lost, in a life with a view change."""
    world = started()
    lost: set[tuple[int, int]] = set()

    def loses(source, target, payload):
        name = type(getattr(payload, "message", payload)).__name__
        is_first = name == kind and (source, target) not in lost
        if is_first:
            lost.add((source, target))
        return is_first

    world.network.loses = loses
    late = backups(world)[0]
    isolate(world, late)
    fill(world, primary(world), 20)
    world.network.mend_all()
    world.expect_executed(world.hosts, 6 * TIMEOUT_MS)
    stopped = primary(world)
    stopped.crash()
    world.submit(late)
    world.expect_executed(without(world, stopped), 6 * TIMEOUT_MS)
    stopped.boot()
    world.settle()


def test_checklist_22_who_waits_for_a_view_still_commits_by_votes_and_by_certificates() -> None:
    stories.who_waits_for_a_view_commits_by_the_votes_of_others()
    stories.who_waits_for_a_view_commits_by_a_certificate()


def test_checklist_23_the_back_off_grows_is_capped_and_ends_with_a_commit() -> None:
    stories.a_network_slower_than_the_timeout_gets_more_time()
    stories.a_minute_and_a_half_of_failing_views_heal_in_seconds()


@pytest.mark.slow
def test_checklist_46_what_a_replica_holds_does_not_grow_with_the_chain() -> None:
    """Load and restarts in turn; the footprint of the last third is that of the second."""
    world = started(window=4)
    sizes = []
    for third in range(3):
        for turn in range(60):
            fill(world, world.hosts[turn % 4], 1)
            if turn % 20 == 19:
                host = world.hosts[(third + turn // 20) % 4]
                host.crash()
                world.run_for(TIMEOUT_MS // 4)
                host.boot()
                world.run_for(TIMEOUT_MS)
        world.settle()
        sizes.append(max(footprint(host.replica) for host in world.hosts))
    assert sizes[2] <= sizes[1] * 1.2
    assert max(view_of(host) for host in world.hosts) < 40

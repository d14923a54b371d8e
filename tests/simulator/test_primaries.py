"""Primaries that have to go, soon enough, and honest ones that have to stay.

Source: consensus.md section 4 (*Leave view v when*) and section 10; docs/testing.md names the
numbers of the literature's checklist that are told here: 14 to 26, as far as primaries go.
"""

from typing import Any

import pytest

from consensus import Complaint, Report
from consensus.messages import PrePrepare
from tests.simulator.cluster import Cluster
from tests.simulator.disk import Bundle
from tests.simulator.host import Host
from tests.simulator.network import Weather
from tests.simulator.profiles import Machine
from tests.simulator.staging import TIMEOUT_MS, backups, fill, primary, started, view_of, without

STATUS_MS = 200
BAD = 2  # primary of view 1, and of every fourth view
EVERY_MS = 40  # a bundle so often: 25 in a second
STEP_MS = 10
ROUND_TRIP_MS = 16  # at most, in calm weather


def report_of(host: Host) -> Report:
    assert host.replica is not None
    return host.replica.report()


def bad(kind: str, **changes: Any) -> Cluster:
    return started(byzantine=((BAD, (kind,)),), **changes)


def load(world: Cluster, duration_ms: int, every_ms: int = EVERY_MS) -> None:
    """Hand a bundle to one correct host after the other."""
    for number in range(duration_ms // every_ms):
        world.submit(world.correct_hosts[number % len(world.correct_hosts)])
        world.run_for(every_ms)


def load_until_view(world: Cluster, view: int, within_ms: int) -> int:
    """Load until the correct hosts vote in this view; return how long it took."""
    for spent_ms in range(0, within_ms, EVERY_MS):
        if min(view_of(host) for host in world.correct_hosts) >= view:
            return spent_ms
        load(world, EVERY_MS)
    pytest.fail(f"not in view {view} within {within_ms} ms: {world.describe()}")


def complaints(world: Cluster) -> set[Complaint | None]:
    return {report_of(host).complaint for host in world.correct_hosts} - {None}


def left(world: Cluster) -> int:
    """Count the views that correct hosts left before their term was over."""
    return sum(report_of(host).left_count for host in world.correct_hosts if host.replica)


def blocks(world: Cluster) -> int:
    return min(len(host.disk.blocks) for host in world.correct_hosts)


# --- bad ones are replaced ------------------------------------------------------------------


def test_checklist_24_a_silent_primary_is_replaced_within_a_timeout() -> None:
    world = bad("silent primary")
    assert load_until_view(world, 2, 2 * TIMEOUT_MS) <= TIMEOUT_MS + STATUS_MS
    world.expect_executed(world.correct_hosts, TIMEOUT_MS)


def test_checklist_24_a_primary_that_is_just_not_too_late_is_replaced_as_slow() -> None:
    """It is found at its first turn, though nobody knows yet what is usual."""
    world = bad("slow primary")
    assert load_until_view(world, 2, 4 * TIMEOUT_MS) <= 3 * TIMEOUT_MS
    assert complaints(world) == {Complaint.SLOW}
    world.expect_executed(world.correct_hosts, TIMEOUT_MS)


def test_checklist_24_a_slow_primary_costs_little_more_than_a_timeout_a_turn() -> None:
    """For its first batch it has its timeout; what waits from then on shows what it is.

    Its bundles come evenly, each a timeout late, and all that came before its first batch count
    from there: half of the sample has waited for longer than anybody gathers when half a timeout
    more has passed.
    """
    world = bad("slow primary", term=16)
    turns_ms: dict[int, int] = {}
    while (view := max(view_of(host) for host in world.correct_hosts)) < 10:
        load(world, EVERY_MS)
        if world.membership.primary_of(view) == BAD:
            turns_ms[view] = turns_ms.get(view, 0) + EVERY_MS
    assert list(turns_ms) == [1, 5, 9]
    assert turns_ms[1] <= 3 * TIMEOUT_MS
    assert max(turns_ms[5], turns_ms[9]) <= TIMEOUT_MS * 7 // 4


def test_checklist_25_a_censoring_primary_is_replaced_and_the_bundle_ordered() -> None:
    world = bad("censoring primary")
    assert load_until_view(world, 2, 5 * TIMEOUT_MS) <= 3 * TIMEOUT_MS + STATUS_MS
    assert complaints(world) == {Complaint.CENSORED}
    world.expect_executed(world.correct_hosts, TIMEOUT_MS)


def test_checklist_14_a_primary_that_lost_power_is_replaced_before_a_timeout() -> None:
    """Its links are down, and all others say so."""
    world = started()
    stopped = primary(world)
    stopped.crash()
    going = without(world, stopped)
    world.submit(going[0])
    world.expect_executed(going, STATUS_MS + 100)
    assert {report_of(host).complaint for host in going} <= {Complaint.DISCONNECTED, None}


@pytest.mark.parametrize("n", [4, 7, 10])
@pytest.mark.parametrize("after_ms", [1, 4, 8, 12, 16, 24])
def test_checklist_14_a_primary_that_stops_at_any_step_is_replaced(n: int, after_ms: int) -> None:
    world = started(replica_count=n)
    fill(world, primary(world), 2)
    stopped = primary(world)
    world.submit(backups(world)[0])
    world.run_for(after_ms)
    stopped.crash()
    world.expect_executed(without(world, stopped), 3 * TIMEOUT_MS)


def test_checklist_15_f_dead_primaries_in_a_row_cost_no_more_than_their_timeouts() -> None:
    world = started(replica_count=7)
    dead = [world.hosts[world.membership.primary_of(view)] for view in (1, 2)]
    for host in dead:
        host.pause()
    going = without(world, *dead)
    world.submit(going[0])
    world.expect_executed(going, TIMEOUT_MS + TIMEOUT_MS * 3 // 2 + 2 * STATUS_MS)


def test_a_replica_that_brings_nothing_costs_a_moment_from_its_third_turn_on() -> None:
    """*Timeouts*: it gets probe_ms, at least four round trips."""
    world = bad("silent primary", term=4)
    load_until_view(world, 9, 12 * TIMEOUT_MS)
    spent_ms = load_until_view(world, 10, 2 * TIMEOUT_MS)
    assert spent_ms <= TIMEOUT_MS // 4
    began_ms = world.heap.now_ms
    load_until_view(world, 18, 6 * TIMEOUT_MS)
    assert world.heap.now_ms - began_ms < 3 * TIMEOUT_MS


# --- honest ones stay -----------------------------------------------------------------------


def pressed(world: Cluster, duration_ms: int, every_ms: int, waiting_max: int) -> int:
    """Offer bundles in an open loop to pools that are bounded; return how many were refused."""
    refused = 0
    for number in range(duration_ms // every_ms):
        host = world.correct_hosts[number % len(world.correct_hosts)]
        if len(host.memory.pool) < waiting_max:
            world.submit(host)
        else:
            refused += 1
        world.run_for(every_ms)
    return refused


@pytest.mark.parametrize("window", [1, 4, 16])
def test_twice_the_capacity_ousts_no_primary(window: int) -> None:
    """Capacity is 4 bundles in 80 ms; what waits is bounded by half a timeout's work."""
    world = started(window=window, machine=Machine(execute_ms=80, bundles_per_batch=4))
    refused = pressed(world, 10 * TIMEOUT_MS, every_ms=10, waiting_max=25)
    assert refused > 200
    assert left(world) == 0
    world.expect_executed(world.correct_hosts, 4 * TIMEOUT_MS)


def test_votes_that_take_longer_than_a_timeout_do_not_oust_a_primary_that_proposes() -> None:
    """Nodes were starved: a batch was proposed at once and decided two and a half seconds later."""
    world = started(machine=Machine(sync_ms=TIMEOUT_MS * 9 // 20))
    for _ in range(4):
        world.submit(backups(world)[0])
        world.run_for(2 * TIMEOUT_MS)
    assert left(world) == 0
    assert blocks(world) >= 4


def test_the_step_from_little_load_to_twice_the_capacity_ousts_no_primary() -> None:
    """What was usual was a few milliseconds; waiting behind work is not slowness."""
    world = started(term=8, machine=Machine(execute_ms=60, bundles_per_batch=4))
    load(world, 10 * TIMEOUT_MS, every_ms=200)
    assert max(view_of(host) for host in world.correct_hosts) > 5
    assert pressed(world, 8 * TIMEOUT_MS, every_ms=7, waiting_max=32) > 100
    assert left(world) == 0


def test_a_primary_that_hears_of_its_view_late_is_not_slow() -> None:
    """In ten minutes at twice the capacity it was one of 28: its pause was all that they waited."""
    world = started(term=8, machine=Machine(execute_ms=20, bundles_per_batch=4))
    load(world, 8 * TIMEOUT_MS)
    for late in range(4):
        host = world.hosts[late]
        before = view_of(host)
        while world.membership.primary_of(before + 1) != late:
            load(world, EVERY_MS)
            before = view_of(primary(world))
        host.pause()
        while view_of(backups(world)[0]) == before and view_of(backups(world)[1]) == before:
            load(world, EVERY_MS)
        load(world, TIMEOUT_MS * 7 // 10)
        host.resume()
        load(world, TIMEOUT_MS)
    assert left(world) == 0


def test_a_member_that_feeds_only_backups_ousts_nobody() -> None:
    """Whoever lacks a bundle fetches it where it is said to be owed."""
    world = started()
    for number in range(20):
        bundle = Bundle(world.new_digest())
        for host in backups(world)[: 1 + number % 3]:
            host.on_bundle(1, bundle)
        fill(world, backups(world)[0], 1 + number % 2)
        world.run_for(TIMEOUT_MS // 2)
    world.expect_executed(world.correct_hosts, TIMEOUT_MS)
    assert left(world) == 0


@pytest.mark.parametrize("down_ms", [40, 150, 600])
def test_two_links_flapping_one_after_the_other_oust_nobody(down_ms: int) -> None:
    world = started()
    target = primary(world)
    first, second, *_ = backups(world)
    for _ in range(1_500 // down_ms):
        for host in (first, second):
            for link in ((host.address, target.address), (target.address, host.address)):
                world.network.cut(*link)
            load(world, down_ms)
            world.network.mend_all()
            load(world, EVERY_MS)
    assert left(world) == 0
    world.expect_executed(world.correct_hosts, TIMEOUT_MS)


def test_a_link_that_stays_down_ousts_nobody_and_keeps_nobody_from_voting() -> None:
    world = started()
    target, host = primary(world), backups(world)[0]
    world.network.cut(host.address, target.address)
    world.network.cut(target.address, host.address)
    load(world, 4 * TIMEOUT_MS)
    world.expect_executed(world.correct_hosts, 2 * TIMEOUT_MS)
    assert {view_of(other) for other in without(world, host)} == {1}


@pytest.mark.parametrize("silent", [(), (0,)], ids=["all there", "one silent"])
def test_a_window_closed_by_slow_executors_is_not_the_primarys_fault(silent: Any) -> None:
    world = started(
        window=2,
        byzantine=tuple((replica, ("silent",)) for replica in silent),
        machine=Machine(execute_ms=3 * TIMEOUT_MS // 2, bundles_per_batch=1),
    )
    for _ in range(10):
        world.submit(world.hosts[1])
    world.expect_executed(world.correct_hosts, 40 * TIMEOUT_MS)
    assert left(world) == 0


@pytest.mark.parametrize("paused", range(4))
def test_each_node_in_turn_stopped_for_seconds_and_let_go(paused: int) -> None:
    """SIGSTOP: its links stay up. A backup is not missed; a primary is, after its timeout."""
    world = started()
    host = world.hosts[paused]
    host.pause()
    load(world, 3 * TIMEOUT_MS)
    going = without(world, host)
    assert {view_of(other) for other in going} == {2 if paused == BAD else 1}
    host.resume()
    load(world, 2 * TIMEOUT_MS)
    world.settle()
    assert report_of(host).left_count <= (paused == BAD)


def test_a_replica_that_was_stopped_itself_reads_its_inbox_before_it_complains() -> None:
    world = started()
    host = backups(world)[0]
    world.submit(host)
    host.pause()
    world.run_for(20 * TIMEOUT_MS)
    host.resume()
    world.run_for(TIMEOUT_MS // 2)
    assert report_of(host).left_count == 0
    assert blocks(world) == 1


def test_checklist_26_a_wrong_clock_of_a_backup_ousts_nobody() -> None:
    world = started(skew_ms=(3_600_000, *(0,) * 9))
    load(world, 2 * TIMEOUT_MS)
    assert left(world) == 0


def test_far_apart_replicas_find_nobody_slow() -> None:
    """The way alone is 150 ms: bundles wait longer than the floor, under everybody."""
    world = started(term=8, weather=Weather(delay_ms_min=140, delay_ms_max=160))
    load(world, 12 * TIMEOUT_MS, every_ms=100)
    assert left(world) == 0
    assert max(view_of(host) for host in world.correct_hosts) > 3


def test_checklist_20_lost_proposals_alone_oust_nobody_who_repeats_them() -> None:
    """A Status brings what was lost well before a timeout."""
    world = started()
    victim = backups(world)[0]
    world.network.loses = lambda _source, target, payload: (
        target == victim.address and isinstance(getattr(payload, "message", None), PrePrepare)
    )
    load(world, 3 * TIMEOUT_MS)
    world.network.loses = None
    assert left(world) == 0
    world.settle()

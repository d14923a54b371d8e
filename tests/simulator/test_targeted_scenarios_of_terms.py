"""Targeted scenarios about turns: terms, and primaries that are slow, censoring or overloaded.

Source: consensus.md section 4 (*Obligations*, *Terms*, *Timeouts*) and section 10.
"""

from typing import Any

import pytest

from consensus.messages import CertificateReply, Commit
from tests.simulator.cluster import Cluster
from tests.simulator.disk import Bundle
from tests.simulator.host import Host
from tests.simulator.profiles import Machine
from tests.simulator.staging import (
    TIMEOUT_MS,
    backups,
    fill,
    lose,
    primary,
    started,
    view_of,
    without,
)

SERIAL = Machine(bundles_per_batch=1)


def height(host: Host) -> int:
    return len(host.disk.blocks)


def proposers(host: Host) -> list[int]:
    return [block.batch.proposer for block in host.disk.blocks]


def drip(world: Cluster, host: Host, count: int, gap_ms: int) -> None:
    """Hand in bundles at a steady pace."""
    for _ in range(count):
        world.submit(host)
        world.run_for(gap_ms)


@pytest.mark.parametrize("term", [1, 2, 3])
def test_a_window_larger_than_the_term_serves_everybody_in_turn(term: int) -> None:
    world = started(window=16, term=term, machine=SERIAL)
    for _ in range(40):
        world.submit(world.hosts[0])
    world.expect_executed(world.hosts, 5 * TIMEOUT_MS)
    world.settle()
    turns = proposers(world.hosts[0])
    assert all(len(set(turns[at : at + term])) == 1 for at in range(0, 40 - term, term))
    assert set(turns) == {0, 1, 2, 3}


@pytest.mark.parametrize("window", [1, 16])
def test_a_primary_that_dies_in_each_term_delays_the_others_by_one_timeout(window: int) -> None:
    world = started(window=window, term=2, machine=SERIAL)
    for turn in range(4):
        victim = primary(world)
        victim.crash()
        others = without(world, victim)
        world.submit(others[turn % 3])
        world.expect_executed(others, 3 * TIMEOUT_MS)
        victim.boot()
        world.run_for(TIMEOUT_MS)
    world.settle()


def test_a_dead_member_costs_a_short_look_at_its_later_turns() -> None:
    world = started(term=1, machine=SERIAL)
    dead = backups(world)[0]
    dead.crash()
    others = without(world, dead)
    began_ms = world.heap.now_ms
    for _ in range(60):
        world.submit(others[0])
    world.expect_executed(others, 60 * TIMEOUT_MS)
    assert world.heap.now_ms - began_ms < 10 * TIMEOUT_MS  # fifteen turns of a whole timeout else


@pytest.mark.parametrize("cut_count", [0, 4], ids=["lost", "lost and a power cut"])
def test_an_anchor_that_ends_a_term_is_repeated_and_ends_it(cut_count: int) -> None:
    """The batch that ends the term is prepared, its commits are lost: the next view repeats it."""
    world = started(term=3, machine=SERIAL)
    fill(world, world.hosts[0], 2)
    news = Commit | CertificateReply
    lose(world, lambda _target, message: isinstance(message, news) and message_view(message) == 1)
    world.submit(world.hosts[0])
    world.run_for(TIMEOUT_MS // 2)
    assert [height(host) for host in world.hosts] == [2, 2, 2, 2]
    for host in world.hosts[:cut_count]:
        host.crash()
    for host in world.hosts[:cut_count]:
        host.boot()
    drip(world, world.hosts[1], 4, TIMEOUT_MS)
    world.expect_executed(world.hosts, 8 * TIMEOUT_MS)
    lose(world, lambda _target, _message: False)
    world.settle()
    third = world.hosts[0].disk.blocks[2].batch
    assert third.proposed_in_view == 1
    assert min(view_of(host) for host in world.hosts) >= 3


def message_view(message: Any) -> int:
    certificate = getattr(message, "certificate", message)
    return int(certificate.view)


def test_the_end_of_a_term_lost_to_one_reaches_it_by_itself() -> None:
    world = started(term=2, machine=SERIAL)
    late = backups(world)[0]
    news = Commit | CertificateReply
    lose(world, lambda target, message: isinstance(message, news) and target == late.address)
    fill(world, primary(world), 1)
    drip(world, without(world, late)[0], 6, 100)
    lose(world, lambda _target, _message: False)
    world.submit(late)
    world.expect_executed(world.hosts, 2 * TIMEOUT_MS)
    world.settle()
    assert len({view_of(host) for host in world.hosts}) == 1


def test_all_stop_where_a_term_ends_and_go_on() -> None:
    world = started(term=2, machine=SERIAL)
    for _ in range(4):
        fill(world, world.hosts[0], 2)
        for host in world.hosts:
            host.crash()
        for host in world.hosts:
            host.boot()
        world.run_for(TIMEOUT_MS)
    world.submit(world.hosts[1])
    world.expect_executed(world.hosts, 3 * TIMEOUT_MS)
    world.settle()


def test_a_slow_primary_harms_its_own_turns_only() -> None:
    world = started(byzantine=((2, ("slow primary",)),), term=8, machine=SERIAL)
    began_ms = world.heap.now_ms
    drip(world, world.hosts[0], 80, 40)
    world.expect_executed(world.correct_hosts, 10 * TIMEOUT_MS)
    assert world.heap.now_ms - began_ms < 80 * 40 + 10 * TIMEOUT_MS
    assert proposers(world.hosts[0]).count(2) < 40


def test_what_a_primary_censors_is_executed_within_two_terms() -> None:
    """Checklist item 25: a bundle known to honest members commits within two terms."""
    world = started(byzantine=((2, ("censoring primary",)),), term=8, machine=SERIAL)
    drip(world, world.hosts[0], 30, 40)
    world.expect_executed(world.correct_hosts, 4 * TIMEOUT_MS)
    world.settle()


def test_under_overload_no_honest_primary_is_ousted() -> None:
    """Twice as much comes as can be executed; the pool takes half a timeout's worth of it."""
    machine = Machine(bundles_per_batch=1, execute_ms=40)
    world = started(window=4, term=100_000, machine=machine)
    pool_max = TIMEOUT_MS // 2 // 40
    for turn in range(250):
        host = world.hosts[turn % 4]
        if len(host.memory.pool) < pool_max:
            world.submit(host)
        world.run_for(20)
    assert len(world.hosts[0].disk.blocks) > 90
    assert [view_of(host) for host in world.hosts] == [1, 1, 1, 1]
    world.expect_executed(world.hosts, 3 * TIMEOUT_MS)


@pytest.mark.parametrize("strategy", ["feeding one", "echoing"])
def test_a_member_that_feeds_only_one_backup_ousts_nobody(strategy: str) -> None:
    world = started(byzantine=((1, (strategy, "feeding one")),), safety_ms=60_000)
    for turn in range(24):
        world.hosts[(0, 3)[turn % 2]].on_bundle(1, Bundle(world.new_digest()))
        fill(world, world.hosts[2], turn % 3)
        world.run_for(TIMEOUT_MS // 2)
    world.expect_executed(world.correct_hosts, 2 * TIMEOUT_MS)
    assert [view_of(host) for host in world.correct_hosts] == [1, 1, 1]


def test_thirty_seconds_of_empty_batches_serve_nobody_and_last_not_long() -> None:
    world = started(byzantine=((2, ("empty batches",)),))  # primary of view 1
    drip(world, world.hosts[0], 60, TIMEOUT_MS // 2)
    world.expect_executed(world.correct_hosts, 2 * TIMEOUT_MS)
    assert min(view_of(host) for host in world.correct_hosts) > 1
    assert all(block.batch.bundle_digests for block in world.hosts[0].disk.blocks)


def cut_off(world: Cluster, one: Host, *others: Host) -> None:
    for other in others:
        world.network.cut(one.address, other.address)
        world.network.cut(other.address, one.address)


def test_a_primary_that_two_cannot_reach_is_left_long_before_its_timeout() -> None:
    world = started(term=100_000)
    first, *rest = [primary(world), *backups(world)]
    fill(world, first, 2)
    cut_off(world, first, *rest[:2])
    began_ms = world.heap.now_ms
    world.submit(rest[2])
    world.expect_executed(rest, TIMEOUT_MS)
    assert world.heap.now_ms - began_ms < TIMEOUT_MS * 3 // 4
    assert {view_of(host) for host in rest} == {2}
    world.network.mend_all()
    world.settle()


@pytest.mark.parametrize("down_ms", [40, 300])
def test_links_that_flap_one_after_the_other_oust_no_primary(down_ms: int) -> None:
    """Never two at a time: one replica that cannot reach the primary is no reason to leave it."""
    world = started(term=100_000)
    first, *rest = [primary(world), *backups(world)]
    for turn in range(30):
        cut_off(world, first, rest[turn % 3])
        world.submit(rest[(turn + 1) % 3])
        world.run_for(down_ms)
        world.network.mend_all()
        world.run_for(150)
    world.expect_executed(world.hosts, TIMEOUT_MS)
    assert [view_of(host) for host in world.hosts] == [1, 1, 1, 1]

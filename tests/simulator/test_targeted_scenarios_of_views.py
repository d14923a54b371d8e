"""Targeted scenarios about proofs: seals, new views, certificates, and who withholds them.

Source: consensus.md section 10.
"""

import pytest

from consensus import SequenceNumber
from consensus.messages import Checkpoint, NewView, SealReply
from tests.simulator.checkers import Violation
from tests.simulator.profiles import Machine, Timing
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


@pytest.mark.parametrize("restarts", [1, 3])
def test_a_seal_that_one_dishonest_signature_completed_survives_a_power_cut(restarts: int) -> None:
    """The low watermark moved by it: a replica that forgot the seal would vote where it may not."""
    world = started(byzantine=((1, ()),), window=1)
    knowing = world.hosts[0]
    lose(
        world,
        lambda target, message: (
            (isinstance(message, Checkpoint | SealReply) and target != knowing.address)
            or (isinstance(message, Checkpoint) and message.replica == 3)
        ),
    )
    world.submit(knowing)
    world.run_for(TIMEOUT_MS // 2)
    assert knowing.replica is not None
    assert knowing.replica.report().sealed == 1
    assert [host.replica.report().sealed for host in world.hosts[2:] if host.replica] == [0, 0]
    for _ in range(restarts):
        knowing.crash()
        knowing.boot()
        assert knowing.replica.report().low_watermark == 1
        world.run_for(TIMEOUT_MS // 4)
    lose(world, lambda _target, _message: False)
    world.submit(knowing)
    world.expect_executed(world.correct_hosts, 4 * TIMEOUT_MS)
    world.settle()


def test_a_new_view_that_another_backup_opens_is_not_entered() -> None:
    """The true one is lost for a while; a member makes its own of the claims that all have."""
    world = started(byzantine=((0, ("foreign new view",)),))
    liar, stopped = world.hosts[0], primary(world)
    assert stopped is not liar
    stopped.crash()
    others = without(world, stopped)
    world.network.loses = lambda source, _target, payload: (
        isinstance(getattr(payload, "message", None), NewView) and source != liar.address
    )
    for host in others:
        world.submit(host)
    world.run_for(TIMEOUT_MS * 3 // 2)
    waiting = [host for host in others if host is not world.hosts[3]]  # who opened view 2
    assert [host.replica.report().active for host in waiting if host.replica] == [False]
    assert world.counts["false signature sent"] > 0
    lose(world, lambda _target, _message: False)
    world.expect_executed(others, 8 * TIMEOUT_MS)
    stopped.boot()
    world.settle()


def test_of_three_one_with_a_bug_and_one_liar_stop_the_third_with_a_diagnosis() -> None:
    """Three tolerate none: a quorum of two signs a false header, and the third follows it not."""
    world = started(replica_count=3, window=4)
    fill(world, primary(world), 2)
    for host in backups(world)[:2]:
        host.header_salt = b"bug"
        host.is_correct = False
    for _ in range(12):
        world.submit(primary(world))
    with pytest.raises(Violation, match="halted"):
        world.run_for(4 * TIMEOUT_MS)


@pytest.mark.parametrize("member", range(4))
@pytest.mark.parametrize("window", [1, 4])
def test_who_withholds_down_to_one_short_of_a_quorum_stops_nobody(member: int, window: int) -> None:
    world = started(byzantine=((member, ("one short",)),), window=window, term=4)
    for turn in range(12):
        world.submit(world.correct_hosts[turn % 3])
        world.run_for(TIMEOUT_MS // 3)
    world.expect_executed(world.correct_hosts, 12 * TIMEOUT_MS)
    world.settle()


@pytest.mark.parametrize("strategy", ["lying view change", "lying new view", "view change spam"])
def test_views_change_with_a_liar_among_those_who_change_them(strategy: str) -> None:
    world = started(byzantine=((3, (strategy,)),), machine=Machine(bundles_per_batch=1))
    for turn in range(6):
        for _ in range(3):
            world.submit(world.hosts[turn % 3])
        world.run_for(8)  # proposed, prepared by some
        stopped = primary(world)
        stopped.pause()
        world.run_for(3 * TIMEOUT_MS)
        stopped.resume()
        world.run_for(TIMEOUT_MS)
    world.expect_executed(world.correct_hosts, 20 * TIMEOUT_MS)
    world.settle()
    assert max(view_of(host) for host in world.correct_hosts) > 2


def test_two_backups_stopped_for_thirty_minutes_come_back_without_a_restart() -> None:
    """Checklist item 17: stopped as by docker pause; no view changes for ever afterwards."""
    world = started(timing=Timing(status_ms=800, request_timeout_ms=TIMEOUT_MS))
    fill(world, primary(world), 2)
    stopped = backups(world)[:2]
    for host in stopped:
        host.pause()
    world.submit(primary(world))
    world.run_for(30 * 60_000)
    for host in stopped:
        host.resume()
    world.expect_executed(world.hosts, 10 * TIMEOUT_MS)
    world.settle()
    views = [view_of(host) for host in world.hosts]
    fill(world, primary(world), 5)
    assert [view_of(host) for host in world.hosts] == views


def test_another_failure_while_a_replica_catches_up_a_hundred_times() -> None:
    """Checklist item 36: behind by more than the window, again and again, without a restart."""
    world = started(window=1, machine=Machine(bundles_per_batch=1))
    late = backups(world)[0]
    for turn in range(100):
        lose(world, lambda target, _message: target == late.address)
        for _ in range(3):
            world.submit(primary(world))
        world.run_for(40)
        lose(world, lambda _target, _message: False)
        world.run_for(40 if turn % 10 else 500)
    world.expect_executed(world.hosts, 4 * TIMEOUT_MS)
    world.settle()
    assert late.boot_count == 1
    assert len(late.disk.blocks) == SequenceNumber(300)

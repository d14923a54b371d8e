"""Stories that a random seed seldom tells: each one once broke a draft of the protocol.

Source: consensus.md section 10, *Targeted scenarios*, as far as they need no terms and no epochs.
"""

import pytest

from consensus.messages import CertificateReply, Commit, NewView, Prepare, PrePrepare
from tests.simulator.checkers import Violation
from tests.simulator.cluster import Cluster
from tests.simulator.disk import Bundle
from tests.simulator.host import Host
from tests.simulator.network import Weather
from tests.simulator.profiles import Machine
from tests.simulator.staging import (
    TIMEOUT_MS,
    backups,
    fill,
    isolate,
    lose,
    primary,
    started,
    view_of,
    without,
)


def test_a_bundle_handed_to_one_backup_is_executed_everywhere() -> None:
    world = started()
    world.submit(backups(world)[0])
    world.expect_executed(world.correct_hosts, TIMEOUT_MS // 2)
    world.settle()


def test_an_old_label_with_an_endless_timestamp_is_not_voted_for() -> None:
    world = started(byzantine=((3, ("old label",)),))
    fill(world, world.hosts[0], 3)
    world.hosts[2].crash()  # primary of view 1; the next one is dishonest
    world.submit(world.hosts[0])
    world.run_for(2 * TIMEOUT_MS)
    world.hosts[2].boot()
    world.expect_executed(world.correct_hosts, 6 * TIMEOUT_MS)
    assert max(b.batch.timestamp_ms for b in world.hosts[0].disk.blocks) < 2**61


@pytest.mark.parametrize("window", [1, 4, 16])
def test_a_replica_that_caught_up_inside_a_view_votes_when_another_stops(window: int) -> None:
    world = started(window=window)
    late, other = backups(world)[:2]
    isolate(world, late)
    fill(world, primary(world), 40)
    world.network.mend_all()
    world.settle()
    other.crash()
    world.submit(late)
    world.expect_executed(without(world, other), TIMEOUT_MS // 2)
    assert view_of(late) == 1


def test_a_new_primary_gets_its_full_time() -> None:
    world = started(weather=Weather(delay_ms_min=200, delay_ms_max=200))
    world.run_for(2 * TIMEOUT_MS)
    stopped = primary(world)
    stopped.crash()
    world.submit(without(world, stopped)[0])
    world.expect_executed(without(world, stopped), 6 * TIMEOUT_MS)
    assert [view_of(host) for host in without(world, stopped)] == [2, 2, 2]


def test_a_view_is_not_entered_on_a_certificate_that_came_after_it() -> None:
    world = started(byzantine=((3, ("late new view",)),))  # primary of view 2
    late = world.hosts[2]
    late.crash()
    world.submit(world.hosts[0])
    world.expect_executed(world.hosts[:2], 4 * TIMEOUT_MS)
    world.network.loses = lambda _source, target, payload: (
        target == late.address
        and isinstance(getattr(payload, "message", None), NewView)
        and payload.message.certificate is None
    )
    late.boot()
    world.run_for(2 * TIMEOUT_MS)
    world.settle()


def test_a_new_view_lost_to_one_waiting_replica_reaches_it_in_the_same_view() -> None:
    world = started()
    fill(world, primary(world), 2)
    stopped, waiting, *others = [primary(world), *backups(world)]
    world.network.loses = lambda _source, target, payload: (
        target == waiting.address and isinstance(getattr(payload, "message", None), NewView)
    )
    stopped.crash()
    world.submit(others[0])
    world.run_for(TIMEOUT_MS + 300)
    world.network.loses = lambda *_: False
    world.expect_executed(without(world, stopped), TIMEOUT_MS)
    assert [view_of(host) for host in without(world, stopped)] == [2, 2, 2]


@pytest.mark.parametrize("window", [1, 4])
def test_an_executor_slower_than_the_timeout_ousts_no_primary(window: int) -> None:
    world = started(
        window=window,
        byzantine=((0, ("silent",)),),
        machine=Machine(execute_ms=2 * TIMEOUT_MS, bundles_per_batch=1),
    )
    for _ in range(8):
        world.submit(world.hosts[1])
    world.expect_executed(world.correct_hosts, 60 * TIMEOUT_MS)
    assert max(view_of(host) for host in world.correct_hosts) == 1


def test_a_member_that_feeds_one_backup_and_seconds_its_complaints_ousts_nobody() -> None:
    world = started(byzantine=((1, ("echoing",)),))
    fed = world.hosts[0]
    for number in range(12):
        fed.on_bundle(1, Bundle(world.new_digest()))
        fill(world, world.hosts[3], 1 + number % 2)
        world.run_for(TIMEOUT_MS)
    world.settle()
    assert [view_of(host) for host in world.correct_hosts] == [1, 1, 1]


@pytest.mark.parametrize("cut_at", range(1, 9))
def test_a_power_cut_at_any_effect_of_the_primary_breaks_no_promise(cut_at: int) -> None:
    world = started()
    fill(world, primary(world), 2)
    victim = primary(world)
    victim.fuse = cut_at
    world.submit(victim)
    world.submit(backups(world)[0])
    world.expect_executed(world.correct_hosts, 6 * TIMEOUT_MS)
    world.settle()


@pytest.mark.parametrize("cut_at", range(1, 6))
def test_a_primary_that_restarts_with_a_stored_proposal_repeats_it(cut_at: int) -> None:
    world = started(machine=Machine(sync_ms=5))
    victim = primary(world)
    victim.fuse = cut_at
    world.submit(victim)
    world.run_for(300)
    world.expect_executed(world.correct_hosts, 3 * TIMEOUT_MS)
    world.settle()


def with_wrong_execution(world: Cluster, count: int) -> list[Host]:
    """Let ``count`` backups compute the same wrong headers; return the others."""
    wrong = backups(world)[:count]
    for host in wrong:
        host.header_salt = b"bug"
        host.is_correct = False
    return without(world, *wrong)


def test_one_bug_and_one_liar_raise_an_alarm_and_seal_nothing_false() -> None:
    world = started(window=4)
    fill(world, primary(world), 2)
    honest = with_wrong_execution(world, 2)
    for _ in range(12):
        world.submit(honest[0])
        world.run_for(100)
    world.run_for(3 * TIMEOUT_MS)
    assert all(host.replica and host.replica.report().divergence == 3 for host in honest)


def test_one_bug_and_one_liar_of_six_stop_nobody_else() -> None:
    world = started(replica_count=6, window=4)
    fill(world, primary(world), 2)
    honest = with_wrong_execution(world, 2)
    for _ in range(12):
        world.submit(honest[0])
        world.run_for(100)
    world.expect_executed(honest, 3 * TIMEOUT_MS)


@pytest.mark.parametrize("n", [3, 4])
def test_a_replica_with_a_bug_halts_and_the_others_go_on(n: int) -> None:
    world = started(replica_count=n, window=4)
    fill(world, primary(world), 2)
    honest = with_wrong_execution(world, 1)
    for _ in range(12):
        world.submit(honest[0])
        world.run_for(100)
    world.expect_executed(honest, 3 * TIMEOUT_MS)
    assert [host.replica is None for host in world.hosts].count(True) == 1


def test_isolation_of_three_seconds_and_then_a_second_failure() -> None:
    """Checklist 21."""
    world = started()
    isolated, stopped = backups(world)[:2]
    isolate(world, isolated)
    for _ in range(10):
        fill(world, primary(world), 1)
        world.run_for(240)
    world.network.mend_all()
    world.run_for(2 * TIMEOUT_MS)
    stopped.crash()
    world.submit(isolated)
    world.expect_executed(without(world, stopped), 3 * TIMEOUT_MS)


def test_empty_batches_do_not_count_as_progress() -> None:
    world = started(byzantine=((2, ("empty batches",)),))  # primary of view 1
    world.submit(world.hosts[0])
    world.expect_executed(world.correct_hosts, 4 * TIMEOUT_MS)


def test_a_bundle_known_to_one_gets_past_a_censoring_primary() -> None:
    world = started(byzantine=((2, ("silent primary",)),))
    world.hosts[0].on_bundle(1, Bundle(world.new_digest()))  # from a peer: not relayed
    world.expect_executed(world.correct_hosts, 4 * TIMEOUT_MS)


def test_ten_minutes_without_a_quorum_heal_in_seconds() -> None:
    world = started(weather=Weather(delay_ms_min=60, delay_ms_max=60))
    fill(world, primary(world), 2)
    stopped = backups(world)[:2]
    for host in stopped:
        host.crash()
    world.submit(without(world, *stopped)[0])
    world.run_for(600_000)
    for host in stopped:
        host.boot()
    world.expect_executed(world.correct_hosts, 10 * TIMEOUT_MS)


def test_after_a_restart_of_all_on_an_idle_sealed_chain_all_vote_again() -> None:
    world = started()
    fill(world, primary(world), 5)
    world.settle()
    world.run_for(10 * TIMEOUT_MS)
    for host in world.hosts:
        host.crash()
    for host in world.hosts:
        host.boot()
    world.run_for(2 * TIMEOUT_MS)
    stopped = backups(world)[0]
    stopped.crash()
    world.submit(backups(world)[1])
    world.expect_executed(without(world, stopped), 3 * TIMEOUT_MS)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_a_restart_of_all_one_after_the_other_leaves_all_voting(order: tuple[int, ...]) -> None:
    world = started()
    fill(world, primary(world), 3)
    for replica in order:
        world.hosts[replica].crash()
        world.run_for(TIMEOUT_MS // 2)
        world.hosts[replica].boot()
        fill(world, world.hosts[replica], 2)
    world.run_for(4 * TIMEOUT_MS)
    world.settle()
    assert all(host.replica and host.replica.report().voting for host in world.hosts)


def test_a_prepared_anchor_is_finished_although_its_bundles_have_expired() -> None:
    world = started()
    fill(world, primary(world), 2)
    world.network.loses = lambda _s, _t, payload: (
        type(getattr(payload, "message", None)).__name__ in {"Commit", "NewView"}
    )
    world.submit(primary(world))
    world.run_for(TIMEOUT_MS // 2)
    for host in world.hosts:
        host.expire()
    world.run_for(20 * TIMEOUT_MS)
    world.network.loses = lambda *_: False
    world.submit(world.hosts[0])
    world.expect_executed(world.correct_hosts, 20 * TIMEOUT_MS)
    assert len(world.hosts[0].disk.blocks) == 4


def test_one_replica_as_the_only_bridge_between_two_is_enough() -> None:
    """The clock of who hears too few stands still, but not for ever."""
    world = started(byzantine=((2, ("silent",)),))  # primary of view 1
    world.network.cut(0, 3)
    world.network.cut(3, 0)
    world.submit(world.hosts[1])
    world.expect_executed(world.correct_hosts, 60 * TIMEOUT_MS)


def test_two_backups_that_cannot_hear_each_other_are_served_and_oust_nobody() -> None:
    world = started()
    world.network.cut(0, 3)
    world.network.cut(3, 0)
    for turn in range(12):
        world.submit(world.hosts[turn % 4])
        world.run_for(TIMEOUT_MS // 2)
    world.expect_executed(world.correct_hosts, TIMEOUT_MS)
    assert [view_of(host) for host in world.hosts] == [1, 1, 1, 1]


def test_a_commit_known_to_one_survives_a_power_cut_of_all() -> None:
    """What the others prepared is on their disks, or the one is left with another chain."""
    world = started()
    knowing = world.hosts[1]
    news = Commit | CertificateReply
    lose(world, lambda target, message: isinstance(message, news) and target != knowing.address)
    world.submit(world.hosts[0])
    world.run_for(TIMEOUT_MS // 4)
    for host in world.hosts:
        host.crash()
    votes = PrePrepare | Prepare | Commit
    lose(world, lambda _target, message: isinstance(message, votes) and message.view == 1)
    for host in without(world, knowing):
        host.boot()
    world.submit(world.hosts[0])
    world.expect_executed(without(world, knowing), 8 * TIMEOUT_MS)
    lose(world, lambda _target, _message: False)
    knowing.boot()
    world.settle()


def test_two_flapping_links_oust_no_primary_for_good() -> None:
    world = started()
    for turn in range(40):
        source, target = ((0, 1), (2, 3))[turn % 2]
        world.network.mend_all()
        world.network.cut(source, target)
        world.network.cut(target, source)
        world.submit(world.hosts[turn % 4])
        world.run_for(150)
    world.network.mend_all()
    world.settle()
    assert max(view_of(host) for host in world.hosts) <= 3


@pytest.mark.parametrize("pause_ms", [300, 5_000])
def test_each_node_stopped_and_continued_in_turn(pause_ms: int) -> None:
    world = started()
    for host in world.hosts:
        others = without(world, host)
        host.pause()
        for _ in range(5):
            world.submit(others[0])
            world.run_for(pause_ms // 5)
        host.resume()
        world.run_for(2 * TIMEOUT_MS)
    world.settle()


def test_a_huge_view_of_one_member_moves_nobody() -> None:
    world = started(byzantine=((0, ("huge view",)),))
    for _ in range(10):
        fill(world, world.hosts[1], 1)
        world.run_for(TIMEOUT_MS // 2)
    world.settle()
    assert [view_of(host) for host in world.correct_hosts] == [1, 1, 1]


def test_prepares_lost_for_a_while_are_said_again() -> None:
    world = started()
    world.network.loses = lambda _s, _t, payload: isinstance(
        getattr(payload, "message", None), Prepare
    )
    world.submit(world.hosts[0])
    world.run_for(TIMEOUT_MS // 2)
    world.network.loses = lambda *_: False
    world.expect_executed(world.correct_hosts, TIMEOUT_MS)


def test_the_checkers_see_a_halted_chain() -> None:
    world = started()
    for host in backups(world)[:2]:
        host.crash()
    world.submit(primary(world))
    with pytest.raises(Violation, match="11"):
        world.expect_executed(without(world, *backups(world)[:2]), 5 * TIMEOUT_MS)

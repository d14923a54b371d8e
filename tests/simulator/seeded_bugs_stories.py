"""Scenarios for mistakes that break no promise by themselves, or that seeds meet too seldom.

A repetition that is missing costs time, because something else repeats it later; ousting a good
primary costs time; what a single replica forgets harms nobody until others fail. So each is told
here step by step, and what must come of it, and how soon, is said.
"""

from consensus.messages import (
    CertificateReply,
    Checkpoint,
    Commit,
    NewView,
    Prepare,
    PrePrepare,
    SealReply,
    ViewChange,
)
from tests.simulator.cluster import Cluster
from tests.simulator.host import Host
from tests.simulator.letters import Blocks
from tests.simulator.network import Weather
from tests.simulator.profiles import Machine
from tests.simulator.test_targeted_scenarios import (
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
from tests.simulator.test_targeted_scenarios_of_terms import drip

STATUS_MS = 200


def _report(host: Host):
    assert host.replica is not None
    return host.replica.report()


def _views(world: Cluster) -> list[int]:
    return [view_of(host) for host in world.hosts if host.replica is not None]


def _lose_nothing(world: Cluster) -> None:
    world.network.loses = lambda *_: False


# --- views ----------------------------------------------------------------------------------------


def a_network_slower_than_the_timeout_gets_more_time() -> None:
    world = started(weather=Weather(delay_ms_min=1_200, delay_ms_max=1_200))
    world.submit(world.hosts[0])
    world.expect_executed(world.correct_hosts, 30 * TIMEOUT_MS)


def a_new_primary_gets_its_full_time_after_a_silent_one() -> None:
    """Links to the silent one are up, so it is left when its whole time is over.

    The new one proposes late, but in time; once it has, it gets a timeout for that alone.
    """
    slow = Machine(propose_ms=TIMEOUT_MS * 6 // 10)
    world = started(weather=Weather(delay_ms_min=200, delay_ms_max=200), machine=slow)
    world.run_for(2 * TIMEOUT_MS)
    silent = primary(world)
    silent.pause()
    world.submit(without(world, silent)[0])
    world.expect_executed(without(world, silent), 6 * TIMEOUT_MS)
    assert [view_of(host) for host in without(world, silent)] == [2, 2, 2]


def a_minute_and_a_half_of_failing_views_heal_in_seconds() -> None:
    world = started()
    lose(world, lambda _target, message: isinstance(message, NewView | PrePrepare))
    world.submit(world.hosts[0])
    world.run_for(90 * TIMEOUT_MS)
    awaited = primary(world)
    awaited.crash()
    _lose_nothing(world)
    world.expect_executed(without(world, awaited), 20 * TIMEOUT_MS)


def a_view_change_lost_once_is_said_again() -> None:
    world = started()
    fill(world, primary(world), 2)
    stopped = primary(world)
    lose(world, lambda _target, message: isinstance(message, ViewChange))
    stopped.crash()
    world.submit(without(world, stopped)[0])
    world.run_for(TIMEOUT_MS + 2 * STATUS_MS)
    _lose_nothing(world)
    world.run_for(4 * STATUS_MS)
    assert _views(world) == [2, 2, 2]
    assert all(_report(host).active for host in without(world, stopped))


def a_later_view_counts_more_than_a_longer_chain() -> None:
    """One prepared two batches in view 1; another one committed a batch in view 2."""
    world = started(window=4, machine=Machine(bundles_per_batch=1))
    longer, later = world.hosts[0], world.hosts[1]
    proofs = Commit | CertificateReply
    lose(
        world,
        lambda target, message: (
            isinstance(message, proofs)
            or (isinstance(message, Prepare) and target != longer.address)
        ),
    )
    for _ in range(2):
        world.submit(world.hosts[2])
    world.run_for(100)
    assert _report(longer).rank == (1, 2)
    isolate(world, longer)
    lose(
        world,
        lambda target, message: (
            (isinstance(message, proofs) and target != later.address)
            or (isinstance(message, Prepare | PrePrepare | Commit) and message.view == 1)
            or (isinstance(message, PrePrepare) and (message.view, message.sequence) >= (2, 2))
        ),
    )
    while min(map(view_of, without(world, longer))) < 3:
        world.run_for(STATUS_MS // 4)
    assert (_report(later).rank, _report(later).decided) == ((2, 1), 1)
    world.network.mend_all()
    isolate(world, later)
    _lose_nothing(world)
    world.expect_executed(without(world, later), 12 * TIMEOUT_MS)
    world.network.mend_all()
    world.settle()


def _lose_towards(world: Cluster, host: Host, *kinds: type) -> None:
    """Lose these messages and blocks on their way to one host, and checkpoints everywhere.

    Without a seal, nothing but votes and certificates says what was decided.
    """

    def loses(_source, target, payload):
        message = getattr(payload, "message", None)
        is_lost_here = isinstance(payload, Blocks) or isinstance(message, kinds)
        return isinstance(message, Checkpoint) or (target == host.address and is_lost_here)

    world.network.loses = loses


def _waiting_alone(world: Cluster) -> Host:
    """Let one backup hear no votes until it has left the view that the others stay in."""
    alone = backups(world)[0]
    _lose_towards(world, alone, PrePrepare, Prepare, Commit, CertificateReply, SealReply)
    world.submit(alone)
    world.run_for(2 * TIMEOUT_MS)
    assert not _report(alone).active
    return alone


def who_waits_for_a_view_commits_by_the_votes_of_others() -> None:
    world = started()
    alone = _waiting_alone(world)
    _lose_towards(world, alone, CertificateReply, SealReply)
    world.run_for(TIMEOUT_MS)
    assert (_report(alone).decided, _report(alone).active) == (1, False)


def who_waits_for_a_view_commits_by_a_certificate() -> None:
    world = started()
    alone = _waiting_alone(world)
    _lose_towards(world, alone, Commit, SealReply)
    world.run_for(TIMEOUT_MS)
    assert (_report(alone).decided, _report(alone).active) == (1, False)


def a_proven_equivocation_needs_no_timeout() -> None:
    world = started(byzantine=((2, ("split vote",)),))  # primary of view 1
    dishonest = world.hosts[2]
    lose(world, lambda _target, message: isinstance(message, Commit))
    world.submit(world.hosts[0])
    world.run_for(60)
    own = next(vote for vote in _votes(dishonest))
    other = type(own)(own.replica, own.epoch, own.view, own.sequence, bytes(32), b"")
    from tests.simulator.adversaries import signed

    envelope = world.seal_envelope(dishonest, signed(dishonest, other))
    for target in world.peers_of(dishonest):
        world.network.send(dishonest.address, target, envelope)
    world.run_for(TIMEOUT_MS // 4)
    assert min(view_of(host) for host in world.correct_hosts) == 2


def _votes(host: Host):
    assert host.replica is not None
    records = host.replica.durable_records()
    return [
        record.vote
        for record in records
        if hasattr(record, "vote") and isinstance(record.vote, Prepare)
    ]


# --- keeping --------------------------------------------------------------------------------------


def _with_an_aged_log(world: Cluster) -> Host:
    """Put back the log from before the last votes of one backup; peers still know them."""
    fill(world, primary(world), 2)
    aged = backups(world)[0]
    kept = len(aged.disk.votes)
    world.network.loses = lambda _source, _target, payload: isinstance(
        getattr(payload, "message", None), Commit
    )
    world.submit(primary(world))
    world.run_for(40)
    _lose_nothing(world)
    aged.crash()
    assert len(aged.disk.votes) > kept
    del aged.disk.votes[kept:]
    aged.has_lost_votes = True
    return aged


def who_is_shown_what_it_forgot_never_votes_again() -> None:
    world = started()
    aged = _with_an_aged_log(world)
    aged.boot()
    world.run_for(4 * STATUS_MS)
    assert _report(aged).amnesia
    world.expect_executed(without(world, aged), 3 * TIMEOUT_MS)


def nobody_votes_before_others_could_show_what_it_forgot() -> None:
    world = started()
    aged = _with_an_aged_log(world)
    isolate(world, aged)
    aged.boot()
    world.run_for(2 * STATUS_MS)
    assert not _report(aged).voting


def amnesia_outlives_a_power_cut_of_all() -> None:
    world = started()
    aged = _with_an_aged_log(world)
    aged.boot()
    world.run_for(4 * STATUS_MS)
    for host in world.hosts:
        host.crash()
    for host in world.hosts:
        host.boot()
    world.run_for(10 * TIMEOUT_MS)
    assert _report(aged).amnesia


def a_new_segment_keeps_the_view_that_was_left_for() -> None:
    world = started()
    alone = _waiting_alone(world)
    alone.disk.new_segment(alone.replica.durable_records())
    alone.crash()
    alone.boot()
    report = _report(alone)
    assert (report.view, report.active) == (2, False)


def a_new_segment_keeps_the_highest_certificate() -> None:
    world = started()
    lose(world, lambda _target, message: isinstance(message, Commit | CertificateReply))
    world.submit(primary(world))
    world.run_for(60)
    host = backups(world)[0]
    rank = _report(host).rank
    assert rank.sequence == 1
    host.disk.new_segment(host.replica.durable_records())
    host.crash()
    host.boot()
    assert _report(host).rank == rank


# --- duties ---------------------------------------------------------------------------------------


def what_catch_up_brought_is_owed_no_more() -> None:
    world = started()
    late = backups(world)[0]
    bundle = world.submit(late)
    isolate(world, late)
    for host in without(world, late):
        host.on_bundle(0, bundle)
    fill(world, primary(world), 40)
    world.network.mend_all()
    world.settle()
    world.run_for(4 * STATUS_MS)
    assert _report(late).owed_count == 0
    world.run_for(3 * TIMEOUT_MS)
    assert _views(world) == [1, 1, 1, 1]


def who_hears_nobody_blames_nobody() -> None:
    world = started()
    late = backups(world)[0]
    isolate(world, late)
    world.submit(late)
    world.run_for(4 * TIMEOUT_MS)
    assert _views(world) == [1, 1, 1, 1]


def a_lost_proposal_is_said_again() -> None:
    world = started()
    lose(world, lambda _target, message: isinstance(message, PrePrepare))
    world.submit(primary(world))
    world.run_for(STATUS_MS)
    _lose_nothing(world)
    world.expect_executed(world.correct_hosts, 3 * STATUS_MS)


def lost_votes_are_said_again() -> None:
    world = started()
    lose(world, lambda _target, message: isinstance(message, Prepare | Commit))
    world.submit(primary(world))
    world.run_for(STATUS_MS)
    _lose_nothing(world)
    world.expect_executed(world.correct_hosts, 3 * STATUS_MS)
    assert _views(world) == [1, 1, 1, 1]


def a_censored_bundle_ends_the_reign_of_who_censors() -> None:
    """One bundle is passed over, all others are served at once."""
    world = started(term=100_000)
    censor = primary(world)
    others = censor._candidates
    hated = world.submit(backups(world)[0]).digest
    censor._candidates = lambda: tuple(d for d in others() if d != hated)
    for _ in range(60):
        world.submit(backups(world)[0])
        world.run_for(TIMEOUT_MS // 10)
    assert min(view_of(host) for host in world.hosts) >= 2
    world.expect_executed(world.hosts, 2 * TIMEOUT_MS)


def a_slow_primary_is_left() -> None:
    """Under the timeout, so never overdue; but it lets everybody wait, and others did not."""
    world = started(
        byzantine=((2, ("slow primary",)),), term=64, machine=Machine(bundles_per_batch=1)
    )
    drip(world, world.hosts[0], 80, 40)
    world.expect_executed(world.correct_hosts, 10 * TIMEOUT_MS)
    assert world.sometimes["view left: slow"] > 0


def one_link_to_the_primary_that_is_down_ousts_nobody() -> None:
    world = started()
    cut, at = backups(world)[0], primary(world)
    world.network.cut(cut.address, at.address)
    world.network.cut(at.address, cut.address)
    for _ in range(4):
        world.submit(cut)
        world.run_for(TIMEOUT_MS // 2)
    assert _views(world) == [1, 1, 1, 1]


def a_primary_that_nobody_reaches_is_left_at_once() -> None:
    world = started()
    gone = primary(world)
    isolate(world, gone)
    world.submit(without(world, gone)[0])
    world.run_for(TIMEOUT_MS // 2)
    assert min(view_of(host) for host in without(world, gone)) == 2

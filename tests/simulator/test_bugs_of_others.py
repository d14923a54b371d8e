"""Bugs that other systems had, each told again with our replicas: one bug, one test.

Those that only real nodes can show stand in ``tests/processes/test_bugs_of_others.py`` and
``tests/integration/node/test_bugs_of_others.py``; docs/testing.md has the table of all of them.
Source: reliability.md section 3; checklist.md names the projects.
"""

import tracemalloc
from itertools import pairwise

import pytest

from consensus import Batch, DecodeError, ReplicaId, SequenceNumber, View
from consensus.codec import decode_message, encode_message
from consensus.messages import Commit, NewView, PrePrepare
from tests.simulator import lies_in_catching_up
from tests.simulator.cluster import Cluster
from tests.simulator.disk import Bundle
from tests.simulator.host import Host
from tests.simulator.letters import Blocks, FetchBlocks, SealedRun
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

MIB = 2**20


def blocks_of(host: Host) -> list[Batch]:
    return [block.batch for block in host.disk.blocks]


def hurry(world: Cluster, count: int, host: Host) -> int:
    """Hand in bundles at once; return how long it takes until all of them are executed."""
    began_ms = world.heap.now_ms
    for _ in range(count):
        world.submit(host)
    world.expect_executed(world.correct_hosts, 60 * TIMEOUT_MS)
    return world.heap.now_ms - began_ms


def test_a_view_change_is_judged_by_what_it_holds_not_by_a_digest_in_it() -> None:
    """The digest of a decoded view change was not computed again, so forged ones verified (indy).

    A member passes on the view changes of others with other ranks and other certificates inside.
    """
    world = started(byzantine=((3, ("spoilt copies",)),))
    for victim in (2, 0, 1):
        fill(world, world.hosts[victim], 2)
        world.hosts[victim].crash()
        for other in without(world, world.hosts[victim]):
            world.submit(other)
        world.run_for(6 * TIMEOUT_MS)
        world.hosts[victim].boot()
        world.run_for(TIMEOUT_MS)
    world.expect_executed(world.correct_hosts, 10 * TIMEOUT_MS)
    assert max(view_of(host) for host in world.correct_hosts) > 1
    assert world.counts["false signature sent"] > 20


def test_a_huge_view_of_one_member_drags_nobody_along() -> None:
    """One node's huge view number dragged everybody there (FISCO #2211; checklist item 18)."""
    world = started(byzantine=((0, ("huge view", "view change spam")),))
    for _ in range(10):
        fill(world, world.hosts[1], 1)
        world.run_for(TIMEOUT_MS // 2)
    world.settle()
    assert max(view_of(host) for host in world.correct_hosts) < 4
    for host in world.correct_hosts:
        world.watch.check_memory(host)


def test_what_nobody_could_execute_is_never_agreed_on() -> None:
    """A forged header was agreed on, and then execution failed for ever (Fabric, SmartBFT).

    The primary proposes wrong times, labels, parents, contents and epochs; what is ordered in the
    end is a chain that each replica executed.
    """
    world = started(byzantine=((2, ("bad proposals",)),))  # primary of view 1
    for turn in range(12):
        world.submit(world.hosts[(0, 1, 3)[turn % 3]])
        world.run_for(TIMEOUT_MS // 2)
    world.expect_executed(world.correct_hosts, 10 * TIMEOUT_MS)
    batches = blocks_of(world.hosts[0])
    assert [batch.parent_digest for batch in batches[1:]] == [b.digest for b in batches[:-1]]
    assert all(a.timestamp_ms < b.timestamp_ms < 2**61 for a, b in pairwise(batches))
    primary_of = world.membership.primary_of
    assert all(batch.proposer == primary_of(batch.proposed_in_view) for batch in batches)
    for digest in (digest for batch in batches for digest in batch.bundle_digests):
        assert world.hosts[0].disk.bundles[digest].valid


@pytest.mark.parametrize("head", [b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xdc", b"\xde", b"\xc9"])
def test_a_huge_length_in_front_allocates_nothing(head: bytes) -> None:
    """A huge length prefix ate gigabytes (CVE-2026-114613; checklist item 40)."""
    true = encode_message(PrePrepare(View(1), small_batch(1), bytes(64)))
    tracemalloc.start()
    for raw in (
        head + b"\xff" * 4,
        head + b"\xff" * 4 + true,
        true[:2] + head + b"\xff" * 4 + true,
    ):
        with pytest.raises(DecodeError):
            decode_message(raw)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < MIB


def small_batch(count: int) -> Batch:
    digests = tuple(bytes([number % 256, number // 256]) * 16 for number in range(count))
    return Batch(0, SequenceNumber(1), bytes(32), View(1), ReplicaId(0), 7, digests)  # type: ignore[arg-type]


def test_a_block_that_catch_up_brings_again_is_taken_once() -> None:
    """A block committed again during catch-up panicked (SmartBFT #484, Fabric #5076; item 32).

    Decided first and fetched afterwards, fetched first and decided afterwards, and both at once
    while the executor is busy.
    """
    world = started(machine=Machine(execute_ms=40), window=4)
    first, second = world.hosts[0], world.hosts[1]
    for turn in range(20):
        world.submit(first)
        world.run_for(30)
        bring_again(world, second, first, max(1, len(second.disk.blocks) - turn % 4))
        bring_again(world, first, second, max(1, len(first.disk.blocks) - turn % 3))
    world.expect_executed(world.hosts, 4 * TIMEOUT_MS)
    world.settle()
    assert [batch.sequence for batch in blocks_of(second)] == [
        *range(1, len(blocks_of(second)) + 1)
    ]


def bring_again(world: Cluster, source: Host, target: Host, first: int) -> None:
    """Let one host hand its blocks to another that did not ask."""
    source.on_fetch_blocks(target.address, FetchBlocks(first))
    world.run_for(5)


def caught_up_beside_a_liar(*strategies: str) -> Cluster:
    """Leave one replica behind, then let it catch up with a liar among those whom it can ask."""
    world = started(byzantine=((0, strategies),), window=2)
    late = world.hosts[1]
    isolate(world, late)
    fill(world, world.hosts[3], 40)
    world.network.mend_all()
    began_ms = world.heap.now_ms
    world.submit(world.hosts[3])
    world.expect_executed(world.correct_hosts, 12 * TIMEOUT_MS)
    world.settle()
    assert world.heap.now_ms - began_ms < 12 * TIMEOUT_MS
    assert len(blocks_of(late)) > 40
    return world


def test_heights_that_shrink_do_not_stall_catching_up() -> None:
    """A lying peer's shrinking heights stalled catch-up (CometBFT ASA-2025-001; item 33).

    Checklist 33.
    """
    caught_up_beside_a_liar("shrinking heights", "poisoned blocks")


@pytest.mark.parametrize("poison", ["wrong_index", "shifted", "wrong_seal", "half_a_seal"])
def test_a_true_block_at_a_wrong_index_stalls_nobody(
    poison: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk with a valid hash at the wrong index stalled the network (CometBFT; items 34, 37)."""
    monkeypatch.setattr(lies_in_catching_up, "POISONS", (getattr(lies_in_catching_up, poison),))
    world = started(byzantine=((0, ("poisoned blocks",)),), window=2)
    for _ in range(6):
        isolate(world, world.hosts[1])
        fill(world, world.hosts[3], 8)
        world.network.mend_all()
        world.submit(world.hosts[3])
        world.expect_executed(world.correct_hosts, 12 * TIMEOUT_MS)
    assert world.counts[f"poisoned blocks: {poison}"] > 0
    world.settle()


def test_a_slow_primary_costs_a_small_factor_only() -> None:
    """A slow primary cost two orders of magnitude (Aardvark, RBFT; checklist item 24)."""
    shape = {"window": 4, "machine": Machine(bundles_per_batch=1)}
    honest = started(**shape)
    honest_ms = hurry(honest, 100, honest.hosts[0])
    slow = started(byzantine=((2, ("slow primary",)),), **shape)  # primary of view 1
    slow_ms = hurry(slow, 100, slow.hosts[0])
    assert slow_ms < honest_ms + 12 * TIMEOUT_MS
    assert view_of(slow.hosts[0]) > 1


def test_what_was_prepared_is_not_forgotten_over_failed_views_and_restarts() -> None:
    """Locks were lost between rounds (Tendermint, IBFT; checklist item 6)."""
    world = started()
    lose(world, lambda _target, message: isinstance(message, Commit | NewView))
    world.submit(world.hosts[0])
    world.run_for(TIMEOUT_MS // 2)
    (prepared,) = {place[2] for place in world.watch.prepared}
    for _ in range(3):
        world.run_for(4 * TIMEOUT_MS)
        for host in world.hosts:
            host.crash()
        for host in world.hosts:
            host.boot()
            world.submit(host)
    assert min(view_of(host) for host in world.hosts) > 2
    lose(world, lambda _target, _message: False)
    world.expect_executed(world.hosts, 20 * TIMEOUT_MS)
    assert blocks_of(world.hosts[3])[0].digest == prepared


def test_a_member_whose_clock_is_an_hour_off_stops_nothing() -> None:
    """Clock drift stopped all proposals (Tezos, Besu; checklist item 26)."""
    for strategy in ("clock ahead", "clock behind"):
        world = started(byzantine=((2, (strategy,)),))  # primary of view 1
        for turn in range(12):
            world.submit(world.hosts[(0, 1, 3)[turn % 3]])
            world.run_for(TIMEOUT_MS // 2)
        world.expect_executed(world.correct_hosts, 8 * TIMEOUT_MS)
        times_ms = [batch.timestamp_ms for batch in blocks_of(world.hosts[0])]
        assert times_ms == sorted(set(times_ms))
        assert len(times_ms) > 1


def test_contents_that_come_slowly_do_not_hold_up_proposals() -> None:
    """Large attachments stalled the primary (Fabric orderers).

    A proposal names digests only, so it is as small for large contents as for small ones; every
    second transfer of contents is lost here, and the primary stays.
    """
    few, many = (
        len(encode_message(PrePrepare(View(1), small_batch(n), bytes(64)))) for n in (1, 1_024)
    )
    assert few < 200
    assert many < 40_000
    world = started(weather=Weather(delay_ms_max=20))
    losses = iter(range(10**6))
    world.network.loses = lambda _source, _target, payload: (
        isinstance(payload, Bundle) and next(losses) % 2 == 0
    )
    for _ in range(20):
        world.submit(backups(world)[0])
        world.run_for(TIMEOUT_MS // 4)
    world.expect_executed(world.correct_hosts, 4 * TIMEOUT_MS)
    assert max(view_of(host) for host in world.correct_hosts) == 1


def test_a_run_that_nobody_can_apply_changes_nothing() -> None:
    """One malformed answer crashed the orderer (Fabric); here it is refused."""
    world = started()
    fill(world, primary(world), 3)
    host, block = world.hosts[0], world.hosts[1].disk.blocks[0]
    seal = max(world.hosts[1].disk.seals.items())[1]
    for batches in ((block.batch,) * 3, (block.batch,)):
        host.on_blocks(1, Blocks((SealedRun(batches, seal, ()),)))
    world.submit(host)
    world.expect_executed(world.hosts, TIMEOUT_MS)
    assert world.counts["false blocks refused"] > 0


@pytest.mark.parametrize("leader", [0, 1, 2])
def test_the_same_identity_on_two_machines_forks_nothing_and_is_convicted(leader: int) -> None:
    """The same identity was started twice (Ethereum validators, Tendermint; checklist item 29).

    Both copies are honest programs, each with its own state; the network is parted between them,
    so that both lead and both vote.
    """
    world = started(byzantine=((leader, ("twins",)),), window=4, term=1)
    copy = world.hosts[-1]
    others = [host for host in world.correct_hosts if host.replica_id != leader]
    for turn in range(8):
        apart = others[turn % 3]
        for a, b in ((copy, others[(turn + 1) % 3]), (world.hosts[leader], apart)):
            world.network.cut(a.address, b.address)
            world.network.cut(b.address, a.address)
        world.submit(apart)
        world.submit(copy)
        world.submit(world.hosts[leader])
        world.run_for(2 * TIMEOUT_MS)
        world.network.mend_all()
        world.run_for(TIMEOUT_MS // 2)
    world.expect_executed(world.correct_hosts, 20 * TIMEOUT_MS)
    world.settle()
    faults = sum(n for name, n in world.sometimes.items() if name.startswith("fault CONFLICTING"))
    assert faults > 0


@pytest.mark.parametrize("effect", range(1, 7))
def test_what_failed_to_sync_and_is_there_after_all_harms_nobody(effect: int) -> None:
    """An operation that failed to sync reappeared (PostgreSQL, etcd).

    The machine loses power between writing and syncing, and the disk has kept everything: the
    replica finds promises that nobody ever heard of. They bind it all the same.
    """
    world = started(machine=Machine(bundles_per_batch=1))
    for victim in world.hosts:
        victim.disk.crash = lambda _rng, disk=victim.disk: disk.sync()  # type: ignore[method-assign,misc]
        victim.fuse = effect
        world.submit(victim)
        world.submit(world.hosts[(victim.address + 1) % 4])
        world.run_for(2 * TIMEOUT_MS)
        victim.fuse = None
    world.expect_executed(world.hosts, 6 * TIMEOUT_MS)
    world.settle()
    assert world.counts["power cut inside a step"] == len(world.hosts)

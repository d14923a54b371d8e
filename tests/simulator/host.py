"""The simulated host: drives one replica exactly as the host contract of ``consensus`` demands.

One task: an inbox of calls, each performed to its end (persist, sync, send, decide, check, fetch,
seal, fault) before the next one. Rules of this file:

* Nothing leaves before what it rests on is synced; a power cut may fall between any two effects.
* After a crash only the disk is left. The replica is made again from the records on it.
* The host never looks inside a replica; it uses the public names of ``consensus`` only.
"""

import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from consensus import (
    Batch,
    BatchVerdict,
    BundleHint,
    Digest,
    InvalidCertificate,
    Proposal,
    Replica,
    ReplicaId,
    Send,
    Step,
)
from consensus.certificates import verify_seal
from tests.simulator.clock import Clock
from tests.simulator.disk import Block, Bundle, Disk
from tests.simulator.letters import Blocks, Envelope, FetchBlocks, FetchBundle, SealedRun

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster

INBOX_MAX = 20_000  # calls waiting for a paused or syncing host; beyond it the network loses them
BLOCKS_PER_REPLY_MAX = 32  # a range of blocks; more is asked for again
CHECK_TRIES_MAX = 100  # then nobody has the contents and the proposal can wait for a view change
GENESIS_HEADER = Digest(hashlib.sha256(b"genesis header").digest())


class PowerCut(Exception):  # noqa: N818  it is an event, not an error
    """The machine lost power between two effects of a step."""


@dataclass
class Memory:
    """What a host holds in memory: gone at every crash."""

    inbox: deque[tuple[str, tuple[Any, ...]]] = field(default_factory=deque)
    pool: dict[Digest, None] = field(default_factory=dict)  # undecided bundles, oldest first
    decided: set[Digest] = field(default_factory=set)  # membership only
    proposed_in: dict[Digest, int] = field(default_factory=dict)
    checking: dict[Digest, Batch] = field(default_factory=dict)
    reported: int = 0  # highest sequence that the replica was told to be executed
    to_execute: deque[Batch] = field(default_factory=deque)
    wake_ms: int = -1
    asked_blocks_ms: int = -1_000_000
    is_proposing: bool = False
    is_busy: bool = False
    is_executing: bool = False


class Host:
    """One machine. Up when ``replica`` is not None."""

    def __init__(self, world: "Cluster", address: int, replica_id: int, clock: Clock) -> None:
        self.world = world
        self.address = address
        self.replica_id = ReplicaId(replica_id)
        self.clock = clock
        self.disk = Disk()
        self.memory = Memory()
        self.replica: Replica | None = None
        self.boot_count = 0
        self.fuse: int | None = None  # effects until a power cut
        self.is_paused = False
        self.is_correct = True
        self.log_is_damaged = False
        self.has_lost_votes = False  # may not vote any more: counts among the f faulty ones
        self.header_salt = b""  # another one is a bug in the execution

    @property
    def has_aged_log(self) -> bool:
        """Say whether somebody put back an old log and nothing on this machine tells.

        Peers that still hold a forgotten vote stop it; where all of them lost power too, nobody
        does, and it may contradict itself: it is one of the f faulty ones.
        """
        return self.has_lost_votes and not self.log_is_damaged

    # --- life ---------------------------------------------------------------------------------

    def boot(self) -> None:
        """Start from what the disk holds."""
        assert self.replica is None, "already up"
        self.boot_count += 1
        self.memory = Memory()
        self.clock.boot_ms = self.world.heap.now_ms - self.world.streams.crash.randrange(10_000)
        decided = {d for block in self.disk.blocks for d in block.batch.bundle_digests}
        self.memory.decided = decided
        self.memory.pool = dict.fromkeys(
            d for d, b in self.disk.bundles.items() if b.valid and d not in decided
        )
        self.replica = self.world.make_replica(self)
        self.memory.reported = self.replica.report().executed
        self.world.watch.on_boot(self)
        self.feed("start")
        if self.memory.pool:
            self.feed("owe", tuple(self.memory.pool))

    def crash(self) -> None:
        """Lose power now."""
        if self.replica is None:
            return
        self.replica = None
        self.fuse = None
        self.is_paused = False
        self.disk.crash(self.world.streams.crash)
        self.memory = Memory()
        self.world.counts["crash"] += 1

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False
        self._turn()

    def header_hash_of(self, batch: Batch, below: Digest) -> Digest:
        return Digest(hashlib.sha256(below + batch.digest + self.header_salt).digest())

    # --- the one task -------------------------------------------------------------------------

    def feed(self, call: str, *arguments: Any) -> None:
        """Queue one call of the replica (or of this host's own ``task_*``) and perform it."""
        memory = self.memory
        if self.replica is None or len(memory.inbox) >= INBOX_MAX:
            return
        memory.inbox.append((call, arguments))
        if not memory.is_busy and not self.is_paused:
            self._turn()

    def _turn(self) -> None:
        memory = self.memory
        while memory.inbox and not memory.is_busy and not self.is_paused:
            call, arguments = memory.inbox.popleft()
            memory.is_busy = True
            try:
                self._perform(self._call(call, arguments))
            except PowerCut:
                self.crash()
                self.world.after_power_cut(self)
                return
            if memory is not self.memory:
                return  # the machine went down while it performed

    def _call(self, call: str, arguments: tuple[Any, ...]) -> Step:
        assert self.replica is not None
        now = self.clock.read(self.world.heap.now_ms)
        if call == "propose":
            return self._propose(now.wall_ms)
        step: Step = getattr(self.replica, call)(*arguments, now)
        return step

    def _perform(self, step: Step) -> None:
        if step.persist:
            self.world.watch.on_persist(self, step.persist)
            self.disk.append(step.persist)
            self._effect()
            sync_ms = self.world.plan.machine.sync_ms
            if sync_ms:
                self.world.heap.after(sync_ms, self._synced, step, self.boot_count)
                return
            self.disk.sync()
            self._effect()
        self._perform_rest(step)

    def _synced(self, step: Step, boot_count: int) -> None:
        if boot_count != self.boot_count or self.replica is None:
            return
        self.disk.sync()
        try:
            self._effect()
            self._perform_rest(step)
        except PowerCut:
            self.crash()
            self.world.after_power_cut(self)
            return
        self._turn()

    def _perform_rest(self, step: Step) -> None:
        memory = self.memory
        for send in step.sends:
            self.say(send)
            self._effect()
        for decided in step.decided:
            self.world.watch.on_decided(self, decided)
            self._take_decided(decided.batch)
        for batch in step.checks:
            self._check(batch)
        for hint in step.fetches:
            self._ask_blocks(hint.sequence, hint.replica)
        for want in step.wants:
            self._fetch_wanted(want)
        for seal in step.seals:
            self.world.watch.on_seal(self, seal)
            self.disk.seals.setdefault(seal.sequence, seal)
        for fault in step.faults:
            self.world.watch.on_fault(self, fault)
        if step.halt is not None:
            self.world.watch.on_halt(self, step.halt)
            self.crash()
            return
        memory.is_busy = False
        self._arm()
        self._consider_proposing()

    def _effect(self) -> None:
        """Count one effect; the fuse may burn down here."""
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                raise PowerCut

    def _arm(self) -> None:
        assert self.replica is not None
        true_ms = self.clock.true_ms(self.replica.next_deadline())
        wake_ms = max(true_ms, self.world.heap.now_ms + 1)
        if self.memory.wake_ms < self.world.heap.now_ms or wake_ms < self.memory.wake_ms:
            self.memory.wake_ms = wake_ms
            self.world.heap.at(wake_ms, self._wake, wake_ms, self.boot_count)

    def _wake(self, wake_ms: int, boot_count: int) -> None:
        if boot_count != self.boot_count or wake_ms != self.memory.wake_ms or self.replica is None:
            return
        self.memory.wake_ms = -1
        now_ms = self.world.heap.now_ms
        if self.clock.true_ms(self.replica.next_deadline()) <= now_ms:
            self.feed("on_deadline")
        else:
            self._arm()

    # --- messages -----------------------------------------------------------------------------

    def say(self, send: Send) -> None:
        """Hand one message to the network; dishonest hosts override this."""
        envelope = self.world.seal_envelope(self, send.message)
        for target in self.world.addresses_of(self, send.to):
            self.world.network.send(self.address, target, envelope)

    def post(self, target: int, letter: Any) -> None:
        """Send a letter between hosts, outside consensus."""
        self.world.network.send(self.address, target, letter)

    def on_delivery(self, source: int, payload: Any) -> None:
        if self.replica is None:
            return
        if isinstance(payload, Envelope):
            if payload.is_sound_from(self.world.replica_of(source)):
                self.feed("receive", payload.message)
        else:
            getattr(self, "on_" + payload.kind)(source, payload)

    # --- bundles ------------------------------------------------------------------------------

    def on_bundle(self, source: int, bundle: Bundle) -> None:
        """Take a bundle from a client (source -1) or a peer; relay what came from a client."""
        if bundle.digest not in self.disk.bundles:
            self.disk.bundles[bundle.digest] = bundle
            if bundle.valid and bundle.digest not in self.memory.decided:
                self.memory.pool[bundle.digest] = None
                self.feed("owe", (bundle.digest,))
        if source < 0 and self.world.plan.relays:
            self.world.post_to_all(self, bundle)
        for batch in list(self.memory.checking.values()):
            self._answer_check(batch)

    def _fetch_wanted(self, want: BundleHint) -> None:
        if want.digest not in self.disk.bundles and want.digest not in self.memory.decided:
            for target in self.world.addresses_of(self, want.replica):
                self.post(target, FetchBundle(want.digest))

    def on_fetch_bundle(self, source: int, letter: FetchBundle) -> None:
        bundle = self.disk.bundles.get(letter.digest)
        if bundle is not None:
            self.post(source, bundle)

    def _check(self, batch: Batch) -> None:
        self.memory.checking[batch.digest] = batch
        if not self._answer_check(batch):
            self._fetch_for(batch, 0, self.boot_count)

    def _answer_check(self, batch: Batch) -> bool:
        bundles = [self.disk.bundles.get(digest) for digest in batch.bundle_digests]
        if any(bundle is None for bundle in bundles):
            return False
        self.memory.checking.pop(batch.digest, None)
        is_valid = all(bundle is not None and bundle.valid for bundle in bundles)
        verdict = BatchVerdict.VALID if is_valid else BatchVerdict.INVALID
        self.feed("batch_checked", batch.digest, verdict)
        return True

    def _fetch_for(self, batch: Batch, tries: int, boot_count: int) -> None:
        """Ask the proposer first, then anyone, until the contents are here."""
        is_waiting = batch.digest in self.memory.checking and boot_count == self.boot_count
        if not is_waiting or tries > CHECK_TRIES_MAX:
            return
        peers = self.world.peers_of(self)
        target = peers[(batch.proposer + tries) % len(peers)]
        for digest in batch.bundle_digests:
            if digest not in self.disk.bundles:
                self.post(target, FetchBundle(digest))
        retry_ms = self.world.plan.timing.status_ms
        self.world.heap.after(retry_ms, self._fetch_for, batch, tries + 1, boot_count)

    def expire(self) -> None:
        """Let every undecided bundle run out, as ``valid_until`` does."""
        expired = tuple(self.memory.pool)
        self.memory.pool.clear()
        self.feed("forgive", expired)

    # --- proposing ----------------------------------------------------------------------------

    def _consider_proposing(self) -> None:
        memory = self.memory
        assert self.replica is not None
        if memory.is_proposing or not memory.pool or not self.replica.can_propose():
            return
        if not self._candidates():
            return
        memory.is_proposing = True
        delay_ms = self.world.plan.machine.propose_ms
        self.world.heap.after(delay_ms, self._close_batch, self.boot_count)

    def _close_batch(self, boot_count: int) -> None:
        if boot_count == self.boot_count and self.replica is not None:
            self.memory.is_proposing = False
            self.feed("propose")

    def _candidates(self) -> tuple[Digest, ...]:
        assert self.replica is not None
        view, memory = self.replica.report().view, self.memory
        waiting = [d for d in memory.pool if memory.proposed_in.get(d) != view]
        return tuple(waiting[: self.world.plan.machine.bundles_per_batch])

    def _propose(self, wall_ms: int) -> Step:
        assert self.replica is not None
        candidates = self._candidates() if self.replica.can_propose() else ()
        if not candidates:
            return Step()
        view = self.replica.report().view
        self.memory.proposed_in.update((digest, view) for digest in candidates)
        now = self.clock.read(self.world.heap.now_ms)
        return self.replica.propose(Proposal(candidates, wall_ms), now)

    # --- execution and catching up ------------------------------------------------------------

    def _take_decided(self, batch: Batch) -> None:
        memory = self.memory
        for digest in batch.bundle_digests:
            memory.pool.pop(digest, None)
            memory.decided.add(digest)
        memory.to_execute.append(batch)
        self._schedule_execution()

    def _schedule_execution(self) -> None:
        if self.memory.to_execute and not self.memory.is_executing:
            self.memory.is_executing = True
            execute_ms = self.world.plan.machine.execute_ms
            self.world.heap.after(execute_ms, self._execute, self.boot_count)

    def _execute(self, boot_count: int) -> None:
        if boot_count != self.boot_count or self.replica is None:
            return
        self.memory.is_executing = False
        batch = self.memory.to_execute.popleft()
        if batch.sequence == len(self.disk.blocks) + 1:
            self._write_block(batch)
        if batch.sequence > self.memory.reported:  # else catching up was faster
            self.memory.reported = batch.sequence
            header_hash = self.disk.blocks[batch.sequence - 1].header_hash
            self.feed("executed", batch.sequence, header_hash)
        self._schedule_execution()

    def _write_block(self, batch: Batch) -> None:
        assert batch.sequence == len(self.disk.blocks) + 1, "blocks are written without gaps"
        below = self.disk.blocks[-1].header_hash if self.disk.blocks else GENESIS_HEADER
        block = Block(batch, self.header_hash_of(batch, below))
        self.disk.blocks.append(block)
        for digest in batch.bundle_digests:
            self.memory.pool.pop(digest, None)
            self.memory.decided.add(digest)
        self.world.watch.on_block(self, block)

    def _ask_blocks(self, sequence: int, replica: int | None) -> None:
        """Ask one peer for sealed blocks; at most one question is open for a status period."""
        memory, now_ms = self.memory, self.world.heap.now_ms
        if now_ms - memory.asked_blocks_ms < self.world.plan.timing.status_ms // 2:
            return
        memory.asked_blocks_ms = now_ms
        sealed = max(self.disk.seals, default=0)
        first = min(len(self.disk.blocks), sealed, memory.reported) + 1
        peers = self.world.peers_of(self)
        named = [peer for peer in peers if self.world.replica_of(peer) == replica]
        # Another peer now and then: the one that is named may be lying.
        target = (
            named[0]
            if named and self.world.streams.load.random() < 0.7
            else peers[self.world.streams.load.randrange(len(peers))]
        )
        self.post(target, FetchBlocks(first))

    def on_fetch_blocks(self, source: int, letter: FetchBlocks) -> None:
        runs: list[SealedRun] = []
        blocks: list[Block] = []
        for block in self.disk.blocks[letter.first - 1 : letter.first - 1 + BLOCKS_PER_REPLY_MAX]:
            blocks.append(block)
            seal = self.disk.seals.get(block.batch.sequence)
            if seal is not None:
                batches = tuple(block.batch for block in blocks)
                runs.append(SealedRun(batches, seal, self._bundles_of(batches)))
                blocks.clear()
        if runs:
            self.post(source, Blocks(tuple(runs)))

    def _bundles_of(self, batches: tuple[Batch, ...]) -> tuple[Bundle, ...]:
        found = [self.disk.bundles.get(d) for batch in batches for d in batch.bundle_digests]
        return tuple(bundle for bundle in found if bundle is not None)

    def on_blocks(self, _source: int, letter: Blocks) -> None:
        """Apply sealed blocks in order; the first wrong run ends the reply."""
        self.memory.asked_blocks_ms = -1_000_000
        for run in letter.runs:
            if self.replica is None or not self._apply_run(run):
                return

    def _apply_run(self, run: SealedRun) -> bool:
        first = run.batches[0].sequence
        if not 1 <= first <= len(self.disk.blocks) + 1:
            return False
        if not self._is_proven(run):
            self.world.counts["false blocks refused"] += 1
            return False
        for bundle in run.bundles:
            self.disk.bundles.setdefault(bundle.digest, bundle)
        self.disk.seals.setdefault(run.seal.sequence, run.seal)
        for batch in run.batches:
            if batch.sequence == len(self.disk.blocks) + 1:
                self._write_block(batch)
                self.world.counts["blocks caught up"] += 1
                if not self.replica.report().active:
                    self.world.sometimes["caught up while waiting for a view"] += 1
            self.memory.reported = max(self.memory.reported, batch.sequence)
            self.feed("adopt", batch, run.seal)
        return True

    def _is_proven(self, run: SealedRun) -> bool:
        """Follow the parents to the seal, executing on the way as a real node does."""
        first = run.batches[0].sequence
        header_hash = self.disk.blocks[first - 2].header_hash if first > 1 else GENESIS_HEADER
        for sequence, batch in enumerate(run.batches, first):
            if batch.sequence != sequence:
                return False
            header_hash = self.header_hash_of(batch, header_hash)
        try:
            verify_seal(run.seal, self.world.membership, self.world.keys.verifier)
        except InvalidCertificate:
            return False
        return (run.seal.sequence, run.seal.header_hash) == (sequence, header_hash)

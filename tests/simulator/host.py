"""The simulated host: drives one replica exactly as the host contract of ``consensus`` demands.

One task: an inbox of calls, each round performed to its end (persist, sync, send, decide, check,
fetch, seal, fault) before the next one. Rules of this file:

* Nothing leaves before what it rests on is synced; a power cut may fall between any two effects.
* A disk that fails ends the process; a restart finds what the disk holds.
* After a crash only the disk is left. The replica is made again from the records on it.
* The host never looks inside a replica; it uses the public names of ``consensus`` only.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from consensus import Batch, Digest, Replica, ReplicaId, Send, Step
from tests.simulator.clock import Clock
from tests.simulator.contents import Contents
from tests.simulator.disk import Disk, DiskFailed
from tests.simulator.executing import SEAL_SYNC_MS, Executing
from tests.simulator.letters import Envelope

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster

INBOX_MAX = 20_000  # calls waiting for a paused or syncing host; beyond it the network loses them
LONG_AGO_MS = -1_000_000
ROUNDS_PER_LOOK = 64  # between two looks at how much a replica keeps


class PowerCut(Exception):  # noqa: N818  it is an event, not an error
    """The machine lost power between two effects of a step."""


@dataclass
class Memory:
    """What a host holds in memory: gone at every crash.

    Attributes:
        decided: bundles in decided batches; membership only.
        heights: of bundles in written blocks.
        asked: bundles that a client handed in here and waits for.
        reported: highest sequence that the replica was told to be executed.
    """

    inbox: deque[tuple[str, tuple[Any, ...]]] = field(default_factory=deque)
    pool: dict[Digest, None] = field(default_factory=dict)  # undecided bundles, oldest first
    decided: set[Digest] = field(default_factory=set)
    heights: dict[Digest, int] = field(default_factory=dict)
    asked: dict[Digest, None] = field(default_factory=dict)
    proposed_in: dict[Digest, int] = field(default_factory=dict)
    checking: dict[Digest, Batch] = field(default_factory=dict)
    reported: int = 0
    to_execute: deque[Batch] = field(default_factory=deque)
    wake_ms: int = -1
    asked_blocks_ms: int = LONG_AGO_MS
    is_proposing: bool = False
    is_busy: bool = False
    is_executing: bool = False


class Host(Contents, Executing):
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
        self.round_count = 0
        self.fuse: int | None = None  # effects until a power cut
        self.on_effect: Callable[[str], None] | None = None  # for scripts of crash points
        self.down_links: frozenset[ReplicaId] = frozenset()
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
        self.open_disk()
        self._fill_memory()
        self.replica = self.world.make_replica(self)
        self.memory.reported = self.replica.report().executed
        self.world.watch.on_boot(self)
        self.feed("start")
        self._tell_newest_block()
        if self.down_links:
            self.feed("links_changed", self.down_links)
        if self.memory.pool:
            self.feed("owe", tuple(self.memory.pool))
        self._look_behind(self.boot_count)
        self.world.on_machine()

    def open_disk(self) -> None:
        """Open logs and chain: what is broken there is known before anything is said."""
        found = self.disk.open_files()
        if found is not None and not found.is_intact:
            self.log_is_damaged = True
        if found is not None and not found.is_whole:
            self.has_lost_votes = True
        if self.disk.rotten is not None:
            self.disk.lose_chain(0)
            self.world.counts["chain fetched anew"] += 1
        self._restore_state()

    def _fill_memory(self) -> None:
        memory, disk = self.memory, self.disk
        for block in disk.blocks:
            for digest in block.batch.bundle_digests:
                memory.decided.add(digest)
                memory.heights.setdefault(digest, block.batch.sequence)
        decided = memory.decided
        memory.pool = dict.fromkeys(
            d for d, bundle in disk.bundles.items() if d not in decided and bundle.valid
        )

    def _tell_newest_block(self) -> None:
        """Tell a replica whose log is behind the store of the newest sealed block in it."""
        height = min(len(self.disk.blocks), max(self.disk.seals, default=0))
        if height > self.memory.reported and height in self.disk.seals:
            self.memory.reported = height
            self.feed("adopt", self.disk.blocks[height - 1].batch, self.disk.seals[height])

    def crash(self) -> None:
        """Lose power now."""
        if self.replica is None:
            return
        self.world.watch.on_crash(self)
        self.replica = None
        self.fuse = None
        self.is_paused = False
        self.boot_count += 1  # nothing that was begun goes on
        self.disk.crash(self.world.streams.crash)
        self.memory = Memory()
        self.world.counts["crash"] += 1
        self.world.on_machine()

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False
        self._turn()

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
            memory.is_busy = True
            if not self.guarded(self._take_round) or memory is not self.memory:
                return  # the machine went down while it performed

    def _take_round(self) -> None:
        """Take some inputs and perform their steps as one, as a driver does."""
        inbox = self.memory.inbox
        call, arguments = inbox.popleft()
        step = self._call(call, arguments)
        if inbox:
            for _ in range(min(len(inbox), self.world.plan.machine.round_max - 1)):
                call, arguments = inbox.popleft()
                step += self._call(call, arguments)
        self._perform(step)
        self.round_count += 1
        if not self.round_count % ROUNDS_PER_LOOK and self.replica is not None and self.is_correct:
            self.world.watch.check_queues(self)

    def guarded(self, action: Callable[..., None], *arguments: Any) -> bool:
        """Do something that may end this machine; say whether it is still up."""
        try:
            action(*arguments)
        except PowerCut:
            self.crash()
            self.world.after_power_cut(self)
            return False
        except DiskFailed:
            self.crash()
            self.world.after_failure(self)
            return False
        return True

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
            self._effect("append")
            self.disk.append(step.persist)
            self._effect("sync")
            sync_ms = self.world.plan.machine.sync_ms
            if sync_ms:
                self.world.heap.after(sync_ms, self._synced, step, self.boot_count)
                return
            self.disk.sync()
            self._effect("synced")
        self._perform_rest(step)

    def _synced(self, step: Step, boot_count: int) -> None:
        is_there = boot_count == self.boot_count and self.replica is not None
        if is_there and self.guarded(self._sync_and_perform, step):
            self._turn()

    def _sync_and_perform(self, step: Step) -> None:
        self.disk.sync()
        self._effect("synced")
        self._perform_rest(step)

    def _perform_rest(self, step: Step) -> None:
        for send in step.sends:
            self.say(send)
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
            self.disk.put_seal(seal)
            self.world.heap.after(SEAL_SYNC_MS, self._sync_seals, self.boot_count)
        for fault in step.faults:
            self.world.watch.on_fault(self, fault)
        if step.halt is not None:
            self.world.watch.on_halt(self, step.halt)
            self.crash()
            return
        self.memory.is_busy = False
        self._arm()
        self._consider_proposing()

    def _effect(self, what: str) -> None:
        """Count one effect; the fuse may burn down here."""
        if self.on_effect is not None:
            self.on_effect(what)
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                raise PowerCut

    def _arm(self) -> None:
        assert self.replica is not None
        memory, now_ms = self.memory, self.world.heap.now_ms
        wake_ms = max(self.clock.true_ms(self.replica.next_deadline()), now_ms + 1)
        if memory.wake_ms < now_ms or wake_ms < memory.wake_ms:
            memory.wake_ms = wake_ms
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
            self._effect("send")

    def post(self, target: int, letter: Any) -> None:
        """Send a letter between hosts, outside consensus."""
        self.world.network.send(self.address, target, letter)

    def on_delivery(self, source: int, payload: Any) -> None:
        if self.replica is None:
            return
        if isinstance(payload, Envelope):
            if payload.is_sound_from(self.world.hosts[source].replica_id):
                self.feed("receive", payload.message)
        else:
            self.guarded(getattr(self, "on_" + payload.kind), source, payload)

    def on_links(self, down: frozenset[ReplicaId]) -> None:
        """Learn which links are down, as a transport reports it."""
        if down != self.down_links:
            self.down_links = down
            self.feed("links_changed", down)

"""Twins: two honest machines with one key, and scenarios of partitions and leaders around them.

A scenario is a list of rounds. A round says who can hear whom (two groups, the twins among them),
who leads the view that comes next, and how many hops of messages pass before the rest is lost:
one hop is a proposal, two are votes on it, three are what those votes complete. The rounds are
followed by fair weather, in which everything must be finished.

This is not the whole simulator: no latencies, no disks, no lies; just replicas, what they say, and
the promises. So a core plays hundreds of scenarios a second. A scenario is a number: the shortest
ones are enumerated, longer ones are drawn, each from a random stream of its own.
Source: Bano et al., "Twins: BFT Systems Made Robust"; checklist item 3.
"""

import hashlib
import itertools
import random
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from consensus import (
    Batch,
    BatchVerdict,
    Decided,
    Digest,
    Limits,
    Membership,
    Now,
    Ports,
    Proposal,
    Replica,
    ReplicaConfig,
    ReplicaId,
    StableCertificate,
    Status,
    Step,
    Timing,
    View,
)
from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from tests.simulator.checkers import Violation
from tests.simulator.signatures import make_key_ring
from tests.simulator.twins_promises import Promises

REPLICA_COUNT = 4
TWIN = ReplicaId(0)  # the names of the others do not matter: every leader is tried
ADDRESSES = range(REPLICA_COUNT + 1)  # the last machine is the second copy
CORRECT = range(1, REPLICA_COUNT)
QUORUM = 3
GROUPS = (0, *range(1, 16))  # the machines that are apart from the last one, as bits; 0: nobody
HOPS = (1, 2, 3, 4, 5, 6, 99)
ROUNDS_MAX = 7
TICK_MS = 1_000  # a status period and a timeout at once: each round may end its view
HEALING_TICKS_MAX = 24
HEALED_EACH = 16
ENUMERATED_ROUNDS = 2  # all of one and of two rounds; from there on they are drawn
KEYS = make_key_ring(REPLICA_COUNT, "keyed-hash")
CHAIN = Digest(hashlib.sha256(b"twins").digest())
WALL_MS = 1_700_000_000_000


@dataclass(frozen=True, slots=True)
class Round:
    """One round.

    Attributes:
        group: bit a is set when machine a cannot hear the last machine and its group.
        leader: of the view of this number.
        hops: how often messages are handed on before the rest of them is lost.
    """

    group: int
    leader: int
    hops: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is played; ``number`` makes it again."""

    number: int
    rounds: tuple[Round, ...]
    window: int
    term: int
    bundles_per_round: int

    @property
    def heals(self) -> bool:
        """Say whether fair weather follows: it takes ten times as long as all rounds together."""
        return self.number % HEALED_EACH == 0


ONE_ROUND = tuple(itertools.product(GROUPS, range(REPLICA_COUNT)))  # partitions x leaders
ENUMERATED = tuple(
    combination
    for count in range(1, ENUMERATED_ROUNDS + 1)
    for combination in itertools.product(ONE_ROUND, repeat=count)
)


def scenario(number: int) -> Scenario:
    """Return the scenario of this number: enumerated, then drawn."""
    rng = random.Random(number)
    window, term = rng.choice((1, 2, 4, 16)), rng.choice((1, 2, 4, 128, 128))
    bundles_per_round = rng.choice((1, 1, 2, 3))
    if number < len(ENUMERATED):
        places: Iterable[tuple[int, int]] = ENUMERATED[number]
    else:
        count = rng.randint(ENUMERATED_ROUNDS + 1, ROUNDS_MAX)
        places = [rng.choice(ONE_ROUND) for _ in range(count)]
    rounds = tuple(Round(group, leader, rng.choice(HOPS)) for group, leader in places)
    return Scenario(number, rounds, window, term, bundles_per_round)


@dataclass(frozen=True, slots=True)
class Led(Membership):
    """A membership whose first views are led by those that a scenario names."""

    leaders: tuple[int, ...] = ()

    def primary_of(self, view: View) -> ReplicaId:
        if 1 <= view <= len(self.leaders):
            return ReplicaId(self.leaders[view - 1])
        return ReplicaId(view % self.replica_count)


@dataclass
class Machine:
    """One replica and what its host holds."""

    address: int
    replica_id: ReplicaId
    replica: Replica
    pool: dict[Digest, None] = field(default_factory=dict)
    inbox: deque[tuple[str, tuple[Any, ...]]] = field(default_factory=deque)
    is_busy: bool = False
    ordered: set[Digest] = field(default_factory=set)  # membership only
    blocks: list[tuple[Batch, Digest]] = field(default_factory=list)
    seals: dict[int, StableCertificate] = field(default_factory=dict)

    @property
    def sealed(self) -> int:
        """Return the highest block that this machine can prove to others."""
        return max((height for height in self.seals if height <= len(self.blocks)), default=0)

    @property
    def is_twin(self) -> bool:
        return self.replica_id == TWIN


class Stage:
    """The machines of one scenario, the messages between them, and the checkers."""

    def __init__(self, played: Scenario, replica_class: type[Replica] = Replica) -> None:
        self.played = played
        self.counts: Counter[str] = Counter()
        self._of = Led(
            chain=CHAIN,
            epoch=0,
            root_sequence=0,
            root_digest=CHAIN,
            public_keys=KEYS.public_keys,
            limits=Limits(played.window, played.term, request_timeout_ms=TICK_MS),
            leaders=tuple(one.leader for one in played.rounds),
        )
        self._now_ms = 0
        self._letters: list[tuple[int, int, Any]] = []  # (from, to, message)
        self._group = 0
        self._bundle_count = 0
        self._promises = Promises(TWIN, QUORUM)
        self.machines = [self._machine(address, replica_class) for address in ADDRESSES]

    def _machine(self, address: int, replica_class: type[Replica]) -> Machine:
        replica_id = ReplicaId(address % REPLICA_COUNT)
        config = ReplicaConfig(replica_id, self._of, Timing(TICK_MS, 0))
        ports = Ports(KEYS.signers[replica_id], KEYS.verifier)
        return Machine(address, replica_id, replica_class(config, ports))

    # --- the play -----------------------------------------------------------------------------

    def play(self) -> None:
        """Play all rounds, then fair weather now and then.

        Raises:
            Violation: a promise was broken.
        """
        for machine in self.machines:
            self._call(machine, "start")
        self._hand_on(HOPS[-1])
        for one in self.played.rounds:
            self._group = one.group
            self.counts["round in two parts"] += one.group > 0
            self._hand_in()
            self._tick(one.hops)
            self.counts["message lost at the end of a round"] += len(self._letters)
            self._letters.clear()
        if self.played.heals:
            self._heal()
        for machine in self.machines[1:REPLICA_COUNT]:
            report = machine.replica.report()
            self.counts["views entered or awaited"] += report.view
            self.counts["batches decided"] += report.decided

    def _heal(self) -> None:
        """Let everybody hear everybody: what is pending must be finished."""
        self._group = 0
        self._hand_in()
        for _ in range(HEALING_TICKS_MAX):
            self._tick(HOPS[-1])
            if self._is_finished():
                break
        else:
            raise Violation(f"8: not finished after the rounds: {self.describe()}")
        self.counts["healed to one height"] += 1

    def _hand_in(self) -> None:
        """Bring new bundles to each group, other ones to the other."""
        sides = sorted({self._side(machine) for machine in self.machines})
        for side in sides * self.played.bundles_per_round:
            self._bundle_count += 1
            digest = Digest(hashlib.sha256(b"bundle %d" % self._bundle_count).digest())
            for machine in self.machines:
                if self._side(machine) == side:
                    self._owe(machine, digest)

    def _owe(self, machine: Machine, digest: Digest) -> None:
        if digest not in machine.pool and digest not in machine.ordered:
            machine.pool[digest] = None
            self._call(machine, "owe", (digest,))

    def _tick(self, hops: int) -> None:
        """Let time pass, and hand on what is said."""
        self._now_ms += TICK_MS
        for machine in self.machines:
            self._call(machine, "on_deadline")
            self._propose(machine)
        self._hand_on(hops)

    def _side(self, machine: Machine) -> int:
        return self._group >> machine.address & 1

    @property
    def _now(self) -> Now:
        return Now(self._now_ms, WALL_MS + self._now_ms)

    def _hand_on(self, hops: int) -> None:
        for _ in range(hops):
            letters, self._letters = self._letters, []
            for source, target, message in letters:
                if self._group >> source & 1 == self._group >> target & 1:
                    self._receive(self.machines[target], message)
                else:
                    self.counts["message cut off"] += 1
            if not self._letters:
                return

    def _receive(self, machine: Machine, message: Any) -> None:
        if machine.is_twin:
            message = self._without_myself(message)
            if message is None:
                return
        self._call(machine, "receive", message)
        self._propose(machine)

    def _without_myself(self, message: Any) -> Any:
        """Hide from a twin what the other one said: it would find out and be silent."""
        if isinstance(message, Status):
            votes = tuple(vote for vote in message.votes if vote.replica != TWIN)
            claims = tuple(claim for claim in message.claims if claim.replica != TWIN)
            return Status(
                **{name: getattr(message, name) for name in _STATUS_FIELDS},
                votes=votes,
                claims=claims,
            )
        if isinstance(message, Prepare | Commit):
            return None if message.replica == TWIN else message
        if isinstance(message, ViewChange):
            return None if message.claim.replica == TWIN else message
        view = getattr(message, "view", None)
        is_own = isinstance(message, PrePrepare) and self._of.primary_of(View(view or 0)) == TWIN
        return None if is_own else message

    # --- the host -----------------------------------------------------------------------------

    def _call(self, machine: Machine, name: str, *arguments: Any) -> None:
        """Call the replica; each step is performed to its end before the next call."""
        machine.inbox.append((name, arguments))
        if machine.is_busy:
            return
        machine.is_busy = True
        while machine.inbox:
            name, arguments = machine.inbox.popleft()
            self._perform(machine, getattr(machine.replica, name)(*arguments, self._now))
        machine.is_busy = False

    def _perform(self, machine: Machine, step: Step) -> None:
        for send in step.sends:
            self._promises.on_said(machine, send.message, self._of)
            to = ADDRESSES if send.to is None else (send.to, send.to + REPLICA_COUNT)
            for target in to:
                if target in ADDRESSES and target % REPLICA_COUNT != machine.replica_id:
                    self._letters.append((machine.address, target, send.message))
        for decided in step.decided:
            self._execute(machine, decided)
        for batch in step.checks:
            self._call(machine, "batch_checked", batch.digest, BatchVerdict.VALID)
        for want in step.wants:
            self._owe(machine, want.digest)
        self._note(machine, step)
        if step.fetches:
            self._catch_up(machine)

    def _note(self, machine: Machine, step: Step) -> None:
        for seal in step.seals:
            machine.seals[seal.sequence] = seal
        for fault in step.faults:
            self._promises.on_fault(machine, fault.replica)
            self.counts[f"fault {fault.kind.name}"] += 1
        if step.halt is not None and not machine.is_twin:
            raise Violation(f"3: machine {machine.address} halted: {step.halt}")

    def _execute(self, machine: Machine, decided: Decided) -> None:
        batch = decided.batch
        self._promises.on_decided(machine, batch)
        if batch.sequence == len(machine.blocks) + 1:
            self._write(machine, batch)
        header = machine.blocks[batch.sequence - 1][1]
        self._call(machine, "executed", batch.sequence, header)

    def _write(self, machine: Machine, batch: Batch) -> None:
        below = machine.blocks[-1][1] if machine.blocks else CHAIN
        header = Digest(hashlib.sha256(below + batch.digest).digest())
        machine.blocks.append((batch, header))
        for digest in batch.bundle_digests:
            machine.ordered.add(digest)
            machine.pool.pop(digest, None)

    def _propose(self, machine: Machine) -> None:
        if not machine.pool or not machine.replica.can_propose():
            return
        first = next(iter(machine.pool))
        machine.pool[first] = machine.pool.pop(first)  # once more only after all others
        self._call(machine, "propose", Proposal((first,), WALL_MS + self._now_ms))

    def _catch_up(self, machine: Machine) -> None:
        """Take the blocks of whoever can be heard and holds the highest seal."""
        others = [m for m in self.machines if self._side(m) == self._side(machine)]
        best = max(others, key=lambda other: other.sealed)
        height = best.sealed
        while len(machine.blocks) < height:  # what is adopted may itself bring some
            batch = best.blocks[len(machine.blocks)][0]
            self._promises.on_decided(machine, batch)
            self._write(machine, batch)
            self.counts["blocks caught up"] += 1
            self._call(machine, "adopt", batch, best.seals[height])

    def _is_finished(self) -> bool:
        correct = [self.machines[address] for address in CORRECT]
        heights = {len(machine.blocks) for machine in correct}
        return len(heights) == 1 and not any(machine.pool for machine in correct)

    def describe(self) -> str:
        """Show the scenario and where everybody stands."""
        lines = [str(self.played)]
        for machine in self.machines:
            blocks, pool = len(machine.blocks), len(machine.pool)
            lines.append(f"{machine.address}: {blocks=} {pool=} {machine.replica.report()}")
        return "\n  ".join(lines)


_STATUS_FIELDS = tuple(
    name for name in Status.__dataclass_fields__ if name not in {"votes", "claims"}
)

"""Many replicas on few cores: what they send each other when each has a slice of a core.

    python -m tests.simulator.crowd [REPLICAS ...]

Virtual time in which work takes as long as it was measured to take, stretched by the number of
replicas that share a core. What a replica reads it works off in order, in rounds as the driver of
a node does, and says what comes of it at the end of the round. Nothing is lost, so each message
that is said again was not needed; the last lines of a run say how many were.
"""

import hashlib
import heapq
import itertools
import sys
from collections import Counter, deque
from dataclasses import dataclass, field

from consensus import BatchVerdict, Digest, Message, Now, Ports, Proposal, Replica, ReplicaConfig
from consensus.ids import ReplicaId
from consensus.messages import Status
from consensus.step import Decided, Step
from tests.simulator.cluster import make_membership
from tests.simulator.cost import WALL_MS, Constant
from tests.simulator.profiles import Plan

REPLICA_COUNTS = (4, 16, 31)
CORES = 2
SECONDS = 10
MESSAGE_US, STATUS_US, BLOCK_US, SIGNATURE_US = 100, 340, 25_000, 54  # as on the machine measured
ROUND_COUNT_MAX = 128  # inputs before effects are performed
WAY_MS = 1
PROPOSAL_MS = 100  # between two at least, and two are at work at most

Letter = Message | Decided


class Counting(Constant):
    """A key that counts what is verified with it."""

    count = 0

    def verify(self, _public_key: bytes, _payload: bytes, _signature: bytes) -> bool:
        self.count += 1
        return True


@dataclass
class Seat:
    """One replica, its inbox by time of arrival, and until when it is at work."""

    replica: Replica
    key: Counting
    inbox: deque[tuple[float, Letter]] = field(default_factory=deque)
    free_ms: float = 0.0
    woken_ms: float = -1.0
    proposed_ms: float = 0.0


class Crowd:
    """Replicas that share the cores fairly; the primary has always something to propose.

    Attributes:
        said: messages received, by kind, that went to all.
        repeated: messages received, by kind, that went to one: answers to a Status.
    """

    def __init__(self, replica_count: int, cores: int = CORES) -> None:
        keys = tuple(hashlib.sha256(b"key %d" % number).digest() for number in range(replica_count))
        membership = make_membership(Plan(seed=1, replica_count=replica_count), keys)
        self.slowness = max(1.0, replica_count / cores)
        self.said: Counter[str] = Counter()
        self.repeated: Counter[str] = Counter()
        self.seats: list[Seat] = []
        self._calls: list[tuple[float, int, Seat]] = []
        self._order = itertools.count()
        for number, own in enumerate(keys):
            key = Counting(own)
            config = ReplicaConfig(ReplicaId(number), membership)
            self.seats.append(Seat(Replica(config, Ports(Constant(own), key)), key))
        for seat in self.seats:
            self._perform(seat, seat.replica.start(Now(0, WALL_MS)), 0.0)
            self._wake(seat, 0.0)

    def run(self, until_ms: float) -> None:
        """Let time pass."""
        while self._calls[0][0] < until_ms:
            at_ms, _, seat = heapq.heappop(self._calls)
            if at_ms == seat.woken_ms:
                self._work(seat, at_ms)

    def sealed(self) -> int:
        """Say how many blocks all have sealed."""
        return min(seat.replica.report().sealed for seat in self.seats)

    def left(self) -> int:
        """Say how often a replica left a view before its term was over."""
        return sum(seat.replica.report().left_count for seat in self.seats)

    def _wake(self, seat: Seat, at_ms: float) -> None:
        at_ms = max(at_ms, seat.free_ms)
        if seat.woken_ms < 0 or at_ms < seat.woken_ms:
            seat.woken_ms = at_ms
            heapq.heappush(self._calls, (at_ms, next(self._order), seat))

    def _work(self, seat: Seat, at_ms: float) -> None:
        """Read what is there, then act on it when that is done."""
        letters: list[Letter] = []
        while seat.inbox and seat.inbox[0][0] <= at_ms and len(letters) < ROUND_COUNT_MAX:
            letters.append(seat.inbox.popleft()[1])
        verified = seat.key.count
        end_ms = at_ms + self.slowness * sum(map(_cost_us, letters)) / 1_000
        now = Now(int(end_ms), WALL_MS + int(end_ms))
        step = Step()
        for letter in letters:
            step += _taken(seat.replica, letter, now)
        if now.monotonic_ms >= seat.replica.next_deadline():
            step += seat.replica.on_deadline(now)
        step += self._proposal(seat, now)
        step += _checked(seat.replica, step, now)
        end_ms += self.slowness * (seat.key.count - verified) * SIGNATURE_US / 1_000
        seat.free_ms = end_ms + WAY_MS  # and a synced write
        seat.woken_ms = -1.0
        self._perform(seat, step, seat.free_ms)
        self._wake(seat, seat.inbox[0][0] if seat.inbox else seat.replica.next_deadline())
        self._wake(seat, seat.replica.next_deadline())

    def _proposal(self, seat: Seat, now: Now) -> Step:
        report = seat.replica.report()
        is_time = now.monotonic_ms >= seat.proposed_ms + PROPOSAL_MS
        if not is_time or report.tip_sequence > report.executed + 1:
            return Step()
        if not seat.replica.can_propose():
            return Step()
        seat.proposed_ms = now.monotonic_ms
        bundles = (Digest(hashlib.sha256(b"%d" % next(self._order)).digest()),)
        owed = seat.replica.owe(bundles, now)
        return owed + seat.replica.propose(Proposal(bundles, now.wall_ms), now)

    def _perform(self, seat: Seat, step: Step, at_ms: float) -> None:
        for send in step.sends:
            others = self.seats if send.to is None else [self.seats[send.to]]
            counter = self.said if send.to is None else self.repeated
            for other in others:
                if other is not seat:
                    counter[type(send.message).__name__] += 1
                    other.inbox.append((at_ms + WAY_MS, send.message))
                    self._wake(other, at_ms + WAY_MS)
        for decided in step.decided:
            seat.inbox.append((at_ms, decided))


def _cost_us(letter: Letter) -> int:
    if isinstance(letter, Decided):
        return BLOCK_US
    return STATUS_US if isinstance(letter, Status) else MESSAGE_US


def _taken(replica: Replica, letter: Letter, now: Now) -> Step:
    if isinstance(letter, Decided):
        header_hash = Digest(hashlib.sha256(letter.batch.digest).digest())
        return replica.executed(letter.batch.sequence, header_hash, now)
    return replica.receive(letter, now)


def _checked(replica: Replica, step: Step, now: Now) -> Step:
    """Answer the checks of a step, and those that come of the answers."""
    total = Step()
    while step.checks:
        answers = Step()
        for batch in step.checks:
            answers += replica.batch_checked(batch.digest, BatchVerdict.VALID, now)
        total += answers
        step = answers
    return total


def main() -> None:
    for replica_count in map(int, sys.argv[1:]) if sys.argv[1:] else REPLICA_COUNTS:
        crowd = Crowd(replica_count)
        crowd.run(SECONDS * 1_000)
        blocks = max(1, crowd.sealed())
        sys.stdout.write(
            f"{replica_count:3} replicas: {crowd.sealed()} blocks in {SECONDS} s, "
            f"{crowd.left()} times a view left; a block and replica\n"
        )
        for name, counter in (("said", crowd.said), ("repeated", crowd.repeated)):
            shares = {kind: count / blocks / replica_count for kind, count in counter.items()}
            told = ", ".join(f"{kind} {share:.1f}" for kind, share in sorted(shares.items()))
            sys.stdout.write(f"     {name}: {told}\n")


if __name__ == "__main__":
    main()

"""The load: submissions handed in at planned times by own processes, commits seen as events.

Open loop: a plan says when each bill is to be handed in, whatever became of those before; latency
runs from that intended start, so a stall counts for everybody who would have come. A plan without a
rate hands in as fast as the node takes them, for the figure of what it can sustain at most.

Rules: everything that can be made before the clock starts is made before, by the process that hands
it in; what is refused with ``pool_full`` is handed in again a little later, as a hospital's system
would, or dropped where the plan says so: then the next who comes is offered those bytes.
"""

import itertools
import math
import multiprocessing
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from ledgerd.rpc.client import Target
from tests.bench.bills import BillOrder, SignedBills
from tests.bench.figures import percentile
from tests.bench.pausing import pause
from tests.bench.watching import watch
from tests.bench.wire import Wire, encode_submission, is_pool_full

RETRY_S = 0.02
_SPAWN = multiprocessing.get_context("spawn")  # a fork would share the parent's open files
Load = Sequence[SignedBills] | BillOrder


@dataclass(frozen=True)
class Plan:
    """How submissions are handed in.

    Attributes:
        rate: submissions a second of all connections together; None as fast as they are taken.
        connections: processes, each with one connection.
        per_request: submissions in one request at most; 1 where latency is measured.
        seconds: after which nothing new is handed in.
        is_dropping: whoever is refused goes away.
        patience_s: whoever has waited so long for a connection goes away, too.
    """

    rate: float | None = None
    connections: int = 2
    per_request: int = 1
    seconds: float | None = None
    is_dropping: bool = False
    patience_s: float = math.inf


@dataclass
class Measured:
    """What one run saw.

    Attributes:
        committed: bills, not transactions.
        seconds: from the first intended start to the last commit.
        refused: submissions answered with pool_full.
        gone: who waited for a connection until the patience was over.
        latencies_ms: of committed bills, from intended start to the event on the own node.
        longest_pause_ms: between two commits, or until the first one.
        load_cpu_s: of all processes of the load, from the first intended start.
        handed_in: bills that were taken.
        commits_s: when each bill was committed, from the first intended start; ascending.
    """

    committed: int
    seconds: float
    refused: int
    latencies_ms: list[float] = field(repr=False)
    longest_pause_ms: float = 0.0
    load_cpu_s: float = 0.0
    handed_in: int = 0
    gone: int = 0
    commits_s: list[float] = field(default_factory=list, repr=False)

    @property
    def rate(self) -> float:
        return self.committed / self.seconds

    def percentile_ms(self, percent: float) -> float:
        return percentile(self.latencies_ms, percent)


def measure(target: Target, load: Load, plan: Plan) -> Measured:
    """Hand all submissions in and wait for the commits of their bills."""
    shares = share_out(load, plan.connections)
    workers = [Worker(_submit_all, target, share, plan, i) for i, share in enumerate(shares)]
    watcher = Worker(watch, target, 0.0 if plan.rate is not None else 0.05)
    for worker in (*workers, watcher):
        worker.ready()
    begin = time.monotonic() + 0.2
    for worker in (*workers, watcher):
        worker.send(begin)
    starts: dict[str, float] = {}
    refused, gone, load_cpu_s = 0, 0, 0.0
    for worker in workers:
        planned, refused_count, gone_count, cpu_s = worker.result()
        starts.update(planned)
        refused += refused_count
        gone += gone_count
        load_cpu_s += cpu_s
    watcher.send(frozenset(starts))
    ends, cpu_s = watcher.result()
    found = measured_of(starts, ends, begin)
    found.refused, found.gone, found.load_cpu_s = refused, gone, load_cpu_s + cpu_s
    return found


def share_out(load: Load, count: int) -> list[Load]:
    """Give each connection its part."""
    if isinstance(load, BillOrder):
        return list(load.shares(count))
    return [load[i::count] for i in range(count)]


def measured_of(starts: dict[str, float], ends: dict[str, float], begin: float) -> Measured:
    """Put together what the processes saw; bills of others are left out."""
    own = {bill: end for bill, end in ends.items() if bill in starts}
    times = sorted(own.values())
    pauses = [later - earlier for earlier, later in itertools.pairwise([begin, *times])]
    return Measured(
        committed=len(own),
        seconds=max((times or [begin])[-1] - begin, 1e-9),
        refused=0,
        latencies_ms=[(end - starts[bill]) * 1_000 for bill, end in own.items()],
        longest_pause_ms=max(pauses, default=0.0) * 1_000,
        handed_in=len(starts),
        commits_s=[end - begin for end in times],
    )


class Worker:
    """A process with one pipe: it says that it is ready, is told when to begin, gives a result."""

    def __init__(self, work, *arguments) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._work = work.__name__
        self._process = _SPAWN.Process(target=work, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    def ready(self) -> None:
        assert self._told() == "ready"

    def send(self, value: Any) -> None:
        self._pipe.send(value)

    def result(self) -> Any:
        found = self._told()
        self._process.join()
        return found

    def _told(self) -> Any:
        try:
            return self._pipe.recv()
        except EOFError:
            raise AssertionError(f"a process of the load failed in {self._work}") from None


def _submit_all(pipe: Connection, target: Target, load: Load, plan: Plan, number: int) -> None:
    share = load.make() if isinstance(load, BillOrder) else load
    encoded = [encode_submission(s.transaction, s.sidecars) for s in share]
    with Wire(target) as wire:
        wire.get("/healthz")
        pipe.send("ready")
        hand = Hand(wire, encoded, plan, Times(plan, number, pipe.recv()))
        cpu_s = time.process_time()
        hand.run()
        cpu_s = time.process_time() - cpu_s
    starts = {bill: at for i, at in hand.starts.items() for bill in share[i].bills}
    pipe.send((starts, hand.refused, hand.gone, cpu_s))


@dataclass(frozen=True)
class Times:
    """When each arrival of one connection is planned."""

    plan: Plan
    number: int
    begin: float

    def planned(self, arrival: int) -> float:
        if self.plan.rate is None:
            return max(self.begin, time.monotonic())
        return self.begin + (arrival * self.plan.connections + self.number) / self.plan.rate

    def is_over(self, arrival: int) -> bool:
        if self.plan.seconds is None:
            return False
        return self.planned(arrival) >= self.begin + self.plan.seconds

    def gone(self, arrival: int) -> int:
        """Count those from this arrival on who have lost their patience."""
        last_s = time.monotonic() - self.plan.patience_s
        count = 0
        while self.planned(arrival + count) < last_s:
            count += 1
        return count

    def due(self, arrival: int, most: int) -> int:
        """Wait until somebody arrives; say how many have by then, ``most`` at most."""
        wait_s = self.planned(arrival) - time.monotonic()
        if wait_s > 0:
            pause(wait_s)
        if self.plan.rate is None:
            return most
        now = time.monotonic()
        size = 1
        while size < most and self.planned(arrival + size) <= now:
            size += 1
        return size


class Hand:
    """One connection that hands in.

    Attributes:
        starts: intended start of what was taken, by its place in the share.
        refused, gone: how many were told to come back, and how many did not wait.
    """

    def __init__(self, wire: Wire, encoded: list[bytes], plan: Plan, times: Times) -> None:
        self._wire = wire
        self._encoded = encoded
        self._plan = plan
        self._times = times
        self.starts: dict[int, float] = {}
        self.refused = 0
        self.gone = 0

    def run(self) -> None:
        waiting = deque(range(len(self._encoded)))
        arrival = 0
        while waiting and not self._times.is_over(arrival):
            gone = self._times.gone(arrival)
            self.gone, arrival = self.gone + gone, arrival + gone
            size = self._times.due(arrival, min(self._plan.per_request, len(waiting)))
            batch = [waiting.popleft() for _ in range(size)]
            self.starts |= {
                place: self._times.planned(arrival + n) for n, place in enumerate(batch)
            }
            arrival += size
            again = self._hand_in(batch)
            while again and not self._plan.is_dropping:
                pause(RETRY_S)
                again = self._hand_in(again)
            for place in reversed(again):
                del self.starts[place]
                waiting.appendleft(place)

    def _hand_in(self, batch: list[int]) -> list[int]:
        """Hand in; give what was refused."""
        refusals = self._wire.submit([self._encoded[place] for place in batch])
        again = [batch[n] for n, refusal in refusals.items() if is_pool_full(refusal)]
        self.refused += len(again)
        return again

"""The load: submissions handed in at planned times by own processes, commits seen as events.

Open loop: a plan says when each bill is to be handed in, whatever became of those before; latency
runs from that intended start, so a stall counts for everybody who would have come. A plan without a
rate hands in as fast as the node takes them, for the figure of what it can sustain at most.

Rules: everything that can be made before the clock starts is made before; what is refused with
``pool_full`` is handed in again a little later, as a hospital's system would.
"""

import itertools
import multiprocessing
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from ledgerd.rpc.catalogue import EVENTS_POLL, TX_SUBMIT
from ledgerd.rpc.client import RpcClient, Target, open_client
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.queries import EventsPoll
from ledgerd.rpc.requests import TxSubmit
from tests.bench.bills import SignedBills

QUIET_S = 20.0  # without any commit: then the rest does not come any more
RETRY_S = 0.02
PAGE_COUNT = 1_000
_TICK = threading.Event()  # never set: what waits on it waits for the time it names
_SPAWN = multiprocessing.get_context("spawn")  # a fork would share the parent's open files


@dataclass(frozen=True)
class Plan:
    """How submissions are handed in.

    Attributes:
        rate: submissions a second of all connections together; None as fast as they are taken.
        connections: processes, each with one connection.
        per_request: submissions in one request at most; 1 where latency is measured.
    """

    rate: float | None = None
    connections: int = 2
    per_request: int = 1


@dataclass
class Measured:
    """What one run saw.

    Attributes:
        committed: bills, not transactions.
        seconds: from the first intended start to the last commit.
        refused: submissions answered with pool_full, handed in again later.
        latencies_ms: of committed bills, from intended start to the event on the own node.
        longest_pause_ms: between two commits.
    """

    committed: int
    seconds: float
    refused: int
    latencies_ms: list[float] = field(repr=False)
    longest_pause_ms: float = 0.0

    @property
    def rate(self) -> float:
        return self.committed / self.seconds

    def percentile_ms(self, percent: float) -> float:
        ranked = sorted(self.latencies_ms)
        return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))] if ranked else 0.0


def measure(target: Target, submissions: Sequence[SignedBills], plan: Plan) -> Measured:
    """Hand all submissions in and wait for the commits of their bills."""
    shares = [submissions[i :: plan.connections] for i in range(plan.connections)]
    workers = [_Worker(_submit_all, target, share, plan, i) for i, share in enumerate(shares)]
    bills = {bill for submission in submissions for bill in submission.bills}
    watcher = _Worker(_watch, target, frozenset(bills))
    for worker in (*workers, watcher):
        worker.ready()
    begin = time.monotonic() + 0.2
    for worker in workers:
        worker.send(begin)
    starts: dict[str, float] = {}
    refused = 0
    for worker in workers:
        planned, count = worker.result()
        starts.update(planned)
        refused += count
    ends = watcher.result()
    return _measured(starts, ends, refused, begin)


def _measured(
    starts: dict[str, float], ends: dict[str, float], refused: int, begin: float
) -> Measured:
    times = sorted(ends.values())
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    return Measured(
        committed=len(ends),
        seconds=max((times or [begin])[-1] - begin, 1e-9),
        refused=refused,
        latencies_ms=[(end - starts[bill]) * 1_000 for bill, end in ends.items()],
        longest_pause_ms=max(pauses, default=0.0) * 1_000,
    )


class _Worker:
    """A process with one pipe: it says that it is ready, is told when to begin, gives a result."""

    def __init__(self, work, *arguments) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=work, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    def ready(self) -> None:
        assert self._pipe.recv() == "ready"

    def send(self, begin: float) -> None:
        self._pipe.send(begin)

    def result(self):
        found = self._pipe.recv()
        self._process.join()
        return found


def _submit_all(
    pipe: Connection, target: Target, share: Sequence[SignedBills], plan: Plan, number: int
) -> None:
    starts: dict[str, float] = {}
    refused = 0
    requests = [
        TxSubmit(transaction=s.transaction, sidecars=s.sidecars, wait="none") for s in share
    ]
    with open_client(target) as client:
        client.call(EVENTS_POLL, EventsPoll(limit=1))
        pipe.send("ready")
        begin = pipe.recv()
        position = 0
        while position < len(share):
            size = _due(plan, number, position, len(share), begin)
            for place in range(position, position + size):
                planned = _planned(plan, number, place, begin)
                starts.update(dict.fromkeys(share[place].bills, planned))
            refused += _hand_in(client, requests[position : position + size])
            position += size
    pipe.send((starts, refused))


def _planned(plan: Plan, number: int, place: int, begin: float) -> float:
    if plan.rate is None:
        return max(begin, time.monotonic())
    return begin + (place * plan.connections + number) / plan.rate


def _due(plan: Plan, number: int, position: int, count: int, begin: float) -> int:
    """Wait until a submission is due; give how many are by then, within one request."""
    most = min(plan.per_request, count - position)
    if plan.rate is None:
        return most
    wait_s = _planned(plan, number, position, begin) - time.monotonic()
    if wait_s > 0:
        _TICK.wait(wait_s)
    now = time.monotonic()
    size = 1
    while size < most and _planned(plan, number, position + size, begin) <= now:
        size += 1
    return size


def _hand_in(client: RpcClient, requests: Sequence[TxSubmit]) -> int:
    """Hand in until all are taken; give how often one was refused."""
    refused = 0
    waiting = list(requests)
    while waiting:
        answers = client.call_many(TX_SUBMIT, waiting)
        again = []
        for request, answer in zip(waiting, answers, strict=True):
            if isinstance(answer, RpcFailure):
                if answer.rpc_code is not RpcCode.POOL_FULL:
                    raise answer
                again.append(request)
        waiting = again
        if waiting:
            refused += len(waiting)
            _TICK.wait(RETRY_S)
    return refused


def _watch(pipe: Connection, target: Target, bills: frozenset[str]) -> None:
    ends: dict[str, float] = {}
    with open_client(target) as client:
        cursor = client.call(EVENTS_POLL, EventsPoll(limit=1)).next
        pipe.send("ready")
        heard = time.monotonic()
        while len(ends) < len(bills) and time.monotonic() - heard < QUIET_S:
            page = client.call(EVENTS_POLL, EventsPoll(cursor=cursor, limit=PAGE_COUNT, wait_s=1))
            now = time.monotonic()
            for entry in page.events:
                if entry.object in bills and entry.object not in ends:
                    ends[entry.object] = heard = now
            cursor = page.next
    pipe.send(ends)

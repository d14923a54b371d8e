"""Handing in: how fast one node answers, and what taking a bill costs it beside all others' work.

Bursts that the pool takes at once, on 8 connections of two processes, each call sent when the one
before on its connection was answered. The rate of a burst is that of its answers; between bursts
everything is committed, so that each begins with an empty pool. Best of several: a burst is over in
a fraction of a second, in which the other nodes verify what it brought on the same cores.

Rules: what is refused with ``pool_full`` is handed in again and counted; the load is encoded before
the clock starts.
"""

import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ledgerd.rpc.client import Target
from tests.bench.bills import BillOrder
from tests.bench.load import Worker
from tests.bench.net import BenchNet, cpu_s_of, metrics_of
from tests.bench.options import Options, Row
from tests.bench.pausing import pause
from tests.bench.running import network
from tests.bench.wire import Wire, encode_submission, is_pool_full

PROCESSES = 2
CONNECTIONS = 8
BURST_COUNT = 512  # bills; a pool takes twice of it at once on a machine of two cores
BURSTS = 5
MANY_COUNT = 64  # transactions in one tx_submit_many
RETRY_S = 0.01
COMMIT_S = 60.0


@dataclass(frozen=True)
class Burst:
    """What one burst saw: its bills, the seconds until its last answer, and refusals."""

    count: int
    seconds: float
    refused: int


def submit(options: Options) -> Row:
    """Bursts of bills on 8 connections: one in a request, then many in a request."""
    with network(options) as (net, maker):
        orders = [maker.order(BURST_COUNT) for _ in range(2 * BURSTS)]
        before = _cpu_s_by_node(net)
        single = [_burst(net, order, 1) for order in orders[:BURSTS]]
        used = {name: cpu_s - before[name] for name, cpu_s in _cpu_s_by_node(net).items()}
        many = [_burst(net, order, MANY_COUNT) for order in orders[BURSTS:]]
        others = [cpu_s for name, cpu_s in used.items() if name != "hospital"]
        more_s = used["hospital"] - sum(others) / max(1, len(others))
        return {
            "submits_per_s": round(max(b.count / b.seconds for b in single)),
            "submits_per_s_median": round(_median([b.count / b.seconds for b in single])),
            "submits_per_s_of_many": round(max(b.count / b.seconds for b in many)),
            "pool_full": sum(b.refused for b in (*single, *many)),
            "hospital_cpu_us_more_per_bill": round(more_s * 1e6 / sum(b.count for b in single)),
        }


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _burst(net: BenchNet, order: BillOrder, per_request: int) -> Burst:
    target = net.hospital.target
    workers = [Worker(_hand_in, target, part, per_request) for part in order.shares(PROCESSES)]
    for worker in workers:
        worker.ready()
    begin = time.monotonic() + 0.1
    for worker in workers:
        worker.send(begin)
    found = [worker.result() for worker in workers]
    _wait_committed(net)
    return Burst(order.count, max(e for e, _ in found) - begin, sum(r for _, r in found))


def _wait_committed(net: BenchNet) -> None:
    end = time.monotonic() + COMMIT_S
    while metrics_of(net.hospital)["ledgerd_pending_transactions"]:
        assert time.monotonic() < end, "a burst was not committed"
        pause(RETRY_S)


def _cpu_s_by_node(net: BenchNet) -> dict[str, float]:
    return {
        node.name: cpu_s_of(Path("/proc", str(node.process.pid)))
        for node in net.running()
        if node.process
    }


def _hand_in(pipe: Connection, target: Target, order: BillOrder, per_request: int) -> None:
    """Hand the part of one process in, on its connections; give the time of the last answer."""
    encoded = [encode_submission(each.transaction, each.sidecars) for each in order.make()]
    count = CONNECTIONS // PROCESSES
    hands = [_Hand(target, encoded[i::count], per_request) for i in range(count)]
    pipe.send("ready")
    pause(pipe.recv() - time.monotonic())
    threads = [threading.Thread(target=hand.run) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send((max(hand.end for hand in hands), sum(hand.refused for hand in hands)))


class _Hand:
    """One connection; begun before the clock starts."""

    def __init__(self, target: Target, encoded: list[bytes], per_request: int) -> None:
        self._wire = Wire(target)
        self._wire.get("/healthz")
        self._encoded = encoded
        self._per_request = per_request
        self.end = 0.0
        self.refused = 0

    def run(self) -> None:
        with self._wire:
            for first in range(0, len(self._encoded), self._per_request):
                waiting = self._encoded[first : first + self._per_request]
                while waiting := self._refused_of(waiting):
                    self.refused += len(waiting)
                    pause(RETRY_S)
            self.end = time.monotonic()

    def _refused_of(self, submissions: list[bytes]) -> list[bytes]:
        refusals = self._wire.submit(submissions)
        return [submissions[n] for n, refusal in refusals.items() if is_pool_full(refusal)]

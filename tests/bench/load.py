"""The load: bills handed in at given times by a few connections, commits seen as events.

Latency runs from the intended start of a submission, so a stall counts for all who would have come.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ledgerd.rpc.catalogue import EVENTS_POLL, TX_SUBMIT
from ledgerd.rpc.client import Target, open_client
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.queries import EventsPoll
from ledgerd.rpc.requests import TxSubmit
from tests.bench.bills import SignedBill

DRAIN_S = 30.0


@dataclass
class Measured:
    """What one run saw.

    Attributes:
        latencies_ms: of committed bills, from intended start to the event.
        seconds: from the first submission to the last commit.
        refused: submissions answered with pool_full, handed in again later.
    """

    committed: int
    seconds: float
    refused: int
    latencies_ms: list[float] = field(repr=False)

    @property
    def rate(self) -> float:
        return self.committed / self.seconds

    def percentile_ms(self, percent: float) -> float:
        ranked = sorted(self.latencies_ms)
        return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]


class Run:
    """One run against one node."""

    def __init__(self, target: Target, bills: Sequence[SignedBill], rate: float | None) -> None:
        self._target = target
        self._bills = bills
        self._rate = rate
        self._starts: dict[str, float] = {}
        self._ends: dict[str, float] = {}
        self._lock = threading.Lock()
        self._next = 0
        self._refused = 0
        self._begin = 0.0
        self._done = threading.Event()
        self._watching = threading.Event()

    def measure(self, connections: int) -> Measured:
        """Hand all bills in and wait for their commits.

        A rate of None hands in as fast as the node takes them.
        """
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        self._watching.wait()
        self._begin = time.monotonic()
        workers = [threading.Thread(target=self._submit_all) for _ in range(connections)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self._done.wait(DRAIN_S)
        self._done.set()
        watcher.join()
        latencies = [(end - self._starts[bill]) * 1_000 for bill, end in self._ends.items()]
        seconds = max(self._ends.values(), default=self._begin + 1e-9) - self._begin
        return Measured(len(self._ends), seconds, self._refused, latencies)

    def _take(self) -> tuple[SignedBill, float] | None:
        with self._lock:
            place, self._next = self._next, self._next + 1
        if place >= len(self._bills):
            return None
        planned = self._begin + place / self._rate if self._rate else time.monotonic()
        return self._bills[place], planned

    def _submit_all(self) -> None:
        with open_client(self._target) as client:
            while (taken := self._take()) is not None:
                bill, planned = taken
                self._starts[bill.bill] = planned
                time_left = planned - time.monotonic()
                if time_left > 0:
                    self._done.wait(time_left)
                request = TxSubmit(
                    transaction=bill.transaction, sidecars=(bill.sidecar,), wait="none"
                )
                while not self._is_taken(client.call, request):
                    self._done.wait(0.02)

    def _is_taken(self, call, request: TxSubmit) -> bool:
        try:
            call(TX_SUBMIT, request)
        except RpcFailure as error:
            if error.rpc_code is not RpcCode.POOL_FULL:
                raise
            self._refused += 1
            return False
        return True

    def _watch(self) -> None:
        with open_client(self._target) as client:
            cursor = client.call(EVENTS_POLL, EventsPoll(limit=1)).next
            self._watching.set()
            while not self._done.is_set():
                page = client.call(EVENTS_POLL, EventsPoll(cursor=cursor, limit=1_000, wait_s=1))
                now = time.monotonic()
                for entry in page.events:
                    if entry.object in self._starts:
                        self._ends[entry.object] = now
                cursor = page.next
                if len(self._ends) == len(self._bills):
                    self._done.set()

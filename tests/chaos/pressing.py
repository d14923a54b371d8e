"""Load that is never satisfied: as many transactions as nodes take, or so many a second.

Rules: bills are made before, so that making them does not measure. What is counted is what stands
in blocks, read from a node afterwards; answers only say what was refused. Hands are threads with a
connection each, and end at the next answer.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledgerd.cli.homes import Home
from ledgerd.errors import LedgerdError
from ledgerd.rpc.catalogue import TX_SUBMIT
from ledgerd.rpc.client import RpcClient
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.requests import TxSubmit, Wait
from tests.bench.bills import BillMaker, SignedBills
from tests.processes.bill_load import CODE, NUMBER_COUNT
from tests.processes.local_net import LocalNet

WAIT_S = 10
ANSWER_S = 20.0
PAUSE_S = 0.05  # after a refusal


@dataclass
class Press:
    """Hands at some nodes.

    Attributes:
        rate: transactions a second of all hands together; 0 is as fast as answers come.
        wait: what a hand waits for before its next one.
    """

    net: LocalNet
    nodes: tuple[str, ...]
    hands: int
    rate: float = 0.0
    wait: Wait = "committed"
    words: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, bills: Iterator[SignedBills]) -> None:
        shared = _Shared(bills)
        for number in range(self.hands):
            node = self.nodes[number % len(self.nodes)]
            hand = threading.Thread(target=self._press, args=(node, shared), name=f"press-{number}")
            self._threads.append(hand)
            hand.start()

    def end(self) -> None:
        self._stop.set()
        for hand in self._threads:
            hand.join()

    def _press(self, node: str, bills: "_Shared") -> None:
        client = RpcClient(Home(self.net.home(node)).target, ANSWER_S)
        pause_s = self.hands / self.rate if self.rate else 0.0
        due_s = time.monotonic()
        while not self._stop.is_set():
            due_s += pause_s
            self.words[self._hand_in(client, bills.next())] += 1
            left_s = due_s - time.monotonic()
            if left_s > 0:
                self._stop.wait(left_s)
        client.close()

    def _hand_in(self, client: RpcClient, bill: SignedBills) -> str:
        request = TxSubmit(
            transaction=bill.transaction, sidecars=bill.sidecars, wait=self.wait, timeout_s=WAIT_S
        )
        try:
            return client.call(TX_SUBMIT, request).state
        except RpcFailure as error:
            self._stop.wait(0.0 if self.rate else PAUSE_S)
            return error.rpc_code.label
        except LedgerdError as error:
            return type(error).__name__


class _Shared:
    """Bills for many hands."""

    def __init__(self, bills: Iterator[SignedBills]) -> None:
        self._bills = bills
        self._lock = threading.Lock()

    def next(self) -> SignedBills:
        with self._lock:
            return next(self._bills)


def make_bills(net: LocalNet) -> Iterator[SignedBills]:
    """Allot numbers to the hospital, and make its bills as they are asked for."""
    hospital = Home(net.home("hospital"))
    allot = ("numbers", "allot", hospital.institution, "--code", CODE)
    made = net.ctl(*allot, "--count", str(NUMBER_COUNT), home="finance")
    range_id = bytes.fromhex(made.json["object"])[-16:]
    maker = BillMaker(hospital, range_id, CODE, time.time_ns() // 1_000_000)
    return maker.make(NUMBER_COUNT - 1)

"""Bills handed in one after the other at several nodes at once, and what was acknowledged of them.

Rules: a bill is acknowledged when a node answered that it is committed; until then the very same
bytes are handed in again. Refusals are counted by code, lost answers as unknown; nothing sleeps
but on the event that ends the load.
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledgerd.cli.homes import Home
from ledgerd.errors import LedgerdError
from ledgerd.rpc.catalogue import TX_SUBMIT
from ledgerd.rpc.client import AnswerLost, NodeUnreachable, RpcClient, open_client
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.requests import TxSubmit
from tests.bench.bills import BillMaker, SignedBills
from tests.processes.local_net import LocalNet

CODE = "99060126"
NUMBER_COUNT = 1_000_000
WAIT_S = 5  # for a commit; then the node answers outcome_unknown and is asked again
PAUSE_S = 0.05  # between two bills of one hand: two cores serve four nodes
HANDS = 2  # connections to each node


@dataclass(frozen=True)
class Acknowledged:
    """What a node said of a bill, and when."""

    node: str
    bill: str
    tx_id: str
    height: int
    at_s: float


@dataclass
class BillLoad:
    """Hands bills of one hospital in at some nodes, until it is ended."""

    net: LocalNet
    nodes: tuple[str, ...]
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _began_s: float = 0.0

    def prepare(self) -> "BillLoad":
        """Allot numbers: the first thing that has to be committed."""
        hospital = Home(self.net.home("hospital"))
        allot = ("numbers", "allot", hospital.institution, "--code", CODE)
        count = ("--count", str(NUMBER_COUNT))
        made = self.net.ctl(*allot, *count, home="finance")
        range_id = bytes.fromhex(made.json["object"])[-16:]
        now_ms = time.time_ns() // 1_000_000
        maker = BillMaker(hospital, range_id, CODE, now_ms)
        share = NUMBER_COUNT // (len(self.nodes) * HANDS)
        places = itertools.product(self.nodes, range(HANDS))
        for number, (node, _) in enumerate(places):
            bills = maker.make(share, first=1 + number * share)
            hand = threading.Thread(target=self._hand_in, args=(node, bills), name=f"load-{node}")
            self._threads.append(hand)
        return self

    def begin(self) -> None:
        self._began_s = time.monotonic()
        for hand in self._threads:
            hand.start()

    def end(self) -> None:
        """Stop; every bill that was begun is answered or given up."""
        self._stop.set()
        for hand in self._threads:
            hand.join()

    def by_node(self, since_s: float = 0.0, until_s: float = 1e9) -> Counter[str]:
        """Count what was acknowledged, by node, in a span of seconds from the beginning."""
        return Counter(a.node for a in self.acknowledged if since_s <= a.at_s < until_s)

    def elapsed_s(self) -> float:
        return time.monotonic() - self._began_s

    def wait(self, seconds: float) -> None:
        """Let the load go on for a while."""
        self._stop.wait(seconds)

    def longest_gap_s(self) -> float:
        """Give the longest time in which nobody was acknowledged anything."""
        times = sorted((0.0, *(a.at_s for a in self.acknowledged)))
        return max((b - a for a, b in itertools.pairwise(times)), default=0.0)

    def _hand_in(self, node: str, bills: Iterator[SignedBills]) -> None:
        target = Home(self.net.home(node)).target
        for bill in bills:
            while not self._stop.is_set():
                try:
                    with open_client(target) as client:
                        self._acknowledge(node, bill, client)
                    break
                except RpcFailure as error:
                    self.refused[f"{node}: {error.rpc_code.label} {error.reason}".strip()] += 1
                except NodeUnreachable:
                    self.refused[f"{node}: unreachable"] += 1
                except AnswerLost:
                    self.refused[f"{node}: answer lost"] += 1
                except LedgerdError as error:
                    self.refused[f"{node}: {type(error).__name__}"] += 1
                target = Home(self.net.home(node)).target  # a restarted node has a new cookie
                self._stop.wait(4 * PAUSE_S)
            if self._stop.wait(PAUSE_S):
                return

    def _acknowledge(self, node: str, bill: SignedBills, client: RpcClient) -> None:
        request = TxSubmit(
            transaction=bill.transaction,
            sidecars=bill.sidecars,
            wait="committed",
            timeout_s=WAIT_S,
        )
        outcome = client.call(TX_SUBMIT, request)
        assert outcome.state in {"committed", "sealed"}, outcome
        assert outcome.height is not None
        assert [r.reason for r in outcome.receipts] == ["OK"], outcome.receipts
        at_s = self.elapsed_s()
        done = Acknowledged(node, bill.bill, outcome.tx_id, outcome.height, at_s)
        self.acknowledged.append(done)

"""The scenario of whole lives: hands at the nodes of bureau, hospital, finance and insurer."""

import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection

from ledgerd.cli.homes import Home
from tests.bench.figures import percentile
from tests.bench.lives import LAST_EVENT, PLACES, STEPS, LifeOrder, Trigger
from tests.bench.load import RETRY_S, Worker
from tests.bench.net import BenchNet
from tests.bench.options import Options, Row
from tests.bench.patients import enrol
from tests.bench.pausing import pause
from tests.bench.running import cost_row, network, warm
from tests.bench.watching import QUIET_S, EventReader
from tests.bench.wire import Wire, is_pool_full

UNDER_WAY = 2_000  # lives: more than a node's pools and blocks hold at any moment
REQUEST_COUNT = 50
EVENTS = frozenset(event for _, event in STEPS)


def life(options: Options) -> Row:
    """Whole lives of bills, as fast as they go; operations a second of all kinds."""
    with network(options) as (net, maker):
        patient = enrol(net)
        count = int(options.seconds * min(options.rate, warm(net, maker)) / len(STEPS)) or 1
        return _run(net, LifeOrder(net.folder, maker.order(count), patient))


def _run(net: BenchNet, order: LifeOrder) -> Row:
    hands = {place: Worker(_hand_in, order, place) for place in PLACES}
    for hand in hands.values():
        hand.ready()
    before, begin = net.cost(), time.monotonic() + 0.2
    for hand in hands.values():
        hand.send(begin)
    seen = {place: hand.result() for place, hand in hands.items()}
    cost = net.cost().since(before)
    done, lives = seen["medicare"].times, seen["medicare"].lives_ms
    seconds = max(max(done, default=begin) - begin, 1e-9)
    cpu_s = sum(each.cpu_s for each in seen.values())
    return {
        "committed_operations": len(done),
        "lives": len(lives),
        "operations_per_s": round(len(done) / seconds, 1),
        "life_p50_ms": round(percentile(lives, 50)),
        "life_p99_ms": round(percentile(lives, 99)),
        "pool_full": sum(each.refused for each in seen.values()),
        "load_cpu_us_per_operation": round(cpu_s * 1e6 / max(1, len(done)), 1),
        **{_of_operations(k): v for k, v in cost_row(cost, len(done), len(net.nodes)).items()},
    }


def _of_operations(name: str) -> str:
    return name.replace("per_bill", "per_operation").replace("bills_per", "operations_per")


@dataclass
class Seen:
    """What one hand saw.

    Attributes:
        times: of every operation of these lives, as its node told of it.
        lives_ms: from handing in the first step to the last one's commit; the bureau's hand only.
    """

    times: list[float]
    lives_ms: list[float]
    refused: int
    cpu_s: float


def _hand_in(pipe: Connection, order: LifeOrder, place: str) -> None:
    steps = list(order.steps_at(place))
    with Wire(Home(order.folder / place).target) as wire:
        hand = _Hand(wire, steps, order.bills.count)
        pipe.send("ready")
        begin = pipe.recv()
        cpu_s = time.process_time()
        hand.run(begin)
        lives = hand.lives_ms()
        pipe.send(Seen(hand.times, lives, hand.refused, time.process_time() - cpu_s))


class _Hand:
    """One node's connection: hands a step in when its node has told of the one before."""

    def __init__(self, wire: Wire, steps: list[tuple[Trigger | None, bytes]], lives: int) -> None:
        self._wire = wire
        self._reader = EventReader(wire)
        self._lives = lives
        self._first = deque(call for trigger, call in steps if trigger is None)
        self._waiting = {trigger: call for trigger, call in steps if trigger is not None}
        self._ready: deque[bytes] = deque()
        self._begun: list[float] = []
        self._ended: list[float] = []
        self.times: list[float] = []
        self.refused = 0

    def run(self, begin: float) -> None:
        heard = begin
        while len(self._ended) < self._lives and time.monotonic() - heard < QUIET_S:
            while self._first and len(self._begun) - len(self._ended) < UNDER_WAY:
                self._ready.append(self._first.popleft())
                self._begun.append(max(begin, time.monotonic()))
            is_refused = self._hand_in()
            if self._listen(wait_s=0 if self._ready else 1):
                heard = time.monotonic()
            if is_refused:
                pause(RETRY_S)

    def lives_ms(self) -> list[float]:
        """Give how long lives took: they end about in the order in which they began."""
        return [(e - b) * 1_000 for b, e in zip(self._begun, self._ended, strict=False)]

    def _hand_in(self) -> bool:
        size = min(REQUEST_COUNT, len(self._ready))
        if not size:
            return False
        batch = [self._ready.popleft() for _ in range(size)]
        refusals = self._wire.submit(batch)
        again = [batch[n] for n, refusal in refusals.items() if is_pool_full(refusal)]
        self._ready.extendleft(reversed(again))
        self.refused += len(again)
        return bool(again)

    def _listen(self, wait_s: int) -> int:
        events = self._reader.read(wait_s)
        now = time.monotonic()
        for event in events:
            if event.event not in EVENTS:
                continue
            self.times.append(now)
            if event.event == LAST_EVENT:
                self._ended.append(now)
            elif (call := self._waiting.pop((event.event, event.object), None)) is not None:
                self._ready.append(call)
        return len(events)

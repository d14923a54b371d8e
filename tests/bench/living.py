"""The scenario of whole lives: hands at the nodes of bureau, hospital, finance and insurer."""

import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection

from ledgerd.cli.homes import Home
from tests.bench.figures import percentile, rate_between
from tests.bench.lives import LAST_EVENT, PLACES, STEPS, LifeOrder, Trigger
from tests.bench.load import RETRY_S, Worker
from tests.bench.net import BenchNet
from tests.bench.options import Options, Row
from tests.bench.patients import enrol
from tests.bench.pausing import pause
from tests.bench.running import SPARE, cost_row, network, warm
from tests.bench.watching import QUIET_S, EventReader
from tests.bench.wire import Wire, is_pool_full

UNDER_WAY = 2_000  # lives: more than a node's pools and blocks hold at any moment
FILL_S = 8  # of the network's rate: so many lives fill it
WINDOW_S_MIN = 1.0
REQUEST_COUNT = 50
EVENTS = frozenset(event for _, event in STEPS)
FIRST_PLACE = STEPS[0][0]


@dataclass(frozen=True)
class Pace:
    """How lives are begun.

    Attributes:
        lives: that are made.
        under_way: at a time.
        seconds: that they are begun for, from the first one's end on.
    """

    lives: int
    under_way: int
    seconds: float


def life(options: Options) -> Row:
    """Whole lives of bills, as fast as they go; operations a second of all kinds.

    The rate is that of the time in which the network is full of them: from the end of the first
    life to the beginning of the last. Before and after it less is under way than it could take.
    """
    with network(options) as (net, maker):
        patient = enrol(net)
        per_s = min(options.rate, warm(net, maker)) / len(STEPS)
        under_way = max(1, min(UNDER_WAY, int(FILL_S * per_s)))
        lives = under_way + int(SPARE * options.seconds * per_s)
        pace = Pace(lives, under_way, options.seconds)
        return _run(net, LifeOrder(net.folder, maker.order(lives), patient), pace)


def _run(net: BenchNet, order: LifeOrder, pace: Pace) -> Row:
    hands = {place: Worker(_hand_in, order, place, pace) for place in PLACES}
    for hand in hands.values():
        hand.ready()
    before, begin = net.cost(), time.monotonic() + 0.2
    for hand in hands.values():
        hand.send(begin)
    seen = {FIRST_PLACE: hands[FIRST_PLACE].result()}
    for place in PLACES[1:]:
        hands[place].send("end")
        seen[place] = hands[place].result()
    cost = net.cost().since(before)
    done, lives = seen[FIRST_PLACE].times, seen[FIRST_PLACE].lives_ms
    cpu_s = sum(each.cpu_s for each in seen.values())
    return {
        "committed_operations": len(done),
        "lives": len(lives),
        "operations_per_s": round(full_rate(begin, seen[FIRST_PLACE]), 1),
        "window_s": round(seen[FIRST_PLACE].full_s, 1),
        "life_p50_ms": round(percentile(lives, 50)),
        "life_p99_ms": round(percentile(lives, 99)),
        "pool_full": sum(each.refused for each in seen.values()),
        "load_cpu_us_per_operation": round(cpu_s * 1e6 / max(1, len(done)), 1),
        **{_of_operations(k): v for k, v in cost_row(cost, len(done), len(net.nodes)).items()},
    }


def full_rate(begin: float, seen: "Seen") -> float:
    """Give the operations a second while the network was full, or of all the time if it was not."""
    if seen.full_s >= WINDOW_S_MIN:
        return rate_between(seen.times, seen.first_end, seen.last_begin)
    return len(seen.times) / max(max(seen.times, default=begin) - begin, 1e-9)


def _of_operations(name: str) -> str:
    return name.replace("per_bill", "per_operation").replace("bills_per", "operations_per")


@dataclass
class Seen:
    """What one hand saw.

    Attributes:
        times: of every operation of these lives, as its node told of it.
        lives_ms: from handing in the first step to the last one's commit; the bureau's hand only.
        first_end, last_begin: of a life.
    """

    times: list[float]
    lives_ms: list[float]
    refused: int
    cpu_s: float
    first_end: float = 0.0
    last_begin: float = 0.0

    @property
    def full_s(self) -> float:
        """Say for how long lives ended while others were begun."""
        return max(0.0, self.last_begin - self.first_end)


def _hand_in(pipe: Connection, order: LifeOrder, place: str, pace: Pace) -> None:
    steps = list(order.steps_at(place))
    with Wire(Home(order.folder / place).target) as wire:
        hand = _Hand(wire, steps, pace)
        pipe.send("ready")
        begin = pipe.recv()
        cpu_s = time.process_time()
        hand.run(begin, pipe)
        pipe.send(hand.seen(time.process_time() - cpu_s))


class _Hand:
    """One node's connection: hands a step in when its node has told of the one before.

    The hand that begins lives ends when it has seen the end of the last; the others are told.
    """

    def __init__(self, wire: Wire, steps: list[tuple[Trigger | None, bytes]], pace: Pace) -> None:
        self._wire = wire
        self._reader = EventReader(wire)
        self._pace = pace
        self._first = deque(call for trigger, call in steps if trigger is None)
        self._is_beginning = bool(self._first)
        self._waiting = {trigger: call for trigger, call in steps if trigger is not None}
        self._ready: deque[bytes] = deque()
        self._begun: list[float] = []
        self._ended: list[float] = []
        self._times: list[float] = []
        self._refused = 0

    def run(self, begin: float, pipe: Connection) -> None:
        heard = begin
        while not self._is_over(pipe) and time.monotonic() - heard < QUIET_S:
            self._begin_lives(begin)
            is_refused = self._hand_in()
            if self._listen(wait_s=0 if self._ready else 1):
                heard = time.monotonic()
            if is_refused:
                pause(RETRY_S)

    def seen(self, cpu_s: float) -> Seen:
        """Give what was seen; lives end about in the order in which they began."""
        pairs = zip(self._begun, self._ended, strict=False)
        lives_ms = [(ended - began) * 1_000 for began, ended in pairs]
        first_end = min(self._ended, default=0.0)
        last_begin = max(self._begun, default=0.0)
        return Seen(self._times, lives_ms, self._refused, cpu_s, first_end, last_begin)

    def _is_over(self, pipe: Connection) -> bool:
        if self._is_beginning:
            return not self._first and len(self._ended) == len(self._begun)
        return pipe.poll()

    def _begin_lives(self, begin: float) -> None:
        now = max(begin, time.monotonic())
        if self._ended and now > self._ended[0] + self._pace.seconds:
            self._first.clear()
        while self._first and len(self._begun) - len(self._ended) < self._pace.under_way:
            self._ready.append(self._first.popleft())
            self._begun.append(now)

    def _hand_in(self) -> bool:
        size = min(REQUEST_COUNT, len(self._ready))
        if not size:
            return False
        batch = [self._ready.popleft() for _ in range(size)]
        refusals = self._wire.submit(batch)
        again = [batch[n] for n, refusal in refusals.items() if is_pool_full(refusal)]
        self._ready.extendleft(reversed(again))
        self._refused += len(again)
        return bool(again)

    def _listen(self, wait_s: int) -> int:
        events = self._reader.read(wait_s)
        now = time.monotonic()
        for event in events:
            if event.event not in EVENTS:
                continue
            self._times.append(now)
            if event.event == LAST_EVENT:
                self._ended.append(now)
            elif (call := self._waiting.pop((event.event, event.object), None)) is not None:
                self._ready.append(call)
        return len(events)

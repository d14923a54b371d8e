"""Scenarios of primaries: what must not oust an honest one, and what must oust a bad one.

All nodes run the build of ``tests.processes.dishonest_primary``, honest until one is told not to
be. Times in which it is bad, and had its turn, alternate with times as long in which it is honest:
what else the machine does falls on both.

* ``overload``: transactions come at twice the rate that the network had when it was fully used.
* ``backups-only``: one member gives its bundles to backups only, never to the primary.
* ``silent``, ``slow``, ``censoring``: one member is that as soon as it is its turn.
* ``delaying``: one member broadcasts its proposals a quarter of the timeout late, which makes it
  overdue for nobody; whoever lacks one is told when it asks.

Rules: with terms the view moves by itself, so an oust is a view that a node says it left. A bad
primary is found within a number of timeouts from the moment at which honest nodes entered its view;
half of the undisturbed rate must remain. Rates are of transactions in blocks, read from a node.
The delaying one may stay, if half of the rate remains from the beginning of its turn to its end,
and for ten seconds at least. A hand waits for its commit, so that this is a demand on latency.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ledgerd.rpc.requests import Wait
from tests.bench.bills import SignedBills
from tests.chaos.pressing import Press, make_bills
from tests.chaos.scenario import Outcome, Plan, Scenario
from tests.chaos.watching import Turn, Watch, committed_count, turns_of
from tests.processes.dishonest_primary import HONEST, MODE_FILE
from tests.processes.local_net import LocalNet

COMMAND = ("-m", "tests.processes.dishonest_primary")
MEASURE_S = 10.0  # of the undisturbed network, and at least of the disturbed one
HANDS = 12  # each waits for its commit: what they do in a second is what waiting leaves
PRESS_HANDS = 32  # of the open loop: they wait for nothing but an answer
AFTER_S = 5.0  # after its turn: what it held up comes then
TURN_S_MAX = 120.0  # until the bad one has its turn
LOOK_S = 0.2  # so often: has it come to be
TIMEOUT_S = 2.0
FOUND_TIMEOUTS = {"silent": 3.0, "slow": 3.0, "delaying": math.inf, "censoring": 4.0}
RATE_SHARE_MIN = 0.5
OVERLOAD = 2.0
FLOOD = 10_000.0  # a second: more than nodes take; what comes into blocks then is the capacity


@dataclass(frozen=True)
class Rate:
    """Transactions that came into blocks in some time."""

    count: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.count + other.count, self.seconds + other.seconds)

    @property
    def per_s(self) -> float:
        return round(self.count / self.seconds, 1) if self.seconds else 0.0


@dataclass
class Trial:
    """One network, its watch, its bills, and what came of it."""

    net: LocalNet
    plan: Plan
    outcome: Outcome = field(default_factory=Outcome)
    watch: Watch = field(init=False)
    bills: Iterator[SignedBills] = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.net)
        self.bills = make_bills(self.net)

    @contextmanager
    def pressed(self, rate: float = 0.0) -> Iterator[None]:
        """Press all the while: in a closed loop, or at a rate whether the network keeps up."""
        wait: Wait = "none" if rate else "committed"
        hands = PRESS_HANDS if rate else HANDS
        press = Press(self.net, tuple(self.net.nodes), hands, rate, wait)
        press.begin(self.bills)
        try:
            yield
        finally:
            press.end()
            self.note(f"answers at {round(rate, 1) or 'any'} a second", dict(press.words))

    def measure(self, seconds: float, until: Callable[[], bool] = lambda: True) -> "Rate":
        """Look for so long, and on until something has come to be; count what is committed."""
        before, began_s = committed_count(self.net), time.monotonic()
        self.watch.look_for(seconds)
        while not until() and time.monotonic() - began_s < TURN_S_MAX:
            self.watch.look_for(LOOK_S)
        return Rate(committed_count(self.net) - before, time.monotonic() - began_s)

    def note(self, name: str, value: object) -> None:
        self.plan.say(f"{name}: {value}")
        self.outcome.figures[name] = value

    def tell(self, node: str, mode: str) -> None:
        """Tell a node what to be from now on."""
        path = self.net.home(node) / MODE_FILE
        path.write_text(mode, encoding="utf-8")

    def demand(self, sentence: str, *, holds: bool) -> None:
        if not holds:
            self.outcome.violations.append(sentence)

    def finish(self) -> Outcome:
        """Look at what every scenario shows."""
        self.note("views", [f"{turn.view} {turn.primary}" for turn in self.watch.turns])
        self.note("views left before their term was over", self.watch.left())
        self.note("complaints", self.watch.complaints())
        self.outcome.figures["acknowledged"] = committed_count(self.net)
        return self.outcome


def on_network(play: Callable[[Trial], None]) -> Callable[[Plan], Outcome]:
    """Give a scenario its network."""

    def run(plan: Plan) -> Outcome:
        net = LocalNet(plan.folder)
        for node in net.nodes.values():
            node.command = (node.command[0], *COMMAND)
        with net:
            net.start()
            trial = Trial(net, plan)
            play(trial)
            return trial.finish()

    return run


def _ousts_nobody(trial: Trial) -> None:
    left = trial.watch.left()
    trial.demand(f"honest primaries were left: {left}", holds=not any(left.values()))


def _overload(trial: Trial) -> None:
    with trial.pressed(FLOOD):
        capacity = trial.measure(MEASURE_S).per_s
    trial.note("capacity per second", capacity)
    rate = trial.plan.rate or OVERLOAD * capacity
    with trial.pressed(rate):
        done = trial.measure(trial.plan.seconds).per_s
    trial.note("offered per second", round(rate, 1))
    trial.note("committed per second", done)
    _ousts_nobody(trial)


def _backups_only(trial: Trial) -> None:
    with trial.pressed():
        undisturbed = trial.measure(MEASURE_S).per_s
        trial.tell("insurer", "backups-only")
        done = trial.measure(trial.plan.seconds).per_s
    trial.note("undisturbed per second", undisturbed)
    trial.note("disturbed per second", done)
    _ousts_nobody(trial)


def _bad(kind: str) -> Callable[[Trial], None]:
    look = _from_its_turn if kind == "delaying" else _until_its_turn

    def play(trial: Trial) -> None:
        bad = trial.watch.next_primary()
        victim = trial.watch.institution("hospital" if bad != "hospital" else "finance")
        trial.watch.ignore(bad)
        began_s = time.monotonic()
        undisturbed, disturbed, turns = Rate(), Rate(), list[Turn]()
        with trial.pressed():
            trial.measure(MEASURE_S)  # nodes are warm after that
            while not turns or time.monotonic() - began_s < trial.plan.seconds:
                trial.tell(bad, f"{kind} {victim}" if kind == "censoring" else kind)
                rate, seen = look(trial, bad)
                disturbed, turns = disturbed + rate, turns + seen
                trial.tell(bad, HONEST)
                undisturbed += trial.measure(max(MEASURE_S, rate.seconds))
                if not seen:
                    break
        _judge(trial, kind, turns)
        trial.note("undisturbed per second", undisturbed.per_s)
        trial.note("disturbed per second", disturbed.per_s)
        share = disturbed.per_s / undisturbed.per_s
        trial.note("share of the rate that remains", round(share, 2))
        trial.demand(f"{share:.2f} of the rate was left", holds=share >= RATE_SHARE_MIN)

    return play


def _until_its_turn(trial: Trial, bad: str) -> "tuple[Rate, list[Turn]]":
    """Go on until the bad one had its turn, and some time longer."""
    since_s = time.monotonic()
    rate = trial.measure(MEASURE_S, until=lambda: bool(turns_of(trial.watch, bad, since_s)))
    rate += trial.measure(AFTER_S)
    return rate, turns_of(trial.watch, bad, since_s)


def _from_its_turn(trial: Trial, bad: str) -> "tuple[Rate, list[Turn]]":
    """Wait for the bad one's turn; measure from its beginning until it is over."""
    since_s = time.monotonic()

    def has_begun() -> bool:
        turn = trial.watch.turns[-1]
        return turn.primary == bad and turn.began_s >= since_s

    trial.measure(0.0, until=has_begun)
    rate = trial.measure(MEASURE_S, until=lambda: bool(turns_of(trial.watch, bad, since_s)))
    return rate, turns_of(trial.watch, bad, since_s)


def _judge(trial: Trial, kind: str, turns: list[Turn]) -> None:
    """Look at each turn of the bad one that is over: was it replaced soon?"""
    times = [round(turn.seconds, 1) for turn in turns]
    trial.note(f"seconds to the replacement of the {kind} one", times)
    limit_s = FOUND_TIMEOUTS[kind] * TIMEOUT_S
    trial.demand("the bad one never had its turn", holds=bool(times))
    late = [seconds for seconds in times if seconds > limit_s]
    trial.demand(f"replaced after {late} s, more than {limit_s}", holds=not late)


SCENARIOS: dict[str, Scenario] = {
    "overload": Scenario("twice the capacity, open loop: no view change", on_network(_overload)),
    "backups-only": Scenario(
        "one member feeds only backups: no view change", on_network(_backups_only)
    ),
    "silent": Scenario("a primary that proposes nothing", on_network(_bad("silent"))),
    "slow": Scenario("a primary that is just not too late", on_network(_bad("slow"))),
    "delaying": Scenario(
        "a primary that is a quarter of the timeout late", on_network(_bad("delaying"))
    ),
    "censoring": Scenario("a primary that passes one member over", on_network(_bad("censoring"))),
}

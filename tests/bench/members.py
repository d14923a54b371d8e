"""One member, or one client, that is slow, gone or hostile: what is left for all others.

Each scenario measures the same network twice, undisturbed and disturbed: at full load for the
throughput that remains, and at a quarter of the undisturbed rate, open loop, for the latency of
those who have nothing to do with it. The load comes through the hospital's node; the bad member is
another.

A term lasts 128 blocks: in a run about primaries the bad member has its turn, and others as far as
the time goes; ``views_passed`` tells.

Rules: everything is read from outside while it lasts: a stopped node answers nobody.
"""

import itertools
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.bench import flooding_client, flooding_node
from tests.bench.bills import BillMaker
from tests.bench.load import Measured, measure
from tests.bench.net import BenchNet, metrics_of
from tests.bench.options import Options, Row, Scenario
from tests.bench.running import flood, rated, warm
from tests.bench.watched_node import FILE_VARIABLE
from tests.processes import dishonest_primary
from tests.processes.local_net import NodeProcess

PACED_PART = 4  # of the undisturbed rate: what is left at worst still carries it
SETTLE_S = 3.0  # after which a disturbance is nothing new; pauses are also given from here on
DUTY_S = 0.1  # a slowed node runs for a tenth of this at a time
SECONDS_MIN = 6


@dataclass
class Stage:
    """A network with its bad member.

    Attributes:
        flooded: bills a second that a flooding client had accepted.
    """

    net: BenchNet
    maker: BillMaker
    bad: NodeProcess
    flooded: list[float] = field(default_factory=list)

    @property
    def view(self) -> int:
        """The present view: after as many as there are members each had its turn."""
        return int(metrics_of(self.net.hospital)["ledgerd_view"])


Disturbance = Callable[[Stage], AbstractContextManager[None]]


def compare(options: Options, disturb: Disturbance, program: str = "") -> Row:
    """Measure without and with a disturbance; ``program`` is another build of the bad member."""
    seconds = max(SECONDS_MIN, options.seconds // 4)
    part = replace(options, seconds=seconds)
    with _stage(options, program) as stage:
        warm(stage.net, stage.maker)
        full = _at_full_load(stage, part)
        rate = full.rate / PACED_PART
        paced = _paced(stage, rate, seconds)
        view = stage.view
        with disturb(stage):
            paced_then = _paced(stage, rate, seconds)
            full_then = _at_full_load(stage, part)
        row = _row(full, paced, full_then, paced_then) | {"views_passed": stage.view - view}
        return row | ({"flooded_per_s": round(stage.flooded[-1], 1)} if stage.flooded else {})


@contextmanager
def _stage(options: Options, program: str) -> Iterator[Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        BenchNet(Path(folder), options.nodes) as net,
    ):
        bad = next(n for name, n in net.nodes.items() if name not in ("finance", "hospital"))
        if program:
            bad.command = (bad.command[0], "-m", program)
            del bad.environment[FILE_VARIABLE]
        yield Stage(net, net.begin(), bad)


def _at_full_load(stage: Stage, options: Options) -> Measured:
    return measure(stage.net.hospital.target, *flood(stage.net, stage.maker, options))


def _paced(stage: Stage, rate: float, seconds: float) -> Measured:
    load = stage.maker.order(max(1, int(rate * seconds)))
    return measure(stage.net.hospital.target, load, rated(rate))


def _row(full: Measured, paced: Measured, full_then: Measured, paced_then: Measured) -> Row:
    before_ms, then_ms = paced.percentile_ms(99), paced_then.percentile_ms(99)
    return {
        "committed": full_then.committed,
        "undisturbed_bills_per_s": round(full.rate, 1),
        "bills_per_s": round(full_then.rate, 1),
        "throughput_left": round(full_then.rate / full.rate, 2),
        "undisturbed_p99_ms": round(before_ms, 1),
        "p50_ms": round(paced_then.percentile_ms(50), 1),
        "p99_ms": round(then_ms, 1),
        "p99_ratio": round(then_ms / max(before_ms, 1e-3), 2),
        "undisturbed_pause_ms": round(paced.longest_pause_ms),
        "pause_at_first_ms": round(paced_then.longest_pause_ms),
        "longest_pause_ms": round(settled_pause_ms(paced_then.commits_s)),
    }


def settled_pause_ms(commits_s: list[float]) -> float:
    """Give the longest time between two commits once the disturbance is nothing new."""
    late = [at for at in commits_s if at >= SETTLE_S]
    return max((b - a for a, b in itertools.pairwise(late)), default=0.0) * 1_000


# --- the disturbances ------------------------------------------------------------------------


@contextmanager
def _stopped(stage: Stage) -> Iterator[None]:
    """Stop the process; its links stay up and nobody reads them."""
    assert stage.bad.process is not None
    stage.bad.process.send_signal(signal.SIGSTOP)
    yield


@contextmanager
def _killed(stage: Stage) -> Iterator[None]:
    stage.bad.kill()
    yield


@contextmanager
def _slowed(stage: Stage) -> Iterator[None]:
    """Let the process run a tenth of the time."""
    over = threading.Event()
    process = stage.bad.process
    assert process is not None

    def beat() -> None:
        while not over.is_set():
            process.send_signal(signal.SIGSTOP)
            over.wait(DUTY_S * 0.9)
            process.send_signal(signal.SIGCONT)
            over.wait(DUTY_S * 0.1)

    beating = threading.Thread(target=beat)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()


def _told(mode: str) -> Disturbance:
    """Tell the program of the bad member what to be."""

    @contextmanager
    def disturb(stage: Stage) -> Iterator[None]:
        (stage.bad.home / dishonest_primary.MODE_FILE).write_text(mode, encoding="utf-8")
        yield

    return disturb


def _flooded(kind: str) -> Disturbance:
    """Have one client press the hospital's node as hard as it can."""

    @contextmanager
    def disturb(stage: Stage) -> Iterator[None]:
        hand = flooding_client.begin(stage.net.hospital.target, stage.maker.order(20_000), kind)
        began = time.monotonic()
        yield
        stage.flooded.append(hand.end() / (time.monotonic() - began))

    return disturb


def _scenario(disturb: Disturbance, program: str = "") -> Scenario:
    def run(options: Options) -> Row:
        return compare(options, disturb, program)

    return run


SCENARIOS: dict[str, Scenario] = {
    "one-stopped": _scenario(_stopped),
    "one-killed": _scenario(_killed),
    "one-slow": _scenario(_slowed),
    "late-primary": _scenario(_told("slow"), dishonest_primary.__name__),
    "false-bundles": _scenario(_told("bundles"), flooding_node.__name__),
    "false-votes": _scenario(_told("votes"), flooding_node.__name__),
    "client-flood": _scenario(_flooded("valid")),
    "client-false-flood": _scenario(_flooded("false")),
}

"""The scenarios: each makes its load, runs it on a fresh network, and gives a row of figures."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bills import BillMaker, SignedBills
from tests.bench.load import Measured, Plan, measure
from tests.bench.net import BenchNet, Cost

WARM_COUNT = 500
LIGHT_RATE = 100.0
REQUEST_COUNT = 25  # submissions in one request of a load that is not about latency
Row = dict[str, float]


@dataclass(frozen=True)
class Options:
    """What a run is asked for.

    Attributes:
        seconds: how long each scenario shall take, about.
        expected_rate: bills a second that the load is made for.
    """

    nodes: int
    seconds: int
    expected_rate: int


@contextmanager
def _network(options: Options) -> Iterator[tuple[BenchNet, BillMaker]]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        BenchNet(Path(folder), options.nodes) as net,
    ):
        maker = net.begin()
        warm = list(maker.make(WARM_COUNT))
        measure(net.hospital.target, warm, Plan(per_request=REQUEST_COUNT))
        yield net, maker


def issue(options: Options) -> Row:
    """Bills with one signature each, as fast as they are taken."""
    return _saturate(options, per_signature=1)


def issue_50(options: Options) -> Row:
    """Bills with one signature for fifty."""
    return _saturate(options, per_signature=50)


def _saturate(options: Options, per_signature: int) -> Row:
    count = options.seconds * options.expected_rate
    with _network(options) as (net, maker):
        load = list(maker.make(count, per_signature=per_signature))
        plan = Plan(per_request=max(1, REQUEST_COUNT // per_signature))
        return _run(net, load, plan)


def light(options: Options) -> Row:
    """A hundred bills a second, each in a request of its own."""
    return _paced(options, LIGHT_RATE)


def idle(options: Options) -> Row:
    """One bill at a time on a network that has nothing else to do."""
    return _paced(options, rate=4.0)


def _paced(options: Options, rate: float) -> Row:
    with _network(options) as (net, maker):
        load = list(maker.make(int(options.seconds * rate)))
        return _run(net, load, Plan(rate=rate, connections=1 if rate < 10 else 2, per_request=1))


def _run(net: BenchNet, load: list[SignedBills], plan: Plan) -> Row:
    before, height = net.cost(), max(net.heights().values())
    measured = measure(net.hospital.target, load, plan)
    blocks = max(net.heights().values()) - height
    return _row(measured, net.cost().since(before), blocks, len(net.nodes))


def _row(measured: Measured, cost: Cost, blocks: int, nodes: int) -> Row:
    count = max(1, measured.committed)
    return {
        "committed": measured.committed,
        "bills_per_s": round(measured.rate, 1),
        "p50_ms": round(measured.percentile_ms(50), 1),
        "p99_ms": round(measured.percentile_ms(99), 1),
        "longest_pause_ms": round(measured.longest_pause_ms),
        "pool_full": measured.refused,
        "bills_per_block": round(count / max(1, blocks), 1),
        "cpu_us_per_bill_and_node": round(cost.cpu_s * 1e6 / count / nodes),
        "written_bytes_per_bill_and_node": round(cost.written_bytes / count / nodes),
        "rss_anon_mib_max": round(cost.anon_bytes_max / (1 << 20)),
    }


SCENARIOS: dict[str, Callable[[Options], Row]] = {
    "issue": issue,
    "issue-50": issue_50,
    "light": light,
    "idle": idle,
}

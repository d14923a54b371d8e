"""A fresh network under load, and the row of figures of one run."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.bills import BillMaker, SignedBills
from tests.bench.load import Measured, Plan, measure
from tests.bench.net import BenchNet, Cost
from tests.bench.options import Options, Row

WARM_COUNT = 500
REQUEST_COUNT = 25  # submissions in one request of a load that is not about latency


@contextmanager
def network(options: Options) -> Iterator[tuple[BenchNet, BillMaker]]:
    """Start a network, give it numbers, and warm it up."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        BenchNet(Path(folder), options.nodes) as net,
    ):
        maker = net.begin()
        warm = list(maker.make(WARM_COUNT))
        measure(net.hospital.target, warm, Plan(per_request=REQUEST_COUNT))
        yield net, maker


def run(net: BenchNet, load: list[SignedBills], plan: Plan) -> Row:
    """Hand a load in by a plan and give the row of figures."""
    before, height = net.cost(), max(net.heights().values())
    measured = measure(net.hospital.target, load, plan)
    blocks = max(net.heights().values()) - height
    return row_of(measured, net.cost().since(before), blocks, len(net.nodes))


def row_of(measured: Measured, cost: Cost, blocks: int, nodes: int) -> Row:
    """Put the figures of one run together."""
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

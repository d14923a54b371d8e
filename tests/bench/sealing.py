"""What it costs to seal and sign one bill; in the other scenarios this is done before the clock."""

import tempfile
import time
from pathlib import Path

from ledgerd.cli.homes import Home
from tests.bench.bills import BillMaker
from tests.bench.figures import percentile
from tests.bench.net import CODE
from tests.bench.options import Options, Row
from tests.processes.local_net import LocalNet

ROUND_COUNT = 100  # bills a round; the figure is the median of the rounds


def seal(options: Options) -> Row:
    """CPU time to make a bill's leaves, seal them for four readers, and sign the transaction."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        net = LocalNet(Path(folder))
        now_ms = time.time_ns() // 1_000_000
        maker = BillMaker(Home(net.home("hospital")), bytes(16), CODE, now_ms)
        list(maker.make(ROUND_COUNT))
        rounds = [_round_us(maker) for _ in range(10 * min(options.seconds, 10))]
    return {
        "seal_us_per_bill": round(percentile(rounds, 50), 1),
        "seal_p99_us_per_bill": round(percentile(rounds, 99), 1),
    }


def _round_us(maker: BillMaker) -> float:
    began = time.process_time()
    made = list(maker.make(ROUND_COUNT))
    assert len(made) == ROUND_COUNT
    return (time.process_time() - began) * 1e6 / ROUND_COUNT

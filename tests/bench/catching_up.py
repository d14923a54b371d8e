"""Catching up: a node that was away fetches blocks while nobody does anything else.

The figure is bills a second, from the first block that it took to the last, beside the rate at
which the same network commits live with all of its nodes. What it does before the first block, a
start like any other, is in seconds of its own.

Rules: the node is asked for its height five times a second: each answer costs it some milliseconds.
"""

import time
from dataclasses import dataclass, replace

from ledgerd.cli.homes import Home
from tests.bench.net import BenchNet, metrics_of
from tests.bench.options import Options, Row
from tests.bench.pausing import pause
from tests.bench.running import flood, network, row_of, run_measured, saturate
from tests.processes.local_net import NodeProcess

LIVE_S = 10  # of the live rate beside it
LOOK_S = 0.2
CATCH_UP_S_MAX = 300.0


@dataclass(frozen=True)
class _Climb:
    """How a node came up to the others.

    Attributes:
        start_s: from its launch to its first new block.
        seconds: from there to the height of the others.
        blocks: in that time.
    """

    start_s: float
    seconds: float
    blocks: int


def catch_up(options: Options) -> Row:
    """Stop one node, commit without it, start it again, and measure how fast it comes back."""
    with network(options) as (net, maker):
        seconds = min(LIVE_S, options.seconds)
        live = saturate(net, maker, replace(options, seconds=seconds))
        node = away(net)
        net.wait_height(max(net.heights().values()))
        node.stop()
        height = max(net.heights().values())
        missed, cost = run_measured(net, *flood(net, maker, options))
        target = max(net.heights().values())
        climb = _climb(node, height, target)
        bills = cost.blocks and missed.committed * climb.blocks / cost.blocks
        rate = bills / climb.seconds
        return row_of(missed, cost, len(net.nodes) - 1) | {
            "live_bills_per_s": live["bills_per_s"],
            "caught_up_blocks": climb.blocks,
            "caught_up_bills_per_s": round(rate, 1),
            "caught_up_to_live": round(rate / live["bills_per_s"], 2),
            "start_s": round(climb.start_s, 2),
        }


def away(net: BenchNet) -> NodeProcess:
    """Choose who leaves: a member that takes no load."""
    return next(node for name, node in net.nodes.items() if name not in ("finance", "hospital"))


def _climb(node: NodeProcess, height: int, target: int) -> _Climb:
    launched = time.monotonic()
    node.start()
    first, began = height, launched
    while time.monotonic() - launched < CATCH_UP_S_MAX:
        present = int(metrics_of(Home(node.home))["ledgerd_height_blocks"])
        now = time.monotonic()
        if first == height and present > height:
            first, began = present, now
        if present >= target:
            return _Climb(began - launched, max(now - began, LOOK_S), present - first)
        pause(LOOK_S)
    raise AssertionError(f"{node.name} is at {present} of {target} after {CATCH_UP_S_MAX} s")

"""A fresh network under load, and the row of figures of one run."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.bills import BillMaker
from tests.bench.load import Load, Measured, Plan, measure
from tests.bench.net import SMALLEST, BenchNet, Cost
from tests.bench.options import Options, Row

WARM_COUNT = 1_000  # in a network of the usual size
REQUEST_COUNT = 25  # submissions in one request of a load that is not about latency
RATED_REQUEST_COUNT = 10  # at most: whoever comes while a request is under way waits for the next
SPARE = 1.4  # more bills are made than the warm-up promises: the rate grows with the blocks
LEAST_PER_S = 250  # made at least: a short warm-up of a slow network promises too little


def _as_it_is(_: BenchNet) -> None: ...


@contextmanager
def network(
    options: Options, on_made: Callable[[BenchNet], None] = _as_it_is
) -> Iterator[tuple[BenchNet, BillMaker]]:
    """Start a network, give it numbers, and warm it up; ``on_made`` is told before the start."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        BenchNet(Path(folder), options.nodes) as net,
    ):
        on_made(net)
        maker = net.begin()
        warm(net, maker)
        yield net, maker


def warm(net: BenchNet, maker: BillMaker, per_signature: int = 1) -> float:
    """Commit some bills; give their rate."""
    load = maker.order(warm_count(len(net.nodes)), per_signature)
    plan = Plan(per_request=per_request(per_signature))
    return measure(net.hospital.target, load, plan).rate


def warm_count(node_count: int) -> int:
    """Say how many bills warm a network up: the same work of the machine, however many share it.

    A thousand bills of 31 nodes on two cores take a minute, twice; 129 are several blocks of each.
    """
    return WARM_COUNT * SMALLEST // max(SMALLEST, node_count)


def per_request(per_signature: int) -> int:
    """Say how many transactions go into one request of a load that is not about latency."""
    return max(1, REQUEST_COUNT // per_signature)


def rated(rate: float) -> Plan:
    """Plan an open loop of four clients at a rate that is a good part of what nodes take."""
    return Plan(rate=rate, connections=4, per_request=RATED_REQUEST_COUNT)


def saturate(net: BenchNet, maker: BillMaker, options: Options) -> Row:
    """Hand in for some seconds as fast as the bills are taken, and give the row of figures."""
    return run(net, *flood(net, maker, options))


def flood(net: BenchNet, maker: BillMaker, options: Options) -> tuple[Load, Plan]:
    """Give a load that keeps the network saturated, by what the warm-up promises."""
    promised = warm(net, maker, options.per_signature) * SPARE
    count = int(options.seconds * min(options.rate, max(promised, LEAST_PER_S)))
    load = maker.order(max(count, options.per_signature), options.per_signature)
    return load, Plan(per_request=per_request(options.per_signature), seconds=options.seconds)


def run(net: BenchNet, load: Load, plan: Plan) -> Row:
    """Hand a load in by a plan and give the row of figures."""
    measured, cost = run_measured(net, load, plan)
    return row_of(measured, cost, len(net.nodes))


def run_measured(net: BenchNet, load: Load, plan: Plan) -> tuple[Measured, Cost]:
    """Hand a load in by a plan; give what was seen, and what it cost the nodes."""
    before = net.cost()
    measured = measure(net.hospital.target, load, plan)
    return measured, net.cost().since(before)


def row_of(measured: Measured, cost: Cost, nodes: int) -> Row:
    """Put the figures of one run together."""
    return {
        "committed": measured.committed,
        "bills_per_s": round(measured.rate, 1),
        "p50_ms": round(measured.percentile_ms(50), 1),
        "p99_ms": round(measured.percentile_ms(99), 1),
        "longest_pause_ms": round(measured.longest_pause_ms),
        "pool_full": measured.refused,
        **cost_row(cost, measured.committed, nodes),
        "load_cpu_us_per_bill": round(measured.load_cpu_s * 1e6 / max(1, measured.committed), 1),
    }


def cost_row(cost: Cost, committed: int, nodes: int) -> Row:
    """Say what the nodes used and counted, for a bill and for a block."""
    bills, blocks = max(1, committed) * nodes, max(1, cost.blocks) * nodes
    counts, maxima = cost.counts, cost.maxima
    return {
        "bills_per_block": round(committed / max(1, cost.blocks), 1),
        "cpu_us_per_bill_and_node": round(cost.cpu_s * 1e6 / bills),
        "written_bytes_per_bill_and_node": round(cost.written_bytes / bills),
        "rss_anon_mib_max": round(cost.anon_bytes_max / (1 << 20)),
        "verifications_per_bill_and_node": round(
            counts["ledgerd_authorisations_verified_total"] / bills, 3
        ),
        "signatures_per_block_and_node": round(
            (
                counts["ledgerd_signatures_verified_total"]
                - counts["ledgerd_authorisations_verified_total"]
            )
            / blocks,
            1,
        ),
        "file_syncs_per_block_and_node": round(counts["ledgerd_file_syncs_total"] / blocks, 1),
        "store_syncs_per_block_and_node": round(counts["ledgerd_store_syncs_total"] / blocks, 1),
        "tree_keys_per_bill": round(counts["ledgerd_tree_keys_changed_total"] / bills, 2),
        "sent_bytes_per_bill_and_node": round(counts["ledgerd_sent_bytes_total"] / bills),
        "longest_store_ms": round(maxima["store_ms"]),
        "loop_stall_ms_max": round(maxima["turn_ms"]),
        "gc_pause_ms_max": round(maxima["gc_ms"], 1),
    }

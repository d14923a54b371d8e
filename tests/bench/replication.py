"""What replication costs: four nodes against one, and more nodes against four."""

from dataclasses import replace

from tests.bench.apart import Failure, run_apart
from tests.bench.bound import verifications_per_s
from tests.bench.options import Options, Row
from tests.bench.parts import shares_percent
from tests.bench.profiling import joined, sample, take_profiles
from tests.bench.running import network, saturate

CORES_S = 3.0
SIZED = "sized"
SIZED_FIGURES = (
    "bills_per_s",
    "cpu_us_per_bill_and_node",
    "bills_per_block",
    "consensus_percent",
    "rss_anon_mib_max",
)
SIZED_S_MAX, NODE_S_MAX = 60, 8  # for a network, and for each of its nodes


def replication(options: Options) -> Row:
    """Four nodes' work over what one node and the second core could do."""
    one = issued(replace(options, nodes=1))["bills_per_s"]
    four = issued(replace(options, nodes=4))["bills_per_s"]
    gain = verifications_per_s(2, CORES_S) / verifications_per_s(1, CORES_S)
    return {
        "bills_per_s": four,
        "one_node_bills_per_s": one,
        "two_cores_over_one": round(gain, 2),
        "replication": replicated(one, four, gain),
    }


def replicated(one_per_s: float, four_per_s: float, gain: float) -> float:
    """Give the share of the machine's work that is left when four nodes do everything."""
    return round(4 * four_per_s / (one_per_s * gain), 3)


def issued(options: Options) -> Row:
    """Saturate a fresh network."""
    with network(options) as (net, maker):
        return saturate(net, maker, options)


def scale(options: Options) -> Row:
    """The same load on networks of several sizes, with the share of consensus in each.

    A size that does not come to its end in its time is left out, and the row says so.
    """
    found: Row = {}
    for count in options.node_counts:
        most_s = SIZED_S_MAX + count * NODE_S_MAX + 2 * options.seconds
        row = run_apart(SIZED, replace(options, nodes=count), most_s)
        if isinstance(row, Failure):
            print(f"scale with {count} nodes is left out: {row.reason}", flush=True)
            found[f"n{count}_left_out"] = 1
        else:
            found |= {f"n{count}_{name}": row[name] for name in SIZED_FIGURES}
    rates = {n: r for n in options.node_counts if (r := found.get(f"n{n}_bills_per_s"))}
    return found | ({"least_kept": least_kept(rates)} if len(rates) > 1 else {})


def sized(options: Options) -> Row:
    """Saturate a network of one size, with a profile."""
    with network(options, on_made=sample) as (net, maker):
        take_profiles(net)
        row = saturate(net, maker, options)
        parts = shares_percent(joined(list(take_profiles(net).values())).parts)
    return row | {"consensus_percent": parts["consensus"]}


def least_kept(rates: dict[int, float]) -> float:
    """Give the least rate times nodes, over that of the smallest network; 1 falls as 1/n."""
    smallest = min(rates)
    return round(min(n * rate for n, rate in rates.items()) / (smallest * rates[smallest]), 3)

"""What replication costs: four nodes against one, and more nodes against four."""

from dataclasses import replace

from tests.bench.bound import verifications_per_s
from tests.bench.options import Options, Row
from tests.bench.parts import shares_percent
from tests.bench.profiling import joined, sample, take_profiles
from tests.bench.running import network, saturate

CORES_S = 3.0


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
    """The same load on networks of several sizes, with the share of consensus in each."""
    found: Row = {}
    for count in options.node_counts:
        sized = replace(options, nodes=count)
        with network(sized, on_made=sample) as (net, maker):
            take_profiles(net)
            row = saturate(net, maker, sized)
            parts = shares_percent(joined(list(take_profiles(net).values())).parts)
        found |= {
            f"n{count}_bills_per_s": row["bills_per_s"],
            f"n{count}_cpu_us_per_bill_and_node": row["cpu_us_per_bill_and_node"],
            f"n{count}_bills_per_block": row["bills_per_block"],
            f"n{count}_consensus_percent": parts["consensus"],
        }
    rates = {count: found[f"n{count}_bills_per_s"] for count in options.node_counts}
    return found | {"least_kept": least_kept(rates)}


def least_kept(rates: dict[int, float]) -> float:
    """Give the least rate times nodes, over that of the smallest network; 1 falls as 1/n."""
    smallest = min(rates)
    return round(min(n * rate for n, rate in rates.items()) / (smallest * rates[smallest]), 3)

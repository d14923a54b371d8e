"""Bench: real processes with TLS and synced writes, bills through JSON-RPC."""

import argparse
import json
import os
import platform
import statistics
import time
from pathlib import Path

from tests.bench.bound import verifications_per_s
from tests.bench.scenarios import SCENARIOS, Options, Row

BOUND_S = 3.0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    names = ", ".join(SCENARIOS)
    parser.add_argument("scenario", nargs="*", help=f"of: {names}; all when none is named")
    parser.add_argument("--nodes", type=counts, default=None, help="4, or 4,7,10 with scale")
    parser.add_argument("--seconds", type=int, default=60, help="length of each run, about")
    parser.add_argument("--runs", type=int, default=3, help="runs of each scenario")
    parser.add_argument("--rate", type=int, default=1_200, help="bills a second made at most")
    parser.add_argument("--bills", type=int, default=1_000_000, help="that growth feeds")
    parser.add_argument("--per-signature", type=int, default=1, help="operations a transaction")
    parser.add_argument("--quick", action="store_true", help="one short run of each")
    parser.add_argument("--json", type=Path, default=None, help="write the figures here too")
    options = parser.parse_args()
    unknown = set(options.scenario) - set(SCENARIOS)
    if unknown:
        parser.error(f"no scenario {', '.join(sorted(unknown))}; there are {names}")
    if options.quick:
        options.seconds, options.runs = min(options.seconds, 8), 1
    return options


def counts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def main() -> None:
    options = parse()
    sizes = Options(
        nodes=options.nodes[0] if options.nodes else Options.nodes,
        seconds=options.seconds,
        rate=options.rate,
        bills=options.bills,
        per_signature=options.per_signature,
        node_counts=options.nodes or Options.node_counts,
    )
    print(
        f"{sizes.nodes} nodes, {os.cpu_count()} cores, Python {platform.python_version()}; "
        "latency from the intended start to the event on the own node"
    )
    figures: dict[str, list[Row]] = {}
    for name in options.scenario or SCENARIOS:
        figures[name] = [run(name, sizes) for _ in range(options.runs)]
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, rows in figures.items():
        if len(rows) > 1:
            medians = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
            print_row(f"{name} median", medians)


def run(name: str, sizes: Options) -> Row:
    """Run a scenario, with the signature bound measured beside it."""
    began = time.monotonic()
    bound = verifications_per_s(sizes.nodes, BOUND_S) / sizes.nodes
    row = SCENARIOS[name](sizes)
    row["signature_bound_per_s"] = round(bound, 1)
    if "bills_per_s" in row:
        row["ratio_to_bound"] = round(row["bills_per_s"] / bound, 3)
    row["seconds_of_the_run"] = round(time.monotonic() - began, 1)
    print_row(name, row)
    return row


def print_row(name: str, values: Row) -> None:
    print(f"{name:14}" + "  ".join(f"{key}={value}" for key, value in values.items()), flush=True)


if __name__ == "__main__":
    main()

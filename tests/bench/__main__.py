"""Bench: real processes with TLS and synced writes, bills through JSON-RPC.

Without a name every scenario but growth runs, with --quick the daily look: issue, issue-50, light.
"""

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import report
from tests.bench.bound import verifications_per_s
from tests.bench.figures import median_row
from tests.bench.goals import goal_lines
from tests.bench.machine import commit_of_clean_tree, machine
from tests.bench.options import Options, Row
from tests.bench.scenarios import SCENARIOS

BOUND_S = 3.0
QUICK = ("issue", "issue-50", "light")
QUICK_S = 8


@dataclass(frozen=True)
class Size:
    """How long a scenario of the report runs, and how often."""

    seconds: int
    runs: int = 1


# Some half an hour together. What is not named here runs once, for as long as the last line says.
SIZES = {
    "issue": Size(60, 3),
    "issue-50": Size(30, 3),
    "life": Size(30, 2),
    "light": Size(20, 3),
    "half": Size(20, 2),
    "idle": Size(20),
    "overload": Size(120),
    "seal": Size(10),
    "replication": Size(15),
    "scale": Size(10),
    "profile": Size(20),
}
OTHER_SIZE = Size(10)
BY_ITSELF = ("growth",)  # takes hours and gigabytes: measured apart and merged


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = ", ".join(SCENARIOS)
    add = parser.add_argument
    add("scenario", nargs="*", help=f"of: {names}")
    add("--quick", action="store_true", help="one short run of each")
    add("--report", action="store_true", help="write docs/reports/performance.md; goes on with it")
    add("--growth", type=Path, help="merge the figures of a run of growth into the report")
    add("--nodes", type=counts, default=None, help="4, or 4,7,10,16,31 for scale")
    add("--seconds", type=int, default=None, help="length of each run, about")
    add("--runs", type=int, default=None, help="runs of each scenario")
    add("--rate", type=int, default=8_000, help="bills a second that are made at most")
    add("--bills", type=int, default=Options.bills, help="that growth feeds")
    add("--per-signature", type=int, default=1, help="operations in one transaction")
    add("--json", type=Path, default=None, help="write the figures here, too")
    options = parser.parse_args()
    unknown = set(options.scenario) - set(SCENARIOS)
    if unknown:
        parser.error(f"no scenario {', '.join(sorted(unknown))}; there are {names}")
    return options


def counts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def main() -> None:
    options = parse()
    wanted = Options(
        nodes=options.nodes[0] if options.nodes else Options.nodes,
        rate=options.rate,
        bills=options.bills,
        per_signature=options.per_signature,
        node_counts=options.nodes or Options.node_counts,
    )
    if options.report:
        write_report(options, wanted)
        return
    told = machine()
    print(f"{wanted.nodes} nodes; " + "; ".join(f"{name} {told[name]}" for name in told))
    print("latency from the intended start to the event on the own node")
    figures: dict[str, list[Row]] = {}
    usual = QUICK if options.quick else [name for name in SCENARIOS if name not in BY_ITSELF]
    for name in options.scenario or usual:
        size = size_of(name, options)
        figures[name] = [run(name, replace(wanted, seconds=size.seconds)) for _ in range(size.runs)]
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, rows in figures.items():
        if len(rows) > 1:
            print_row(f"{name} median", median_row(rows))
    print("\n".join(goal_lines(figures)))


def size_of(name: str, options: argparse.Namespace) -> Size:
    """Say how long and how often: as asked, else as in the report, else shortly."""
    usual = Size(QUICK_S) if options.quick else SIZES.get(name, OTHER_SIZE)
    return Size(options.seconds or usual.seconds, options.runs or usual.runs)


def write_report(options: argparse.Namespace, wanted: Options) -> None:
    """Run what the report of this commit has not yet, and write it after each scenario."""
    commit = commit_of_clean_tree()
    document = report.load_figures()
    if document.get("commit") != commit:
        document = {"commit": commit, "machine": machine(), "nodes": wanted.nodes, "runs": {}}
    runs: dict[str, list[Row]] = document["runs"]
    if options.growth:
        runs["growth"] = json.loads(options.growth.read_text(encoding="utf-8"))["growth"]
    missing = [name for name in SCENARIOS if name not in runs and name not in BY_ITSELF]
    for name in options.scenario or missing:
        size = size_of(name, options)
        runs[name] = [run(name, replace(wanted, seconds=size.seconds)) for _ in range(size.runs)]
        document["runs"] = {known: runs[known] for known in SCENARIOS if known in runs}
        report.write(document)
    document["runs"] = {known: runs[known] for known in SCENARIOS if known in runs}
    report.write(document)
    print("\n".join(goal_lines(document["runs"])))


def run(name: str, sizes: Options) -> Row:
    """Run a scenario; where it gives a rate of bills, beside the signature bound."""
    bound = verifications_per_s(sizes.nodes, BOUND_S) / sizes.nodes
    row = SCENARIOS[name](sizes)
    if "bills_per_s" in row:
        row["signature_bound_per_s"] = round(bound, 1)
        row["ratio_to_bound"] = round(row["bills_per_s"] / bound, 3)
    print_row(name, row)
    return row


def print_row(name: str, values: Row) -> None:
    print(f"{name:14}" + "  ".join(f"{key}={value}" for key, value in values.items()), flush=True)


if __name__ == "__main__":
    main()

"""Bench: real processes with TLS and synced writes, bills through JSON-RPC.

Without a name every scenario but growth runs, with --quick the daily look: issue, issue-50, light.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from tests.bench import report
from tests.bench.apart import Failure, run_apart
from tests.bench.figures import median_row
from tests.bench.goals import goal_lines
from tests.bench.machine import commit_of_clean_tree, machine
from tests.bench.one_run import end_on_signal
from tests.bench.options import Options, Row
from tests.bench.scenarios import SCENARIOS
from tests.bench.sizes import BY_ITSELF, OTHER_SIZE, QUICK, QUICK_S, SIZES, Size, about_s

FAILED_CODE = 1


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
    end_on_signal()
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
    failed: list[str] = []
    usual = QUICK if options.quick else [name for name in SCENARIOS if name not in BY_ITSELF]
    for name in options.scenario or usual:
        figures[name], reasons = run_all(name, wanted, size_of(name, options))
        failed += reasons
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, rows in figures.items():
        if len(rows) > 1:
            print_row(f"{name} median", median_row(rows))
    print("\n".join(goal_lines(figures)))
    if failed:
        sys.exit(FAILED_CODE)


def size_of(name: str, options: argparse.Namespace) -> Size:
    """Say how long and how often: as asked, else as in the report, else shortly."""
    usual = SIZES.get(name, OTHER_SIZE)
    if options.quick:
        usual = replace(usual, seconds=QUICK_S, runs=1)
    seconds, runs = options.seconds or usual.seconds, options.runs or usual.runs
    return replace(usual, seconds=seconds, runs=runs)


def write_report(options: argparse.Namespace, wanted: Options) -> None:
    """Run what the report of this commit has not yet, and write it after each scenario.

    A run that fails is said to have failed, and the report goes on; asked again, it is tried again.
    """
    commit = commit_of_clean_tree()
    document = report.load_figures()
    if document.get("commit") != commit:
        document = {"commit": commit, "machine": machine(), "nodes": wanted.nodes, "runs": {}}
    if options.growth:
        report.note(document, "growth", report.load_growth(options.growth), [])
    names = options.scenario or report.missing(document)
    print(f"{len(names)} scenarios, about {-(-about_s(names) // 60)} minutes", flush=True)
    for name in names:
        rows, reasons = run_all(name, wanted, size_of(name, options))
        report.note(document, name, rows, reasons)
        report.write(document)
    report.write(document)
    print("\n".join(goal_lines(document["runs"])))


def run_all(name: str, sizes: Options, size: Size) -> tuple[list[Row], list[str]]:
    """Run a scenario as often as asked; give the rows, and why the others have none."""
    most_s = size.most_s if name not in BY_ITSELF else None
    rows: list[Row] = []
    reasons: list[str] = []
    for place in range(1, size.runs + 1):
        found = run_apart(name, replace(sizes, seconds=size.seconds), most_s)
        if isinstance(found, Failure):
            reasons.append(f"run {place}: {found.reason}")
            print(f"{name:20}failed: {reasons[-1]}", flush=True)
        else:
            rows.append(found)
            print_row(name, found)
    return rows, reasons


def print_row(name: str, values: Row) -> None:
    print(f"{name:20}" + "  ".join(f"{key}={value}" for key, value in values.items()), flush=True)


if __name__ == "__main__":
    main()

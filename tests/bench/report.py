"""docs/reports/performance.md: made from performance.json and the notes, and from nothing else.

Rules: the page can be made again from both files and is compared with them by a test; a goal that
is missed says by how much; every run is listed, the median is that of all of them.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.figures import median_row, range_row
from tests.bench.goals import judge
from tests.bench.growth import KINDS
from tests.bench.machine import REPORTS
from tests.bench.options import Row
from tests.bench.parts import NAMES
from tests.bench.scenarios import SCENARIOS
from tests.bench.sizes import BY_ITSELF

FIGURES = REPORTS / "performance.json"
PAGE = REPORTS / "performance.md"
NOTES = REPORTS / "performance_notes.toml"
# Others on such a machine, records of 700 bytes: lowest and highest rate a second.
OTHERS = (
    ("indy-plenum, 4 nodes (Python, signatures of many kinds off)", 133, 143),
    ("Fabric's SmartBFT ordering, 4 orderers only, untuned", 1_169, 1_254),
    ("SmartBFT library, 4 replicas in one process, verified, no ledger", 3_600, 5_300),
    ("BFT-SMaRt, durable, signed", 550, 960),
    ("BFT-SMaRt, durable, unsigned", 1_800, 3_000),
    ("etcd, 3 nodes (crash faults only, no signatures)", 3_800, 5_900),
    ("etcd, transactions of 100 records", 8_800, 14_700),
    ("PostgreSQL, one node, hash-chained table", 1_400, 2_000),
    ("PostgreSQL, transactions of 50 rows", 15_000, 22_000),
)
GROWTH_COLUMNS = ("cpu_us", "rss_anon_mib", "disk_bytes", "longest_commit_ms")
MEASURED = """\
Measured is the median of the runs below; a missed goal says how much of it is reached. R is the
rate over what as many processes as nodes verify of signatures together, divided by the nodes,
measured just after each run.
"""
HOW = """\
Four real processes with TLS, synced writes and every check on, the load beside them on the same
machine. Bills are sealed and signed, and requests encoded, before the clock starts; rates are of a
network saturated for some seconds after a warm-up, latencies those of an open loop, from the
intended start to the event on the own node. The offices are off. Growth is measured by a run of
its own and merged: `./scripts/bench growth --bills N --json F`, then
`./scripts/bench --report --growth F`.
"""
MEANINGS = (
    (
        "verifications_per_bill_and_node",
        "signatures of transactions that the nodes verified, over bills committed: above 1 where"
        " the pool filled up while something was being verified for it (overload)",
    ),
    (
        "pool_full",
        "submissions refused for want of room; each is handed in again, save in overload",
    ),
    ("gone", "clients that waited a second for one of the connections and went away (overload)"),
    ("signatures_per_block_and_node", "of votes and bundles: all but those of transactions"),
    ("longest_store_ms", "the longest write of a block within the run, compaction included"),
    ("loop_stall_ms_max", "the longest turn of any node's event loop within the run"),
    ("gc_pause_ms_max", "the longest collection of garbage within the run"),
    (
        "longest_pause_ms",
        "between two commits, or until the first; of members from three seconds after the "
        "disturbance",
    ),
    ("load_cpu_us_per_bill", "of the processes that hand in and watch, from the clock's start"),
    ("signature_bound_per_s", "measured just after the run: see R"),
    ("kept", "rate of the last quarter of the time over what was sustained before"),
    ("n…_left_out", "1 where a network of that size did not come to its end in its time"),
    ("window_s", "for which the network was full of lives; the rate is that of this time"),
)
Document = dict[str, Any]


def load_notes() -> Document:
    """Read what people have to say about the figures."""
    return tomllib.loads(NOTES.read_text(encoding="utf-8"))


def load_figures(path: Path = FIGURES) -> Document:
    """Read the figures; empty when there are none yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def load_growth(path: Path) -> list[Row]:
    """Read what a run of growth wrote: by itself one row, by the command all rows by scenario."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return found.get("growth", [found])


def note(document: Document, name: str, rows: list[Row], reasons: list[str]) -> None:
    """Put the runs of a scenario into the figures, and why others of them have none."""
    runs, failures = document["runs"], document.setdefault("failures", {})
    runs.pop(name, None)
    failures.pop(name, None)
    if rows:
        runs[name] = rows
    if reasons:
        failures[name] = reasons


def missing(document: Document) -> list[str]:
    """Name what has not run yet, or not to its end."""
    ended = document["runs"].keys() - document.get("failures", {}).keys()
    return [name for name in SCENARIOS if name not in ended and name not in BY_ITSELF]


def write(document: Document) -> None:
    """Write figures and page; scenarios stand in the order in which they are listed."""
    runs = document["runs"]
    ranked = sorted(runs, key=list(SCENARIOS).index)
    document["runs"] = {name: runs[name] for name in ranked}
    REPORTS.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(document, load_notes()), encoding="utf-8")


def page(document: Document, notes: Document) -> str:
    """Make the page."""
    runs: dict[str, list[Row]] = document["runs"]
    lines = [
        "# How fast it is",
        "",
        "Made by `scripts/bench --report` from `performance.json` and `performance_notes.toml`",
        "beside it; do not edit. Why the design is as it is, and how to find the",
        "next bottleneck: [performance.md](../performance.md).",
        "",
        f"Measured at commit `{document['commit']}`. What is in the repository after that commit",
        "touches reports only, or the figures are those of older code.",
        "",
        *_machine(document["machine"]),
        *_goals(runs),
        *_failures(document.get("failures", {})),
        *_limits(runs, notes),
        *_profile(runs),
        *_growth(runs),
        *_others(runs),
        *_tried(notes),
        *_how(document),
        *_words(),
        *_runs(runs),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _machine(machine: dict[str, str]) -> Iterator[str]:
    yield "| Machine | |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in machine.items())
    yield ""


def _goals(runs: dict[str, list[Row]]) -> Iterator[str]:
    yield from (
        "## The goals",
        "",
        "| Scenario | What | Goal | Measured | |",
        "|---|---|---:|---:|---|",
    )
    for judged in judge(runs):
        goal, value = judged.goal, judged.value
        wanted = f"{'≥' if goal.is_floor else '≤'} {number(goal.bound)}"
        shown = "" if value is None else number(value)
        verdict = judged.verdict if judged.verdict == "met" else f"**{judged.verdict}**"
        yield f"| {goal.scenario} | {goal.what} | {wanted} | {shown} | {verdict} |"
    yield from ("", *MEASURED.splitlines(), "")


def _failures(failures: dict[str, list[str]]) -> Iterator[str]:
    if failures:
        yield from ("## What did not run to its end", "")
        for scenario, reasons in failures.items():
            yield from (f"- **{scenario}**, {reason}" for reason in reasons)
        yield ""


def _limits(runs: dict[str, list[Row]], notes: Document) -> Iterator[str]:
    limits = notes.get("limits", {})
    missed = {
        j.goal.scenario for j in judge(runs) if j.value is not None and not j.goal.is_met(j.value)
    }
    if missed:
        yield from ("## What limits it where a goal is missed", "")
    for scenario in runs:
        if scenario in missed:
            yield f"- **{scenario}**: {limits.get(scenario, 'not looked into yet.')}"
    if missed:
        yield ""


def _profile(runs: dict[str, list[Row]]) -> Iterator[str]:
    if not runs.get("profile"):
        return
    row = median_row(runs["profile"])
    cost = row["cpu_us_per_bill_and_node"]
    yield from ("## Where the time goes", "")
    yield f"CPU time of a saturated node, {number(cost)} µs a bill on the average of all nodes; the"
    yield from ("hospital's takes the submissions and serves the events.", "")
    yield from ("| Part | Hospital's node, % | Others, % |", "|---|---:|---:|")
    for part in NAMES:
        own, others = (row.get(f"{who}_{part}_percent", 0.0) for who in ("hospital", "others"))
        yield f"| {part} | {own:.1f} | {others:.1f} |"
    yield ""


def _growth(runs: dict[str, list[Row]]) -> Iterator[str]:
    """Tell what a bill costs as the chain grows, and where its bytes are."""
    if not runs.get("growth"):
        return
    row = median_row(runs["growth"])
    yield from ("## Growth", "")
    yield "One node fed with blocks, without network and signatures. Its cost is that of the last"
    yield "300 blocks before a mark; memory is what is its own (RssAnon), disk is without sidecars."
    yield from ("", "| Bills | µs of CPU a bill | MiB | Bytes on disk a bill | Longest write, ms |")
    yield "|---:|---:|---:|---:|---:|"
    for mark in sorted(
        int(name.rpartition("_")[2]) for name in row if name.startswith("cpu_us_at_")
    ):
        shown = [number(row[f"{name}_at_{mark}"]) for name in GROWTH_COLUMNS]
        yield f"| {number(mark)} | {' | '.join(shown)} |"
    kinds = ", ".join(f"{kind} {number(row[f'{kind}_bytes'])}" for kind in KINDS)
    yield from ("", f"Bytes a bill at the end by kind of data, in tables: {kinds}.")
    yield f"Pruning deleted {number(row['nodes_pruned'])} old nodes of the tree between the last"
    yield f"two marks, for {number(row['longest_prune_ms'])} ms at most at a time. To open the"
    yield f"stores and be ready for a block took {number(row['start_clean_ms'])} ms after a clean"
    yield from (f"stop and {number(row['start_killed_ms'])} ms after SIGKILL.", "")


def _others(runs: dict[str, list[Row]]) -> Iterator[str]:
    if not (runs.get("issue") and runs.get("issue-50")):
        return
    one, many = (median_row(runs[name])["bills_per_s"] for name in ("issue", "issue-50"))
    yield from ("## Others on the same kind of machine", "")
    yield "Records of 700 bytes there; here bills with sealed parts, verified and executed by every"
    yield f"node: {number(one)}/s with one signature each, {number(many)}/s with one for fifty."
    yield ""
    yield from (
        "| System | Rate a second | Ours over it | Ours with 50 over it |",
        "|---|---:|---:|---:|",
    )
    for name, low, high in OTHERS:
        middle = (low + high) / 2
        rates = f"{number(low)} to {number(high)}"
        yield f"| {name} | {rates} | {one / middle:.2f} | {many / middle:.2f} |"
    yield ""


def _tried(notes: Document) -> Iterator[str]:
    if tried := notes.get("tried", []):
        yield from ("## What was tried", "", "| What | Effect |", "|---|---|")
        yield from (f"| {entry['what']} | {entry['effect']} |" for entry in tried)
        yield ""


def _how(document: Document) -> Iterator[str]:
    yield from ("## How to repeat it", "", "    ./scripts/bench --report", "")
    yield from HOW.splitlines()
    yield f"The network is of {document.get('nodes', 4)} nodes where a scenario names no other."
    yield ""


def _words() -> Iterator[str]:
    """Say of the figures below what their names do not."""
    yield from ("## What the figures count", "", "| Figure | What it counts |", "|---|---|")
    yield from (f"| {figure} | {meaning} |" for figure, meaning in MEANINGS)
    yield ""


def _runs(runs: dict[str, list[Row]]) -> Iterator[str]:
    yield from ("## All runs", "")
    for scenario, rows in runs.items():
        yield from (f"### {scenario}", "")
        yield from _table(rows)
        yield ""


def _table(rows: Sequence[Row]) -> Iterator[str]:
    medians, ranges = median_row(rows), range_row(rows)
    heads = [f"Run {place}" for place in range(1, len(rows) + 1)]
    more = ["Median", "Range"] if len(rows) > 1 else []
    yield f"| Figure | {' | '.join([*heads, *more])} |"
    yield "|---|" + "---:|" * (len(heads) + len(more))
    for name, middle in medians.items():
        cells = [number(row[name]) for row in rows]
        if more:
            low, high = ranges[name]
            cells += [number(middle), f"{number(low)} to {number(high)}"]
        yield f"| {name} | {' | '.join(cells)} |"


def number(value: float) -> str:
    """Write a figure for people: groups of thousands, four digits that say something."""
    if abs(value) >= 1_000:
        return f"{value:,.0f}".replace(",", " ")
    decimals = 1 if abs(value) >= 100 else 3 if abs(value) >= 0.1 else 4
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

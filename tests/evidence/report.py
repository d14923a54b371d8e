"""docs/reports/reliability.md: what was promised, what has been done to earn it, what is missing.

Rules: the text follows from the evidence file and one commit alone, which its first line names; so
it can be made again and compared. A line counts when the code that matters is the same in its
commit and in that one. Nothing is rounded up, and what is missing stands beside what is there.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.evidence.lines import Line, read_lines
from tests.evidence.promises import ALSO, PROMISES, Promise

MADE = re.compile(r"<!-- made from evidence ([0-9a-f]{64}) against commit ([0-9a-f]{40}) -->")
NO_COMMIT = "0" * 40


@dataclass(frozen=True)
class Sums:
    """What the counting lines add up to."""

    counts: Counter[str]
    faults: Counter[str]
    violations: tuple[str, ...]


def digest_of(path: Path) -> str:
    data = path.read_bytes() if path.exists() else b""
    return hashlib.sha256(data).hexdigest()


def render(path: Path, commit: str, is_same_code: Callable[[str, str], bool]) -> str:
    """Write the report of an evidence file against a commit."""
    lines = read_lines(path)
    same = {c: is_same_code(c, commit) for c in sorted({line.commit for line in lines})}
    counting = [line for line in lines if same[line.commit]]
    older = [line for line in lines if not same[line.commit]]
    sums = _sums(counting)
    return "\n".join(
        (
            f"<!-- made from evidence {digest_of(path)} against commit {commit} -->",
            "# How far the promises about reliability are earned",
            "",
            "Made by `scripts/evidence report` from `evidence.jsonl`; do not edit. A run counts",
            "while `consensus/` and `ledgerd/{ledger,chain,storage,node}` are those of its commit;",
            "the targets are those of a release.",
            f"Against commit {commit[:12]} {len(counting)} of {len(lines)} runs count.",
            "",
            *_table(sums),
            *_missing(sums),
            *_violations(sums),
            *_runs("Runs that count", counting),
            *_faults(sums),
            *_runs("Runs of other code, which no longer count", older),
        )
    )


def _sums(lines: Sequence[Line]) -> Sums:
    counts: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for line in lines:
        counts.update(line.counts)
        faults.update({f"{line.kind}: {kind}": n for kind, n in line.faults.items()})
    return Sums(counts, faults, tuple(v for line in lines for v in line.violations))


def _table(sums: Sums) -> list[str]:
    rows = ["| | Promise | Unit | Done | Wanted | |", "|---|---|---|---:|---:|---|"]
    for promise in PROMISES:
        for target in promise.targets:
            done = sums.counts[target.unit]
            state = "reached" if done >= target.wanted else f"{done / target.wanted:.1%}"
            name = f"**{promise.name}**"
            rows.append(
                f"| {name} | {promise.says} | {target.unit} | {_spaced(done)} "
                f"| {_spaced(target.wanted)} | {state} |"
            )
    also = ", ".join(f"{_spaced(sums.counts[u])} {u}" for u in ALSO if sums.counts[u])
    return [*rows, "", *([f"Counted besides: {also}.", ""] if also else [])]


def _missing(sums: Sums) -> list[str]:
    missing = [line for promise in PROMISES for line in _missing_of(promise, sums)]
    return ["## What is missing", "", *(missing or ["Nothing."]), ""]


def _missing_of(promise: Promise, sums: Sums) -> list[str]:
    return [
        f"- {promise.name}: {_spaced(target.wanted - sums.counts[target.unit])} more {target.unit}"
        for target in promise.targets
        if sums.counts[target.unit] < target.wanted
    ]


def _violations(sums: Sums) -> list[str]:
    found = [f"- {violation}" for violation in sums.violations]
    return ["## Violations in runs that count", "", *(found or ["None."]), ""]


def _runs(title: str, lines: Sequence[Line]) -> list[str]:
    if not lines:
        return [f"## {title}", "", "None.", ""]
    rows = ["| Kind | Commit | Counts | Faults | Violations | Seconds | Machine |",
            "|---|---|---|---:|---:|---:|---|"]  # fmt: skip
    for line in lines:
        counts = ", ".join(f"{_spaced(n)} {unit}" for unit, n in line.counts.items())
        rows.append(
            f"| {line.kind} | {line.commit[:12]} | {counts} | {_spaced(sum(line.faults.values()))} "
            f"| {len(line.violations)} | {line.seconds:.0f} | {line.machine} |"
        )
    return [f"## {title}", "", *rows, ""]


def _faults(sums: Sums) -> list[str]:
    rows = [f"| {kind} | {_spaced(count)} |" for kind, count in sorted(sums.faults.items())]
    table = ["| Fault | Injected |", "|---|---:|", *rows] if rows else ["None."]
    return ["## Faults injected in runs that count", "", *table, ""]


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")

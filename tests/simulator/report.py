"""What came of a long run, for a reader, a page and a program.

Source: reliability.md sections 1 and 2: zero violations only beside the faults injected.
"""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.floors import Row, rows
from tests.simulator.running import Totals

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "reports" / "simulation.md"
HOUR_MS = 3_600_000
CODE = ("consensus", "ledgerd", "tests/simulator", "tests/damage")


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        command: how to do it again.
        with_floors: it was long enough, and of the profile that the floors are for.
    """

    totals: Totals
    command: str
    seconds: float
    with_floors: bool

    def summary(self) -> str:
        totals = self.totals
        cpu_seconds = totals.cpu_seconds or 1e-9
        return (
            f"{totals.seeds} seeds in {self.seconds:.1f} s: {totals.seeds / self.seconds:.1f} "
            f"seeds/s, {totals.events / cpu_seconds:.0f} events/s per core, "
            f"{totals.virtual_ms / HOUR_MS:.2f} virtual h, {totals.blocks} blocks, "
            f"{totals.restarts} restarts, {len(totals.failed)} violations"
        )

    def lines(self) -> Iterable[str]:
        """Yield the summary and all counters with their floors."""
        yield self.summary()
        for title, group in rows(self.totals, with_floors=self.with_floors).items():
            yield f"{title}:"
            for row in group:
                floor = f"(floor {row.floor})" if row.floor else ""
                mark = " TOO RARE" if row.is_too_rare else ""
                yield f"  {row.count:>9}  {row.name} {floor}{mark}".rstrip()

    def as_json(self) -> str:
        totals = self.totals
        return (
            json.dumps(
                {
                    "commit": commit(),
                    "command": self.command,
                    "machine": machine(),
                    "seconds": round(self.seconds, 1),
                    "counts": {
                        "simulated seeds": totals.seeds,
                        "simulated restarts": totals.restarts,
                        "simulated events": totals.events,
                    },
                    "faults": dict(sorted(totals.counts.items())),
                    "sometimes": dict(sorted(totals.sometimes.items())),
                    "violations": [outcome.violation for outcome in totals.failed],
                },
                indent=1,
                ensure_ascii=False,
            )
            + "\n"
        )

    def as_page(self) -> str:
        """Return the page of this run."""
        parts = [
            "# Simulation\n",
            "Made by `scripts/simulate --report`; do not edit.\n",
            f"- commit: `{commit() or 'none: the code was changed since'}`",
            f"- command: `{self.command}`",
            f"- machine: {machine()}",
            f"- result: {self.summary()}\n",
        ]
        titles = {"injected": "Faults injected", "sometimes": "Rare states reached"}
        for name, group in rows(self.totals, with_floors=self.with_floors).items():
            parts += [f"## {titles[name]}\n", "| | count | floor |", "|---|---|---|"]
            parts += [_table_row(row) for row in group] + [""]
        return "\n".join(parts)


def _table_row(row: Row) -> str:
    floor = f"{row.floor:,}" if row.floor else ""
    return f"| {row.name} | {row.count:,} | {floor} |".replace(",", " ")


def commit() -> str:
    """Name the commit of the tree; nothing when no commit holds this code."""
    return "" if _git("status", "--porcelain", "--", *CODE) else _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"

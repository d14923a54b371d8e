"""What came of a long run, for a reader, a page and a program.

Source: reliability.md sections 1 and 2: zero violations only beside the faults injected.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.simulator.floors import Row, rows
from tests.simulator.running import Totals
from tests.simulator.summaries import ROOT, Summary, commit, machine

REPORT = ROOT / "docs" / "reports" / "simulation.md"
HOUR_MS = 3_600_000


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
        counts = {
            "simulated seeds": totals.seeds,
            "simulated restarts": totals.restarts,
            "simulated events": totals.events,
        }
        violations = [str(outcome.violation) for outcome in totals.failed]
        return Summary(
            self.command, self.seconds, counts, totals.counts, violations, totals.sometimes
        ).as_json()

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

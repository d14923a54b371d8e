"""Floors: how often a long run must have injected each fault and reached each rare state.

A count of no violations proves nothing for what never happened. The numbers stand in
``scripts/floors.toml``, per 1 000 seeds of the profile ``mixed``.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.adversaries import STRATEGIES
from tests.simulator.running import Totals

FLOORS_FILE = Path(__file__).resolve().parents[2] / "scripts" / "floors.toml"
SEEDS_MIN = 1_000  # a shorter run says little about rates


@dataclass(frozen=True, slots=True)
class Row:
    """One counter with its floor for the run at hand; ``floor`` 0: none is set."""

    name: str
    count: int
    floor: int

    @property
    def is_too_rare(self) -> bool:
        return self.count < self.floor


def read_floors(path: Path = FLOORS_FILE) -> dict[str, dict[str, int]]:
    """Return the floors per 1 000 seeds: ``injected`` and ``sometimes``, by name."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    lies = {f"dishonest: {strategy}": raw["every_lie"] for strategy in STRATEGIES}
    return {"injected": lies | raw["injected"], "sometimes": raw["sometimes"]}


def rows(totals: Totals, *, with_floors: bool) -> dict[str, list[Row]]:
    """Return all counters of a run by name, each with its floor for so many seeds."""
    floors = read_floors() if with_floors else {"injected": {}, "sometimes": {}}
    counters = {"injected": totals.counts, "sometimes": totals.sometimes}
    return {
        title: [
            Row(name, counter[name], floors[title].get(name, 0) * totals.seeds // 1_000)
            for name in sorted({*counter, *floors[title]})
        ]
        for title, counter in counters.items()
    }


def too_rare(totals: Totals) -> list[str]:
    """Name what a run reached too seldom."""
    found = (row for group in rows(totals, with_floors=True).values() for row in group)
    return [f"{row.name}: {row.count} of {row.floor}" for row in found if row.is_too_rare]

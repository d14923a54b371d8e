"""What a storm counts and measures over all its networks, and how it is shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_S = 2.0  # the base timeout that a testnet's membership names
PRIMARY_TIMEOUTS = 3  # promise P5


@dataclass
class Times:
    """Seconds to the next commit after healing and after the primary's end, and so on."""

    healed_s: list[float] = field(default_factory=list)
    primary_killed_s: list[float] = field(default_factory=list)
    level_s: list[float] = field(default_factory=list)
    restart_s: list[float] = field(default_factory=list)


@dataclass
class Total:
    """Everything of a run.

    Attributes:
        faults: begun, by kind.
        words: attempts of clients by outcome and reason.
        own_ends: ends that nobody ordered, by what was wrong with the node and exit code.
        delays: recoveries that took too long; they fail a run, and do not end it.
        storm_s: seconds in which faults were made, calms included.
    """

    faults: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    own_ends: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    times: Times = field(default_factory=Times)
    violations: list[str] = field(default_factory=list)
    delays: list[str] = field(default_factory=list)
    decks: dict[str, list[object]] = field(default_factory=dict)
    storm_s: float = 0.0
    memory_mib: int = 0
    begun: int = 0
    late: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0

    def figures(self, rate: float) -> dict[str, Any]:
        """Put together what is printed and kept."""
        minutes = max(self.storm_s / 60, 1e-9)
        per_minute = {kind: round(n / minutes, 1) for kind, n in sorted(self.faults.items())}
        return {
            "load": f"{rate:g} acts begun a second, open loop, at four nodes",
            "minutes under faults": round(minutes, 2),
            "begun": self.begun,
            "begun late": self.late,
            "acknowledged": self.acknowledged,
            "acknowledged a minute": round(self.acknowledged / minutes, 1),
            "acts refused": self.refused,
            "acts unknown": self.unknown,
            "attempts": dict(self.words.most_common()),
            "SIGKILLs": self.faults["SIGKILL"],
            "timed recoveries": len(self.times.healed_s) + len(self.times.primary_killed_s),
            "faults": dict(sorted(self.faults.items())),
            "faults a minute": per_minute,
            "ends of their own": dict(sorted(self.own_ends.items())),
            "s to the next commit after healing": spread(self.times.healed_s),
            "s to the next commit after the primary's end": spread(self.times.primary_killed_s),
            "primary's end, over three timeouts": sum(
                s > PRIMARY_TIMEOUTS * TIMEOUT_S for s in self.times.primary_killed_s
            ),
            "s until all were level": spread(self.times.level_s),
            "s from launch to ready": spread(self.times.restart_s),
            "MiB of own memory of a node, at most": self.memory_mib,
            "checked": dict(self.checks),
            "lost": self.checks["lost"],
            "duplicated": self.checks["duplicated"],
            "diverged": self.checks["diverged"],
        }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Give count, median, 90th percentile and maximum."""
    if not values:
        return {"count": 0}
    ranked = sorted(values)
    return {
        "count": len(ranked),
        "p50": round(ranked[len(ranked) // 2], 2),
        "p90": round(ranked[len(ranked) * 9 // 10], 2),
        "max": round(ranked[-1], 2),
    }

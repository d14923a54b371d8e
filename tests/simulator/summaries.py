"""What a run of the simulator leaves for ``scripts/evidence add simulate``, whichever way it ran.

Rules: counts are in units that ``tests.evidence.promises`` knows; a run on files that no commit
holds says so by an empty commit, and is refused there.
"""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("consensus", "ledgerd", "tests/simulator", "tests/damage")


@dataclass(frozen=True)
class Summary:
    """A finished run.

    Attributes:
        command: how to do it again.
        counts: how much was done, by unit.
        faults: how many were injected, by kind.
        violations: what did not hold, as sentences.
        sometimes: rare states that were reached, by name.
    """

    command: str
    seconds: float
    counts: Mapping[str, int]
    faults: Mapping[str, int] = field(default_factory=dict)
    violations: Sequence[str] = ()
    sometimes: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> str:
        table = {
            "commit": commit(),
            "command": self.command,
            "machine": machine(),
            "seconds": round(self.seconds, 1),
            "counts": dict(self.counts),
            "faults": dict(sorted(self.faults.items())),
            "sometimes": dict(sorted(self.sometimes.items())),
            "violations": list(self.violations),
        }
        return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def commit() -> str:
    """Name the commit of the tree; nothing when no commit holds this code."""
    return "" if _git("status", "--porcelain", "--", *CODE) else _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"

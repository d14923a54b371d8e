"""What a scenario of real processes is: a plan goes in, an outcome comes out.

Rules: a scenario makes its own network under ``plan.folder`` and ends every process it started.
Figures are plain values for JSON, printed one a line in the order in which they were entered. A
violation is one sentence; any makes the run fail, and its folder is then kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Plan:
    """What a scenario is asked to do.

    Attributes:
        seconds: how long faults go on; setting up and checking come on top.
        rate: acts that clients begin in a second, whether the network keeps up or not; None
            leaves it to the scenario.
        patience_s: commits must come again so long after healing.
        folder: exists and is empty; homes, logs and journals go there.
    """

    seed: int
    seconds: float
    folder: Path
    rate: float | None = None
    patience_s: float = 10.0
    say: Callable[[str], None] = print


@dataclass
class Outcome:
    """What came of it."""

    violations: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One entry of the registry: a line of help, and what is run."""

    about: str
    run: Callable[[Plan], Outcome]

"""How long each scenario of the report runs, how often, and when it is ended whatever it does.

The seconds are those of the load; making it, starting nodes and warming up come to it. ``about_s``
is what all of it takes on two cores; together it is what the report takes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

QUICK = ("issue", "issue-50", "light")
BY_ITSELF = ("growth",)  # takes hours and gigabytes: measured apart and merged
HARD_END = 3  # times what a run takes, with the load once more: then it does not end by itself


@dataclass(frozen=True)
class Size:
    """How long a scenario runs, and how often.

    Attributes:
        seconds: of the measured part of a run, about.
        runs: of the scenario.
        about_s: that a run takes with all that belongs to it.
    """

    seconds: int
    runs: int = 1
    about_s: int = 60

    @property
    def most_s(self) -> float:
        """Say after how many seconds a run is ended."""
        return HARD_END * (self.about_s + self.seconds)


SIZES = {
    "issue": Size(60, 2, 100),
    "issue-50": Size(20, 2, 55),
    "life": Size(20, 2, 50),
    "light": Size(15, 2, 27),
    "half": Size(20, 2, 55),
    "idle": Size(15, 1, 27),
    "overload": Size(120, 1, 230),
    "seal": Size(10, 1, 8),
    "submit": Size(10, 1, 25),
    "reads": Size(10, 1, 60),
    "replication": Size(15, 1, 80),
    "scale": Size(10, 1, 330),
    "profile": Size(20, 1, 50),
    "catch-up": Size(10, 1, 55),
    "one-stopped": Size(96, 1, 150),  # four parts of a quarter each, long enough for some
    "one-killed": Size(96, 1, 150),  # views
    "one-slow": Size(96, 1, 150),
    "late-primary": Size(96, 1, 150),
}
QUICK_S = 8
OTHER_SIZE = Size(16, 1, 42)  # the floods: four parts of a quarter each


def about_s(names: Iterable[str]) -> int:
    """Say how long all runs of these scenarios take on two cores."""
    sizes = [SIZES.get(name, OTHER_SIZE) for name in names]
    return sum(size.runs * size.about_s for size in sizes)

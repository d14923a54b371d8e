"""How long each scenario of the report runs, how often, and when it is ended whatever it does.

The seconds are those of the load; making it, starting nodes and warming up come to it. ``about_s``
is what all of it takes on two cores; together it is what the report takes.
"""

from dataclasses import dataclass

QUICK = ("issue", "issue-50", "light")
BY_ITSELF = ("growth",)  # takes hours and gigabytes: measured apart and merged
HARD_END = 3  # times what a run takes at most, as far as is known


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
    "issue": Size(60, 3, 100),
    "issue-50": Size(30, 3, 70),
    "life": Size(30, 2, 60),
    "light": Size(20, 3, 35),
    "half": Size(20, 2, 60),
    "idle": Size(20, 1, 35),
    "overload": Size(120, 1, 240),
    "seal": Size(10, 1, 15),
    "submit": Size(10, 1, 25),
    "reads": Size(10, 1, 60),
    "replication": Size(15, 1, 60),
    "scale": Size(10, 1, 300),
    "profile": Size(20, 1, 50),
    "catch-up": Size(15, 1, 60),
}
QUICK_S = 8
OTHER_SIZE = Size(24, 1, 80)  # the members: four parts of a quarter each

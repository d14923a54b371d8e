"""What a scenario is asked for, and what it gives: the seam between the command and the scenarios.

A scenario is a function from `Options` to a `Row`. It makes its own network (`running.network`),
its own load before the clock starts, and ends everything that it started.
"""

from collections.abc import Callable
from dataclasses import dataclass

Row = dict[str, float]  # figure by name; the unit is the end of the name


@dataclass(frozen=True)
class Options:
    """What a run is asked for.

    Attributes:
        nodes: of the network.
        seconds: how long the measured part shall take, about.
        rate: bills a second that a load without a rate of its own is made for at most.
        bills: that `growth` feeds.
        per_signature: operations in one transaction.
        node_counts: networks that `scale` compares.
    """

    nodes: int = 4
    seconds: int = 60
    rate: int = 2_500
    bills: int = 1_000_000
    per_signature: int = 1
    node_counts: tuple[int, ...] = (4, 7, 10, 16, 31)


Scenario = Callable[[Options], Row]

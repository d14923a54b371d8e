"""Many Twins scenarios, over a pool of processes, and what came of them.

A worker gets a range of numbers and hands back sums and what was broken; nothing else crosses.
"""

import gc
import multiprocessing
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from consensus import ConsensusError, Replica
from tests.simulator.checkers import Violation
from tests.simulator.summaries import Summary
from tests.simulator.twins import ENUMERATED, ROUNDS_MAX, Stage, scenario

NUMBERS_PER_TASK = 50
INJECTED = ("round in two parts", "message cut off", "message lost at the end of a round")
CPU = "milliseconds of a core"


def play_number(number: int, replica_class: type[Replica] = Replica) -> tuple[Counter[str], str]:
    """Play one scenario; return what it came to, and what it broke."""
    stage = Stage(scenario(number), replica_class)
    try:
        stage.play()
    except Violation as violation:
        return stage.counts, str(violation)
    except (AssertionError, ConsensusError):
        return stage.counts, "exception: " + traceback.format_exc(limit=-6)
    return stage.counts, ""


def play_range(numbers: tuple[int, int]) -> tuple[Counter[str], list[str]]:
    """Play the scenarios of a range of numbers; return their sums and what was broken."""
    counts: Counter[str] = Counter()
    broken: list[str] = []
    began_s = time.process_time()
    gc.disable()  # a scenario is short, and everything of it goes at once
    for number in range(*numbers):
        played, violation = play_number(number)
        counts += played
        if violation:
            replay = f"scripts/simulate --twins 1 --seed {number}"
            broken.append(f"{replay}: {violation}")
    counts["scenarios"] += len(range(*numbers))
    counts[CPU] += int(1_000 * (time.process_time() - began_s))
    gc.enable()
    gc.collect()
    return counts, broken


def play_many(first: int, count: int, jobs: int) -> tuple[Counter[str], list[str]]:
    """Play that many scenarios from this number on, on so many processes."""
    starts = range(first, first + count, NUMBERS_PER_TASK)
    tasks = [(start, min(start + NUMBERS_PER_TASK, first + count)) for start in starts]
    counts: Counter[str] = Counter()
    broken: list[str] = []
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for played, violations in pool.imap(play_range, tasks):
            counts += played
            broken += violations
    return counts, broken


@dataclass
class TwinsRun:
    """A finished run of many scenarios."""

    first: int
    count: int
    seconds: float
    counts: Counter[str]
    broken: list[str]

    def lines(self) -> Iterator[str]:
        enumerated = len(range(self.first, min(self.first + self.count, len(ENUMERATED))))
        yield (
            f"{self.count} Twins scenarios ({enumerated} of the {len(ENUMERATED)} of one and two "
            f"rounds, the rest drawn with up to {ROUNDS_MAX}) in {self.seconds:.1f} s "
            f"({self.count / self.seconds:.0f} scenarios/s, "
            f"{1_000 * self.count / max(1, self.counts[CPU]):.0f} a second of a core), "
            f"{len(self.broken)} violations"
        )
        for name, number in sorted(self.counts.items()):
            yield f"  {number:>9}  {name}"
        yield from self.broken

    def as_json(self) -> str:
        """Return the run as ``scripts/evidence add simulate`` takes it."""
        command = f"scripts/simulate --twins {self.count} --seed {self.first}"
        faults = {name: self.counts[name] for name in INJECTED}
        counts = {"twins scenarios": self.count}
        return Summary(command, self.seconds, counts, faults, self.broken).as_json()


def run(first: int, count: int, jobs: int) -> TwinsRun:
    """Play that many scenarios from this number on."""
    began = time.monotonic()
    counts, broken = play_many(first, count, jobs)
    return TwinsRun(first, count, time.monotonic() - began, counts, broken)

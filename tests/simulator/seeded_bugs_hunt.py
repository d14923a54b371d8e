"""The hunt for seeded bugs: one process per bug, made wrong, run on seeds until a checker speaks.

Rules of this file:

* A process that was made wrong hunts its one bug and ends; nothing is ever switched back.
* A seed counts only when the same run passes without the bug.
* A bug that no longer fits the code it replaces would be caught for nothing: it fails loudly.
* The seed that caught a bug is written down (``seeded_bugs.json``) and tried first. Where the
  generator has changed since, the hunt goes on with the others, up to ``SEED_COUNT_MAX``.
"""

import json
import multiprocessing
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.simulator.checkers import Violation
from tests.simulator.profiles import Plan, draw_plan
from tests.simulator.running import run_plan

SEED_COUNT_MAX = 1_000  # a promise of ours: within so many seeds, or the simulator is too weak
SEEDS_FILE = Path(__file__).with_name("seeded_bugs.json")
BROKEN = re.compile(r"\n(AttributeError|TypeError|NameError|ImportError)")
STORY = "its scenario"
CHECKERS = {
    "1": "1 one digest for one sequence",
    "2": "2 decided without gaps",
    "3": "3 equal headers",
    "3.4": "3.4 children of what is known",
    "3.5": "3.5 form of what is decided",
    "3.6": "3.6 contents of what is decided",
    "4": "4 nothing signed twice",
    "5": "5 every proof verifies",
    "6": "6 later proofs contain earlier commits",
    "8": "8 everything known is executed",
    "9": "9 inside the limits",
    "10": "10 no vote beyond the end",
    "11": "11 a quorum is enough",
    "P8": "P8 nobody honest is blamed",
    "codec": "what is decoded is what was said",
    "exception": "an assertion of the code itself",
}


def same(plan: Plan) -> Plan:
    return plan


@dataclass(frozen=True)
class Bug:
    """One mistake that somebody could make.

    Attributes:
        install: makes this process wrong.
        profile, change: which plans find it.
        story: a targeted scenario that finds it, instead of seeds; ``why`` says why one is needed.
    """

    name: str
    install: Callable[[], None]
    profile: str = "mixed"
    change: Callable[[Plan], Plan] = same
    story: Callable[[], None] | None = None
    why: str = ""

    def plan(self, seed: int) -> Plan:
        return self.change(replace(draw_plan(seed, self.profile), through_codec=False))


@dataclass(frozen=True)
class Catch:
    """What came of a hunt; ``found`` is None where the bug got away."""

    name: str
    seed: int | None
    tried: int
    found: str | None
    missed: str = "NOT FOUND"

    @property
    def checker(self) -> str:
        if self.found is None:
            return self.missed
        spoken = re.match(r"(P?\d+(\.\d+)?|[a-z]+)", self.found)
        return CHECKERS.get(spoken.group() if spoken else "", STORY)


# --- plans that find certain bugs -----------------------------------------------------------------


def of_size(plan: Plan, n: int) -> Plan:
    """Return the plan for another number of replicas."""
    fault_max = (n - 1) // 3
    byzantine = tuple(entry for entry in plan.byzantine if entry[0] < n)[:fault_max]
    skew_ms = (plan.skew_ms * 3)[:n]
    return replace(plan, replica_count=n, byzantine=byzantine, skew_ms=skew_ms)


def five(plan: Plan) -> Plan:
    return of_size(plan, 5)


def among(*strategies: str) -> Callable[[Plan], Plan]:
    """Change plans so that f members are dishonest in just these ways."""

    def change(plan: Plan) -> Plan:
        members = range(plan.fault_max)
        picked = sorted((plan.seed + member) % plan.replica_count for member in members)
        hazards = replace(plan.hazards, amnesia=0)
        byzantine = tuple((member, strategies) for member in picked)
        return replace(plan, byzantine=byzantine, hazards=hazards)

    return change


# --- the hunt -------------------------------------------------------------------------------------

_BUGS: dict[str, Bug] = {}  # what a forked process finds by name: plans and functions do not travel


def known_seeds() -> dict[str, int]:
    if not SEEDS_FILE.exists():
        return {}
    seeds: dict[str, int] = json.loads(SEEDS_FILE.read_text(encoding="utf-8"))
    return seeds


def write_seeds(catches: Iterable[Catch]) -> None:
    """Write down which seed caught which bug, beside those that were not hunted now."""
    seeds = known_seeds() | {c.name: c.seed for c in catches if c.seed is not None}
    SEEDS_FILE.write_text(json.dumps(seeds, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _told(story: Callable[[], None]) -> str | None:
    try:
        story()
    except Violation as found:
        return str(found)
    except AssertionError as found:
        return f"{STORY}: {found}"
    return None


def _hunt(task: tuple[str, int | None, int]) -> Catch:
    """Become wrong, in a process of its own, and run until something is found."""
    name, known, begin = task
    bug = _BUGS[name]
    try:
        bug.install()
    except AttributeError as error:
        return Catch(name, None, 0, None, f"NO LONGER FITS: {error}")
    if bug.story is not None:
        return Catch(name, None, 1, _told(bug.story))
    first = () if known is None else (known,)
    others = (seed for seed in range(begin, SEED_COUNT_MAX) if seed != known)
    for tried, seed in enumerate((*first, *others), 1 + begin):
        violation = run_plan(bug.plan(seed)).violation
        if violation is not None and BROKEN.search(violation) is not None:
            return Catch(name, None, tried, None, f"NO LONGER FITS: {violation}")
        if violation is not None:
            return Catch(name, seed, tried, violation)
    return Catch(name, None, SEED_COUNT_MAX, None)


def _control(task: tuple[str, int | None]) -> str | None:
    """Run the same without the bug; return what is broken all the same."""
    name, seed = task
    bug = _BUGS[name]
    if bug.story is not None:
        return _told(bug.story)
    return None if seed is None else run_plan(bug.plan(seed)).violation


def _in_processes(work: Callable[[Any], Any], tasks: list[Any], jobs: int) -> Iterator[Any]:
    """Do each task in a forked process of its own, ``jobs`` at a time, in order."""
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        yield from pool.imap(work, tasks, chunksize=1)


def hunt(bugs: Iterable[Bug], jobs: int, seeds: dict[str, int]) -> Iterator[Catch]:
    """Hunt these bugs, and check that what caught them passes without them.

    Args:
        seeds: by name, which one to try first.
    """
    _BUGS.update((bug.name, bug) for bug in bugs)
    tasks = [(bug.name, seeds.get(bug.name), 0) for bug in bugs]
    for catch in _in_processes(_hunt, tasks, jobs):
        yield _fair(catch)


def _fair(catch: Catch) -> Catch:
    """Go on with later seeds while what was found is there without the bug as well."""
    while catch.found is not None:
        if next(_in_processes(_control, [(catch.name, catch.seed)], 1)) is None:
            return catch
        if catch.seed is None:
            return replace(catch, found=None)
        again = (catch.name, None, catch.seed + 1)
        catch = next(_in_processes(_hunt, [again], 1))
    return catch

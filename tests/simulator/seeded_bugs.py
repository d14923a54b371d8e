"""Every mistake that the simulation must find: one catalogue, one way to run it.

Testing the tests: somebody who had not written the code read the protocol, and nothing else, and
wrote down how its implementation would go wrong. Each mistake is made by putting a wrong function
in the place of a right one, in a process of its own; the code under test has no switch for it.
One bug, the canary, must fail with every seed.

The families, each a file beside this one with its list in its docstring:

* ``first``: those that the design names and counts;
* ``counting``: quorums, votes, certificates, seals;
* ``keeping``: what is on disk before it is said, and what comes back after a crash;
* ``views``: leaving, joining, opening, entering, waiting;
* ``ordering``: digests, the chain, the window, decisions, execution;
* ``duties``: obligations, repetition, fetching, catching up;
* ``terms``: whose turn it is, and when it is over.

Out of scope until the membership can change: a fresh replica in a known epoch; a child of a
committed epoch-final batch; votes beyond the epoch-final sequence; the epoch-final seal not durable
before the next epoch; votes of an old epoch counted in a new one; obligations that run on after the
epoch-final batch; a joiner that never showed that it follows.
"""

import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.seeded_bugs_counting import COUNTING
from tests.simulator.seeded_bugs_duties import DUTIES
from tests.simulator.seeded_bugs_first import FIRST
from tests.simulator.seeded_bugs_hunt import Bug, Catch, hunt, known_seeds, write_seeds
from tests.simulator.seeded_bugs_keeping import KEEPING
from tests.simulator.seeded_bugs_ordering import ORDERING
from tests.simulator.seeded_bugs_terms import TERMS
from tests.simulator.seeded_bugs_views import VIEWS
from tests.simulator.summaries import Summary

BUGS: tuple[Bug, ...] = (*FIRST, *COUNTING, *KEEPING, *VIEWS, *ORDERING, *DUTIES, *TERMS)


REPORT = Path(__file__).resolve().parents[2] / "docs" / "reports" / "seeded_bugs.md"
HEAD = """# Seeded bugs: what found each of them

Written by `scripts/simulate --seeded-bugs --keep`: every mistake of
`tests/simulator/seeded_bugs*.py`, the seed or scenario that found it, how many runs that took, the
checker that spoke, and why a scenario was needed instead of seeds. Each catch was repeated without
the bug, and passed.

| Bug | Found by | Runs | Checker | Why a scenario |
|---|---|---|---|---|"""


def by_name(name: str) -> Bug:
    return next(bug for bug in BUGS if bug.name == name)


def row(catch: Catch) -> str:
    where = "scenario" if catch.seed is None else f"seed {catch.seed}"
    return f"{catch.name:<52} {where:<10} {catch.tried:>5} tried   {catch.checker}"


def report(catches: list[Catch]) -> str:
    """Return the page with what caught each bug."""
    lines = [HEAD]
    for catch in catches:
        where = "scenario" if catch.seed is None else f"seed {catch.seed}"
        why = by_name(catch.name).why
        lines.append(f"| {catch.name} | {where} | {catch.tried} | {catch.checker} | {why} |")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class BugsRun:
    """A finished hunt for the bugs whose names have a word."""

    word: str
    seconds: float
    catches: list[Catch]

    @property
    def caught(self) -> list[Catch]:
        return [catch for catch in self.catches if catch.found is not None]

    def as_json(self) -> str:
        """Return the run as ``scripts/evidence add simulate`` takes it; each bug is a fault."""
        only = f" --only {shlex.quote(self.word)}" if self.word else ""
        return Summary(
            f"scripts/simulate --seeded-bugs{only}",
            self.seconds,
            {"seeded bugs found": len(self.caught)},
            {"seeded bug": len(self.catches)},
            [f"not found: {catch.name}" for catch in self.catches if catch.found is None],
        ).as_json()


def run(word: str, jobs: int, *, keep: bool) -> BugsRun:
    """Hunt all bugs whose name has the word; print a row for each."""
    chosen = [bug for bug in BUGS if word in bug.name]
    started = time.monotonic()
    catches = []
    for catch in hunt(chosen, jobs, {} if keep else known_seeds()):
        catches.append(catch)
        sys.stdout.write(row(catch) + "\n")
        sys.stdout.flush()
    hunted = BugsRun(word, time.monotonic() - started, catches)
    if keep:
        write_seeds(hunted.caught)
        if chosen == list(BUGS):
            REPORT.write_text(report(catches), encoding="utf-8")
    total = f"{len(hunted.caught)} of {len(catches)} bugs found in {hunted.seconds:.0f} s\n"
    sys.stdout.write(total)
    return hunted

"""Wrong variants of the protocol: each one must be caught, or the simulation proves nothing.

A mutant is made in a process of its own by putting a wrong function in the place of a right one;
``consensus`` itself has no switch for it. It is hunted with the seeds of a profile, changed where
it shows only in one size or window.

Source: consensus.md section 10, *Mutants that the tests must catch*, without terms and epochs.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, replace

from consensus.quorum import Membership
from tests.simulator.host import Host
from tests.simulator.profiles import Plan, draw_plan
from tests.simulator.running import Outcome, run_plan


def _same(plan: Plan) -> Plan:
    return plan


@dataclass(frozen=True)
class Mutant:
    """One wrong variant.

    Attributes:
        install: makes this process wrong.
        profile, change: which plans find it.
        seed_count: within how many seeds it must be caught.
    """

    name: str
    install: Callable[[], None]
    profile: str = "mixed"
    change: Callable[[Plan], Plan] = _same
    seed_count: int = 500


def of_size(plan: Plan, n: int) -> Plan:
    """Return the plan for another number of replicas."""
    fault_max = (n - 1) // 3
    byzantine = tuple(entry for entry in plan.byzantine if entry[0] < n)[:fault_max]
    skew_ms = (plan.skew_ms * 3)[:n]
    return replace(plan, replica_count=n, byzantine=byzantine, skew_ms=skew_ms)


# --- the variants ---------------------------------------------------------------------------------


def canary() -> None:
    """The header depends on the machine: any run with one block must fail."""
    original = Host.header_hash_of

    def header_hash_of(self, batch, below):
        self.header_salt = bytes([self.replica_id])
        return original(self, batch, below)

    Host.header_hash_of = header_hash_of


def quorum_of_two_thirds() -> None:
    Membership.quorum = property(lambda self: 2 * self.fault_max + 1)


MUTANTS = (
    Mutant("canary", canary, "calm", seed_count=1),
    Mutant(
        "quorum 2f + 1 with five replicas",
        quorum_of_two_thirds,
        change=lambda plan: of_size(plan, 5),
        seed_count=20,
    ),
)


# --- the hunt -------------------------------------------------------------------------------------


def _install(name: str) -> None:
    by_name(name).install()


def by_name(name: str) -> Mutant:
    return next(mutant for mutant in MUTANTS if mutant.name == name)


def _hunt(task: tuple[str, int]) -> Outcome:
    mutant = by_name(task[0])
    return run_plan(mutant.change(draw_plan(task[1], mutant.profile)))


def catch(mutant: Mutant, jobs: int) -> Outcome | None:
    """Return the first seed, in their order, that catches the mutant; None when none does."""
    tasks = [(mutant.name, seed) for seed in range(mutant.seed_count)]
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(jobs, mutant.seed_count), _install, (mutant.name,)) as pool:
        for outcome in pool.imap(_hunt, tasks, chunksize=2):
            if outcome.violation is not None:
                return outcome
    return None

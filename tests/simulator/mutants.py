"""Wrong variants of the protocol: each one must be caught, or the simulation proves nothing.

A mutant is made in a process of its own by putting a wrong function in the place of a right one;
``consensus`` itself has no switch for it. It is hunted with the seeds of a profile, changed where
it shows only in one size or window.

Source: consensus.md section 10, *Mutants that the tests must catch*, without terms and epochs.
"""

import multiprocessing
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.simulator import test_targeted_scenarios as stories, wrong
from tests.simulator.checkers import Violation
from tests.simulator.profiles import Plan, draw_plan
from tests.simulator.running import run_plan


def _same(plan: Plan) -> Plan:
    return plan


@dataclass(frozen=True)
class Mutant:
    """One wrong variant.

    Attributes:
        install: makes this process wrong.
        profile, change: which plans find it.
        story: a targeted scenario that finds it, instead of seeds.
        seed_count: within how many seeds it must be caught.
    """

    name: str
    install: Callable[[], None]
    profile: str = "mixed"
    change: Callable[[Plan], Plan] = _same
    story: Callable[[], None] | None = None
    seed_count: int = 300


def of_size(plan: Plan, n: int) -> Plan:
    """Return the plan for another number of replicas."""
    fault_max = (n - 1) // 3
    byzantine = tuple(entry for entry in plan.byzantine if entry[0] < n)[:fault_max]
    skew_ms = (plan.skew_ms * 3)[:n]
    return replace(plan, replica_count=n, byzantine=byzantine, skew_ms=skew_ms)


def among(*strategies: str) -> Callable[[Plan], Plan]:
    """Change plans so that f members are dishonest in just these ways."""

    def change(plan: Plan) -> Plan:
        members = range(plan.fault_max)
        picked = sorted((plan.seed + member) % plan.replica_count for member in members)
        hazards = replace(plan.hazards, amnesia=0)
        byzantine = tuple((member, strategies) for member in picked)
        return replace(plan, byzantine=byzantine, hazards=hazards)

    return change


def five(plan: Plan) -> Plan:
    return of_size(plan, 5)


def with_late_votes(plan: Plan) -> Plan:
    """Votes come when their view is over, and members complete whatever quorum they can."""
    late = replace(plan.weather, spike=0.3, spike_ms=2_500)
    timing = replace(plan.timing, request_timeout_ms=600)
    return replace(among("split vote", "withholding")(plan), weather=late, timing=timing)


def with_slow_execution(plan: Plan) -> Plan:
    machine = replace(plan.machine, execute_ms=800)
    return replace(plan, window=min(plan.window, 2), machine=machine)


def selfish(plan: Plan) -> Plan:
    """Hosts keep bundles to themselves: what is owed is all that others hear of them."""
    return replace(plan, relays=False)


MUTANTS = (
    Mutant("canary", wrong.canary, "calm", seed_count=1),
    Mutant("quorum of 2f + 1 among five", wrong.quorum_of_two_thirds, change=five),
    Mutant("highest certificate not kept", wrong.highest_certificate_not_kept, "turmoil"),
    Mutant(
        "highest certificate forgotten on restart",
        wrong.forgotten_on_restart,
        story=stories.test_a_commit_known_to_one_survives_a_power_cut_of_all,
    ),
    Mutant("commit after leaving the view", wrong.commit_after_leaving, "turmoil", with_late_votes),
    Mutant("ancestors proposed again one by one", wrong.ancestors_one_by_one, "turmoil"),
    Mutant("old label on a new batch", wrong.old_label_accepted, "storm", among("old label")),
    Mutant("seal not durable", wrong.seal_not_durable, "crash"),
    Mutant("obligations kept to oneself", wrong.obligations_kept_to_oneself, change=selfish),
    Mutant("bundles not fetched when named", wrong.names_not_followed, change=selfish),
    Mutant(
        "low watermark without execution",
        wrong.low_without_execution,
        change=with_slow_execution,
    ),
    Mutant(
        "tip does not follow what was decided",
        wrong.tip_does_not_follow,
        story=lambda: stories.test_a_replica_that_caught_up_inside_a_view_votes_when_another_stops(
            4
        ),
    ),
    Mutant(
        "no help into the same view",
        wrong.no_help_into_the_same_view,
        story=stories.test_a_new_view_lost_to_one_waiting_replica_reaches_it_in_the_same_view,
    ),
    Mutant(
        "new view's signature unchecked",
        wrong.new_view_unchecked,
        "storm",
        among("foreign new view"),
    ),
    Mutant(
        "certificate of a later view accepted",
        wrong.later_certificate,
        story=stories.test_a_view_is_not_entered_on_a_certificate_that_came_after_it,
    ),
    Mutant(
        "obligations not reset by a view",
        wrong.obligations_not_reset,
        story=stories.test_a_new_primary_gets_its_full_time,
    ),
    Mutant(
        "blamed for a closed window",
        wrong.blamed_for_a_closed_window,
        story=lambda: stories.test_an_executor_slower_than_the_timeout_ousts_no_primary(1),
    ),
    Mutant(
        "clock of obligations stopped without bound",
        wrong.standstill_without_bound,
        story=stories.test_one_replica_as_the_only_bridge_between_two_is_enough,
    ),
    Mutant("empty batches accepted", wrong.empty_batches_accepted, change=among("empty batches")),
    Mutant("old votes counted as missing", wrong.old_votes_missing, "crash"),
    Mutant("view change made again", wrong.view_change_made_again, "turmoil"),
    Mutant("proposal without its vote on disk", wrong.proposal_not_durable, "crash"),
    Mutant("commit outside the window", wrong.commit_outside_the_window),
    Mutant("joins on one message", wrong.joins_on_one, change=among("huge view")),
    Mutant(
        "view change without proof",
        wrong.view_change_without_proof,
        "turmoil",
        among("lying view change"),
    ),
    Mutant("said before it is synced", wrong.said_before_synced, "crash"),
)


# --- the hunt -------------------------------------------------------------------------------------


def by_name(name: str) -> Mutant:
    return next(mutant for mutant in MUTANTS if mutant.name == name)


# A wrong variant that no longer fits the code it replaces would be caught for nothing.
BROKEN = re.compile(r"\n(AttributeError|TypeError|NameError|ImportError)")
_INSTALLED: list[str] = []  # what this worker process has become


def _become(mutant: Mutant) -> None:
    """Make this process wrong, once; a worker hunts one mutant in its life."""
    if not _INSTALLED:
        mutant.install()
        _INSTALLED.append(mutant.name)
    assert [mutant.name] == _INSTALLED


def _hunt(task: tuple[str, int]) -> str | None:
    """Run one seed, or the story; return what was found."""
    mutant = by_name(task[0])
    _become(mutant)
    if mutant.story is None:
        plan = replace(draw_plan(task[1], mutant.profile), through_codec=False)
        outcome = run_plan(mutant.change(plan))
        is_broken = BROKEN.search(str(outcome.violation)) is not None
        assert not is_broken, f"the mutant itself is broken: {outcome.violation}"
        return outcome.violation and f"seed {task[1]}: {outcome.violation}"
    try:
        mutant.story()
    except (AssertionError, Violation) as found:
        return f"story: {found}"
    return None


def catch(mutant: Mutant, jobs: int) -> str | None:
    """Return what the first seed that catches the mutant finds; None when none does."""
    seed_count = mutant.seed_count if mutant.story is None else 1
    tasks = [(mutant.name, seed) for seed in range(seed_count)]
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(jobs, seed_count)) as pool:
        for found in pool.imap(_hunt, tasks, chunksize=2):
            if found is not None:
                return found
    return None

"""The first seeded bugs: those that the design of the protocol itself names and counts.

Each was once a draft of the protocol, and broke. They are written in ``wrong.py``.

Source: consensus.md section 10, *Mutants that the tests must catch*, without epochs.
"""

from dataclasses import replace

from tests.simulator import seeded_bugs_stories as told, test_targeted_scenarios as stories, wrong
from tests.simulator.profiles import Plan
from tests.simulator.seeded_bugs_hunt import Bug, among, five


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


FIRST = (
    Bug("canary", wrong.canary, "calm"),
    Bug("quorum of 2f + 1 among five", wrong.quorum_of_two_thirds, change=five),
    Bug("highest certificate not kept", wrong.highest_certificate_not_kept, "turmoil"),
    Bug(
        "highest certificate forgotten on restart",
        wrong.forgotten_on_restart,
        story=stories.test_a_commit_known_to_one_survives_a_power_cut_of_all,
        why="a commit known to one, then a power cut of all",
    ),
    Bug("commit after leaving the view", wrong.commit_after_leaving, "turmoil", with_late_votes),
    Bug("ancestors proposed again one by one", wrong.ancestors_one_by_one, "turmoil"),
    Bug("old label on a new batch", wrong.old_label_accepted, "storm", among("old label")),
    Bug("seal not durable", wrong.seal_not_durable, "crash"),
    Bug("obligations kept to oneself", wrong.obligations_kept_to_oneself, change=selfish),
    Bug("bundles not fetched when named", wrong.names_not_followed, change=selfish),
    Bug(
        "low watermark without execution",
        wrong.low_without_execution,
        change=with_slow_execution,
    ),
    Bug(
        "tip does not follow what was decided",
        wrong.tip_does_not_follow,
        story=lambda: stories.test_a_replica_that_caught_up_inside_a_view_votes_when_another_stops(
            4
        ),
        why="catch-up inside a view, then another one stops",
    ),
    Bug(
        "no help into the same view",
        wrong.no_help_into_the_same_view,
        story=stories.test_a_new_view_lost_to_one_waiting_replica_reaches_it_in_the_same_view,
        why="a status repeats what is lost, so seeds see only a delay",
    ),
    Bug(
        "new view's signature unchecked",
        wrong.new_view_unchecked,
        "storm",
        among("foreign new view"),
    ),
    Bug(
        "certificate of a later view accepted",
        wrong.later_certificate,
        story=stories.test_a_view_is_not_entered_on_a_certificate_that_came_after_it,
        why="a primary that opens a view of the past",
    ),
    Bug(
        "obligations not reset by a view",
        wrong.obligations_not_reset,
        story=told.a_new_primary_gets_its_full_time_after_a_silent_one,
        why="ousting a good primary costs time, no promise",
    ),
    Bug(
        "blamed for a closed window",
        wrong.blamed_for_a_closed_window,
        story=lambda: stories.test_an_executor_slower_than_the_timeout_ousts_no_primary(1),
        why="ousting a good primary costs time, no promise",
    ),
    Bug(
        "clock of obligations stopped without bound",
        wrong.standstill_without_bound,
        story=stories.test_one_replica_as_the_only_bridge_between_two_is_enough,
        why="nobody hears a quorum, for many timeouts",
    ),
    Bug("empty batches accepted", wrong.empty_batches_accepted, change=among("empty batches")),
    Bug("old votes counted as missing", wrong.old_votes_missing, "crash"),
    Bug("view change made again", wrong.view_change_made_again, "turmoil"),
    Bug("proposal without its vote on disk", wrong.proposal_not_durable, "crash"),
    Bug("commit outside the window", wrong.commit_outside_the_window),
    Bug("joins on one message", wrong.joins_on_one, change=among("huge view")),
    Bug(
        "view change without proof",
        wrong.view_change_without_proof,
        "turmoil",
        among("lying view change"),
    ),
    Bug("said before it is synced", wrong.said_before_synced, "crash"),
)

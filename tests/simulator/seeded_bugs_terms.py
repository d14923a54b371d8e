"""Seeded bugs of terms and of patience: whose turn it is, and when it is over.

Thought of from the protocol alone: a child follows the last batch of a term in the same view; the
end of a term opens no view; it is forgotten by a crash; a primary that passes bundles over is
never overdue; a slow one is as good as any; one replica without a link to the primary ousts it;
nobody's word about links counts; everybody gets the short time of a member that was idle.
"""

from consensus import ordering
from consensus.links import Links
from consensus.obligations import Obligations
from consensus.pace import Pace
from consensus.records import TurnRecord
from consensus.state import State
from consensus.turns import Turns
from tests.simulator import (
    seeded_bugs_stories as stories,
    test_targeted_scenarios as targeted,
    test_targeted_scenarios_of_terms as terms,
)
from tests.simulator.seeded_bugs_hunt import Bug
from tests.simulator.seeded_bugs_keeping import lost_from_log
from tests.simulator.wrong import swap


def child_of_a_last_batch() -> None:
    swap(ordering, "is_term_over", lambda _base, _state: False)


def end_of_term_opens_nothing() -> None:
    swap(State, "ends_term", lambda *_: False)


def censorship_never_overdue() -> None:
    swap(Obligations, "_is_censored", lambda *_: False)


def slowness_is_no_fault() -> None:
    swap(Pace, "is_slow", lambda *_: False)


def one_link_down_ousts() -> None:
    def have_lost(self, primary, _hearing, now_ms):
        return primary in self.named(now_ms)

    swap(Links, "have_lost", have_lost)


def links_ignored() -> None:
    swap(Links, "have_lost", lambda *_: False)


def everybody_probed() -> None:
    swap(Turns, "time_for", lambda self, _view, _failed, timeout_ms: min(timeout_ms, 50))


TERMS = (
    Bug("term-final child in its view", child_of_a_last_batch, "turmoil"),
    Bug(
        "end of a term opens nothing",
        end_of_term_opens_nothing,
        story=lambda: terms.test_a_window_larger_than_the_term_serves_everybody_in_turn(2),
        why="the timeout opens the next view later: it costs time",
    ),
    Bug("turn not durable", lambda: lost_from_log(TurnRecord), "crash"),
    Bug(
        "censorship never overdue",
        censorship_never_overdue,
        story=stories.a_censored_bundle_ends_the_reign_of_who_censors,
        why="the term ends the harm later: it costs time",
    ),
    Bug(
        "slow primary as good as any",
        slowness_is_no_fault,
        story=stories.a_slow_primary_is_left,
        why="slowness breaks no promise: it costs time",
    ),
    Bug(
        "one link down ousts",
        one_link_down_ousts,
        story=stories.one_link_to_the_primary_that_is_down_ousts_nobody,
        why="ousting a good primary costs time, no promise",
    ),
    Bug(
        "links that are down ignored",
        links_ignored,
        story=stories.a_primary_that_nobody_reaches_is_left_at_once,
        why="the timeout ousts the same primary later: it costs time",
    ),
    Bug(
        "everybody gets the short time",
        everybody_probed,
        story=targeted.test_a_new_primary_gets_its_full_time,
        why="ousting a good primary costs time, no promise",
    ),
)

"""Seeded bugs of duties: obligations, repetition, fetching, catching up.

Thought of from the protocol alone: a primary is never overdue; being passed over is never overdue;
whatever is decided counts as progress; what catch-up brought is still owed; a replica that hears
nobody blames the primary; a status is said once; proposals, votes or proofs that were lost are
not said again; what is missing is never fetched; a hint to catch up
is not followed; a proposal that lies above the window is
forgotten instead of kept; a bundle in a batch of a view that ended is owed no more.
"""

from dataclasses import replace

from consensus.fetching import Fetching
from consensus.hearing import Hearing
from consensus.obligations import Obligations
from consensus.repeating import Repeating, Shown
from consensus.replica import Replica
from consensus.step import EMPTY
from tests.simulator import seeded_bugs_stories as stories, test_targeted_scenarios as targeted
from tests.simulator.host import Host
from tests.simulator.seeded_bugs_hunt import Bug
from tests.simulator.wrong import swap


def never_overdue() -> None:
    swap(Obligations, "complaint", lambda *_: None)


def caught_up_and_still_owed() -> None:
    def adopt(self, *arguments):
        right_decided = Obligations.on_decided
        Obligations.on_decided = lambda *_: None
        try:
            return right(self, *arguments)
        finally:
            Obligations.on_decided = right_decided

    right = swap(Replica, "adopt", adopt)


def blamed_by_the_deaf() -> None:
    """A replica that hears nobody blames the primary."""
    swap(Hearing, "is_connected", lambda *_: True)


def proposals_said_once() -> None:
    swap(Repeating, "_proposals", lambda *_: ())


def votes_said_once() -> None:
    swap(Repeating, "_votes", lambda *_: ())


def proofs_said_once() -> None:
    swap(Repeating, "_proofs", lambda *_: Shown())
    swap(Repeating, "_questions", lambda *_: ())


def help_with_views_said_once() -> None:
    swap(Repeating, "_view", lambda *_: ())
    swap(Fetching, "ask_for_view", lambda *_: EMPTY)


def status_said_once() -> None:
    def say_status(self, now):
        if self.__dict__.setdefault("said", 0) >= 2:
            self._course.status_due_ms = now.monotonic_ms + 10**9
            return EMPTY
        self.said += 1
        return right(self, now)

    right = swap(Replica, "_say_status", say_status)


def missing_batches_not_fetched() -> None:
    swap(Fetching, "need", lambda *_: EMPTY)


def hints_not_followed() -> None:
    swap(Host, "_ask_blocks", lambda *_: None)


def early_proposals_forgotten() -> None:
    """A proposal for a view that is not open here yet is thrown away."""

    def on_pre_prepare(self, message, now):
        reign = self._state.reign
        is_early = message.view > reign.view or not reign.active
        return EMPTY if is_early else right(self, message, now)

    from consensus.ordering import Ordering

    right = swap(Ordering, "on_pre_prepare", on_pre_prepare)
    swap(Repeating, "_proposals", lambda *_: ())


def seals_not_passed_on() -> None:
    """Who missed checkpoints waits for them; seals are for light clients."""

    def proofs(self, status, now):
        return replace(right(self, status, now), seal=None)

    right = swap(Repeating, "_proofs", proofs)


def restarted_owes_nothing() -> None:
    """What waits in the pool is not told to the replica that comes back."""

    def feed(self, call, *arguments):
        is_pool = call == "owe" and len(self.memory.inbox) <= 1 and self.boot_count > 1
        if not is_pool:
            right(self, call, *arguments)

    right = swap(Host, "feed", feed)


DUTIES = (
    Bug("primary never overdue", never_overdue),
    Bug(
        "caught up and still owed",
        caught_up_and_still_owed,
        story=stories.what_catch_up_brought_is_owed_no_more,
        why="ousting a good primary costs time, no promise",
    ),
    Bug(
        "blamed by who hears nobody",
        blamed_by_the_deaf,
        story=stories.who_hears_nobody_blames_nobody,
        why="ousting a good primary costs time, no promise",
    ),
    Bug(
        "proposals said once",
        proposals_said_once,
        story=stories.a_lost_proposal_is_said_again,
        why="the next view proposes it again: it costs time",
    ),
    Bug(
        "votes said once",
        votes_said_once,
        story=stories.lost_votes_are_said_again,
        why="the next view votes again: it costs time",
    ),
    Bug("proofs said once", proofs_said_once, "turmoil"),
    Bug(
        "new view said once",
        help_with_views_said_once,
        story=targeted.test_a_new_view_lost_to_one_waiting_replica_reaches_it_in_the_same_view,
        why="the next view brings all together again: it costs time",
    ),
    Bug("status said twice and no more", status_said_once),
    Bug("missing batches not fetched", missing_batches_not_fetched, "turmoil"),
    Bug("hints to catch up not followed", hints_not_followed, "partition"),
    Bug("early proposals forgotten", early_proposals_forgotten, "turmoil"),
    Bug("seals not passed on", seals_not_passed_on, "turmoil"),
    Bug("restarted replica owes nothing", restarted_owes_nothing, "crash"),
)

"""Seeded bugs of views: leaving, joining, opening, entering, waiting.

Thought of from the protocol alone: the anchor is any certificate instead of the highest; ranks are
compared by sequence first; a new view may rest on too few claims, on claims whose signatures
nobody checked, on claims for another view, or leave out the highest; Prepares for a view that was
left; commits that come while waiting, or of another view, are thrown away; the timer runs without
a quorum of view changes, so that who is alone races away; it never runs; the back-off starts anew
with every view, never ends, or does not exist; who waits for a view never says again that it does;
a proof of equivocation ousts nobody; the primary does not repeat the anchor; the anchor is
proposed with a new label; a restarted primary opens its view twice.
"""

from consensus import view_change
from consensus.certificates import CertificateBook
from consensus.errors import InvalidCertificate
from consensus.ids import Rank
from consensus.messages import Commit, VoteKind
from consensus.ordering import Ordering
from consensus.receiving import Receiving
from consensus.repeating import Repeating
from consensus.replica import Replica
from consensus.step import EMPTY
from consensus.view_change import ViewChanges
from tests.simulator import seeded_bugs_stories as stories
from tests.simulator.seeded_bugs_hunt import Bug, among
from tests.simulator.wrong import swap


def anchor_not_the_highest() -> None:
    """Any certificate that bears out one of the claims will do, and the lowest is found first."""

    def lowest(values, *, key):
        return min(values, key=key)

    def verify_new_view(self, new_view):
        for claim in new_view.claims:
            self._verify_claim(claim, new_view)
        if new_view.certificate is not None:
            self.verify(new_view.certificate)

    view_change.max = lowest
    swap(CertificateBook, "verify_new_view", verify_new_view)


def highest_claim_left_out() -> None:
    """A new view needs a certificate that holds; nobody compares it with the claims."""

    def verify_anchor(self, _highest, certificate):
        if certificate is not None:
            self.verify(certificate)

    swap(CertificateBook, "_verify_anchor", verify_anchor)


def rank_by_sequence_first() -> None:
    def by_sequence(rank):
        return (rank[1], rank[0])

    swap(Rank, "__lt__", lambda one, other: by_sequence(one) < by_sequence(other))
    swap(Rank, "__le__", lambda one, other: by_sequence(one) <= by_sequence(other))
    swap(Rank, "__gt__", lambda one, other: by_sequence(one) > by_sequence(other))
    swap(Rank, "__ge__", lambda one, other: by_sequence(one) >= by_sequence(other))


def too_few_claims() -> None:
    """A new view is believed on whatever claims it has."""

    def verify_new_view(self, new_view):
        for claim in new_view.claims:
            self._verify_claim(claim, new_view)
        highest = max(new_view.claims, key=lambda claim: claim.rank)
        self._verify_anchor(highest, new_view.certificate)

    swap(CertificateBook, "verify_new_view", verify_new_view)


def doubled_claims() -> None:
    """Claims are counted, not claimants."""

    def verify_new_view(self, new_view):
        if len(new_view.claims) < self._membership.quorum:
            raise InvalidCertificate("too few")
        for claim in new_view.claims:
            self._verify_claim(claim, new_view)
        highest = max(new_view.claims, key=lambda claim: claim.rank)
        self._verify_anchor(highest, new_view.certificate)

    swap(CertificateBook, "verify_new_view", verify_new_view)


def claims_of_any_view() -> None:
    def verify_claim(self, claim, _new_view):
        self.verify_claim(claim)

    swap(CertificateBook, "_verify_claim", verify_claim)


def claims_unsigned() -> None:
    swap(CertificateBook, "verify_claim", lambda _self, _claim: None)


def commits_of_other_views_dropped() -> None:
    """Votes are counted in the present view only, while it is active."""

    def on_vote(self, vote, now):
        reign = self._state.reign
        is_other = not reign.active or vote.view != reign.view
        return EMPTY if isinstance(vote, Commit) and is_other else right(self, vote, now)

    right = swap(Ordering, "on_vote", on_vote)


def certificates_while_waiting_dropped() -> None:
    def on_certificate(self, reply, now):
        return right(self, reply, now) if self._state.reign.active else EMPTY

    right = swap(Receiving, "_on_certificate", on_certificate)


def timer_without_quorum() -> None:
    def follow(self, now):
        step = right(self, now)
        if not self._state.reign.active and self.deadline_ms is None:
            self.deadline_ms = now.monotonic_ms + self.timeout_ms
        return step

    right = swap(ViewChanges, "_follow", follow)


def waits_for_ever() -> None:
    """Nobody gives up a view that does not come."""
    swap(ViewChanges, "on_deadline", lambda _self, _now: EMPTY)


def backoff_reset_on_entering() -> None:
    def enter(self, *arguments):
        right(self, *arguments)
        self._back_off(0)

    right = swap(ViewChanges, "_enter", enter)


def no_backoff() -> None:
    swap(view_change, "backed_off", lambda base_ms, _failed_views: base_ms)


def backoff_without_bound() -> None:
    def backed_off(base_ms, failed_views):
        return base_ms * 3**failed_views // 2**failed_views

    swap(view_change, "backed_off", backed_off)


def never_joins() -> None:
    swap(ViewChanges, "_join", lambda _self, _now: EMPTY)


def view_change_said_once() -> None:
    def view(self, status, now):
        return right(self, status, now) if self._state.reign.active else ()

    right = swap(Repeating, "_view", view)


def equivocation_ousts_nobody() -> None:
    swap(Replica, "_expose", lambda _self, _faults, _now: EMPTY)


def anchor_not_repeated() -> None:
    """A new primary takes the anchor for committed and goes on above it."""
    swap(Ordering, "_anchor_to_repeat", lambda _self: None)


def prepares_after_leaving() -> None:
    """Who waits for a view still votes for what comes from the one it left."""

    def leave(self, change, since_ms):
        left = self.view
        right_leave(self, change, since_ms)
        left_at[id(self)] = left

    def on_pre_prepare(self, message, now):
        reign = self._state.reign
        step = right_on(self, message, now)
        if not reign.active and message.view == left_at.get(id(reign)):
            guard, ref = self._state.guard, message.batch.ref
            is_new = guard.stored(VoteKind.PREPARE, message.view, ref.sequence) is None
            if is_new and guard.may_sign() and ref.sequence > self._state.marks.low:
                from consensus.step import Send, Step

                self._state.chain.record(message.batch)
                vote = guard._sign_vote(VoteKind.PREPARE, message.view, ref)
                step += Step(sends=(Send(vote),))
        return step

    from consensus.reign import Reign

    left_at = {}
    right_leave = swap(Reign, "leave", leave)
    right_on = swap(Ordering, "on_pre_prepare", on_pre_prepare)


def opens_with_too_few() -> None:
    """A new primary does not wait for a quorum; its new view says so."""

    def open_view(self, now):
        membership = self._state.membership
        quorum = membership.quorum
        object.__setattr__(membership, "quorum", membership.weak_quorum)
        try:
            return right(self, now)
        finally:
            object.__setattr__(membership, "quorum", quorum)

    right = swap(ViewChanges, "_open", open_view)


VIEWS = (
    Bug("anchor not the highest", anchor_not_the_highest, "turmoil"),
    Bug(
        "highest claim left out of a new view",
        highest_claim_left_out,
        "turmoil",
        among("lying new view"),
    ),
    Bug(
        "rank compared by sequence first",
        rank_by_sequence_first,
        story=stories.a_later_view_counts_more_than_a_longer_chain,
        why="a longer chain prepared by one alone in an earlier view",
    ),
    Bug("new view with too few claims", too_few_claims, "turmoil", among("lying new view")),
    Bug("claims counted, not claimants", doubled_claims, "turmoil", among("lying new view")),
    Bug("claims of any view", claims_of_any_view, "turmoil", among("false claims")),
    Bug("claims unsigned", claims_unsigned, "turmoil", among("false claims")),
    Bug(
        "commits of other views dropped",
        commits_of_other_views_dropped,
        story=stories.who_waits_for_a_view_commits_by_the_votes_of_others,
        why="certificates and blocks bring the same later: it costs time",
    ),
    Bug(
        "certificates dropped while waiting",
        certificates_while_waiting_dropped,
        story=stories.who_waits_for_a_view_commits_by_a_certificate,
        why="votes and blocks bring the same later: it costs time",
    ),
    Bug("timer starts without a quorum of view changes", timer_without_quorum, "partition"),
    Bug("waits for a view for ever", waits_for_ever),
    Bug(
        "back-off reset on entering a view",
        backoff_reset_on_entering,
        story=stories.a_network_slower_than_the_timeout_gets_more_time,
        why="a network slower than the timeout for good",
    ),
    Bug(
        "no back-off",
        no_backoff,
        story=stories.a_network_slower_than_the_timeout_gets_more_time,
        why="a network slower than the timeout for good",
    ),
    Bug(
        "back-off without bound",
        backoff_without_bound,
        story=stories.a_minute_and_a_half_of_failing_views_heal_in_seconds,
        why="minutes of failing views",
    ),
    Bug("never joins", never_joins, "turmoil"),
    Bug(
        "view change said once",
        view_change_said_once,
        story=stories.a_view_change_lost_once_is_said_again,
        why="the next view change makes good for it: it costs time",
    ),
    Bug(
        "equivocation ousts nobody",
        equivocation_ousts_nobody,
        story=stories.a_proven_equivocation_needs_no_timeout,
        why="the timeout ousts the same primary later: it costs time",
    ),
    Bug("anchor not repeated", anchor_not_repeated, "turmoil"),
    Bug("prepare after leaving the view", prepares_after_leaving, "turmoil"),
    Bug("new view opened with too few", opens_with_too_few, "turmoil"),
)

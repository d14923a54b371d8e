"""Leaving a view, joining others who leave, opening and entering a new one.

Rules of this file: a new view carries one certificate, the highest of a quorum; its batch is the
anchor and brings its ancestors along. Ancestors are never proposed again one by one: that would
give an ancestor a higher rank than a committed descendant. It is the only writer of the view.

Source: consensus.md section 4; Castro & Liskov 1999, section 4.4.
"""

from consensus.errors import InvalidCertificate
from consensus.faults import Fault, FaultKind
from consensus.ids import BatchRef, ReplicaId, View
from consensus.messages import Certificate, Claim, NewView, ViewChange
from consensus.records import EnterRecord, LeaveRecord, TurnRecord
from consensus.state import State
from consensus.step import EMPTY, Halt, Send, Step
from consensus.timers import Now, backed_off


class ViewChanges:
    """What others want, and the timer of the view that this replica waits for.

    Attributes:
        deadline_ms: when the awaited view is given up, monotonic; None while not enough want it.
        failed_views: views in a row without a commit; decides the back-off.
        timeout_ms: what a primary gets now.
        left_count: views left before their term was over, since the start of the process.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._latest: dict[ReplicaId, ViewChange] = {}
        self._is_borne_out: dict[ReplicaId, bool] = {}  # of the latest, where that was looked at
        self._refused: dict[ReplicaId, View] = {}  # newest view whose NewView did not hold
        self.deadline_ms: int | None = None
        self.failed_views = 0
        self.left_count = 0
        self.timeout_ms = state.membership.limits.request_timeout_ms

    def on_commit(self) -> None:
        """Note that something was decided: the network works, the back-off starts anew."""
        self._back_off(0)

    def _back_off(self, failed_views: int) -> None:
        self.failed_views = failed_views
        base_ms = self._state.membership.limits.request_timeout_ms
        self.timeout_ms = backed_off(base_ms, failed_views)

    def on_deadline(self, now: Now) -> Step:
        """Give up the awaited view when its time is over."""
        if self.deadline_ms is None or now.monotonic_ms < self.deadline_ms:
            return EMPTY
        return self.leave_for(View(self._state.reign.view + 1), now)

    def leave_for(self, view: View, now: Now) -> Step:
        """Leave the present view: no Prepare and no Commit below the new one, ever again.

        Not for a view in which something is prepared already: no proof from there could be shown
        on the way to it. Those who prepared it bring its new view, or the way to a later one.
        """
        state = self._state
        if view <= state.proofs.rank.view:
            return EMPTY
        claim = state.guard.claim(view, state.proofs.rank, state.proofs.ref.digest)
        if claim is None:
            return EMPTY
        view_change = ViewChange(claim, state.proofs.highest)
        state.journal.write(LeaveRecord(view_change))
        state.reign.leave(view_change, now.monotonic_ms)
        self.left_count += 1
        self._back_off(self.failed_views + 1)
        self.deadline_ms = None
        self._store(view_change)
        self._is_borne_out[claim.replica] = True
        return Step(sends=(Send(view_change),)) + self._follow(now)

    def on_view_change(self, view_change: ViewChange, now: Now) -> Step:
        """Take in that another replica leaves; join when one of those is surely correct."""
        claim = view_change.claim
        assert claim.epoch == self._state.membership.epoch
        earlier = self._latest.get(claim.replica)
        if earlier is not None and earlier.claim.new_view >= claim.new_view:
            step = self._repeated(earlier, view_change)
        else:
            self._store(view_change)
            step = EMPTY
        return step + self._join(now) + self._follow(now)

    def _store(self, view_change: ViewChange) -> None:
        self._latest[view_change.claim.replica] = view_change
        self._is_borne_out.pop(view_change.claim.replica, None)

    def _repeated(self, earlier: ViewChange, view_change: ViewChange) -> Step:
        """Look at a second one of the same sender that is not for a higher view."""
        claim = view_change.claim
        if earlier.claim.new_view > claim.new_view:
            return EMPTY
        if (earlier.claim.rank, earlier.claim.digest) != (claim.rank, claim.digest):
            return EMPTY  # the first one stays counted
        is_false = self._is_borne_out.get(claim.replica) is False
        is_bare = claim.replica not in self._is_borne_out and earlier.certificate is None
        if is_false or is_bare:
            self._store(view_change)  # the certificate of the first copy did not hold, or lacked
        return EMPTY

    def is_news(self, claim: Claim) -> bool:
        """Say whether this claim, shown by somebody, is for a higher view than the last known."""
        known = self._latest.get(claim.replica)
        return known is None or known.claim.new_view < claim.new_view

    def _join(self, now: Now) -> Step:
        """Go where one correct replica surely goes.

        The ``weak_quorum``-th largest wanted view is wanted, or exceeded, by at least one correct
        replica; one liar with a huge view moves nobody.
        """
        wanted = sorted((vc.claim.new_view for vc in self._latest.values()), reverse=True)
        weak_quorum = self._state.membership.weak_quorum
        if len(wanted) < weak_quorum or wanted[weak_quorum - 1] <= self._state.reign.view:
            return EMPTY
        return self.leave_for(wanted[weak_quorum - 1], now)

    def _follow(self, now: Now) -> Step:
        """While waiting: start the timer when a quorum waits too; open the view when it is ours."""
        state = self._state
        if state.reign.active:
            return EMPTY
        view = state.reign.view
        waiting = sum(vc.claim.new_view >= view for vc in self._latest.values())
        if self.deadline_ms is None and waiting >= state.membership.quorum:
            granted_ms = state.turns.time_for(view, self.failed_views, self.timeout_ms)
            self.deadline_ms = now.monotonic_ms + granted_ms
        return self._open(now) if state.is_primary() else EMPTY

    def _open(self, now: Now) -> Step:
        """As the primary of the awaited view, open it once a quorum wants exactly it."""
        state = self._state
        view = state.reign.view
        wanting = [vc for vc in self._latest.values() if vc.claim.new_view == view]
        if len(wanting) < state.membership.quorum:
            return EMPTY
        usable = [vc for vc in wanting if self._bears_out(vc)]
        if len(usable) < state.membership.quorum:
            return EMPTY
        chosen = choose(usable, state.membership.quorum)
        certificate = max(chosen, key=lambda vc: vc.claim.rank).certificate
        claims = tuple(vc.claim for vc in sorted(chosen, key=lambda vc: vc.claim.replica))
        new_view = state.guard.new_view(claims, certificate)
        if new_view is None:
            return EMPTY
        self._enter(new_view, now)
        return Step(sends=(Send(new_view),))

    def _bears_out(self, view_change: ViewChange) -> bool:
        """Check the certificate of a view change, once.

        Nobody is blamed: the signature covers the claim alone, and whoever passed the message on
        may have spoilt the certificate.
        """
        replica = view_change.claim.replica
        if replica not in self._is_borne_out:
            try:
                self._state.book.verify_view_change(view_change)
            except InvalidCertificate:
                self._is_borne_out[replica] = False
            else:
                self._is_borne_out[replica] = True
        return self._is_borne_out[replica]

    def on_new_view(self, new_view: NewView, now: Now) -> Step:
        """Enter a view that its primary has opened, if everything in it holds."""
        state = self._state
        reign = state.reign
        assert new_view.epoch == state.membership.epoch
        if not reign.can_enter(new_view.view):
            return EMPTY
        primary = state.membership.primary_of(new_view.view)
        if self._refused.get(primary) == new_view.view:
            return EMPTY
        try:
            state.book.verify_new_view(new_view)
        except InvalidCertificate:
            self._refused[primary] = new_view.view
            return Step(faults=(Fault(primary, FaultKind.INVALID_NEW_VIEW),))
        self._enter(new_view, now)
        return EMPTY

    def _enter(self, new_view: NewView, now: Now) -> None:
        state = self._state
        certificate = new_view.certificate
        anchor = state.membership.root
        if certificate is not None:
            anchor = BatchRef(certificate.sequence, certificate.digest)
            state.proofs.prepared(certificate)
        state.journal.write(EnterRecord(new_view))
        state.reign.enter(new_view, anchor, now.monotonic_ms)
        self.deadline_ms = None

    def on_term_over(self, certificate: Certificate, now: Now) -> Step:
        """Enter the view after that of a commit certificate whose batch ends a term.

        The certificate has been verified, and the view is not open here. Nothing above the batch
        can be certified in its view, so a NewView for the next one has the same anchor.
        """
        state = self._state
        assert state.ends_term(certificate.view, certificate.sequence)
        known = state.chain.decided_at(certificate.sequence)
        if known is not None and known != certificate.ref:
            return Step(halt=_contradiction(known, certificate))
        state.journal.write(TurnRecord(certificate))
        state.reign.enter(certificate, certificate.ref, now.monotonic_ms)
        self.deadline_ms = None
        return EMPTY

    def claims(self) -> tuple[Claim, ...]:
        """Return the newest claim seen of each replica, in replica order.

        Those in the proof of the present view outlive a restart, unlike what was heard.
        """
        entry = self._state.reign.entry
        newest = {c.replica: c for c in entry.claims} if isinstance(entry, NewView) else {}
        for replica, heard in self._latest.items():
            known = newest.get(replica)
            if known is None or known.new_view <= heard.claim.new_view:
                newest[replica] = heard.claim
        return tuple(newest[replica] for replica in sorted(newest))

    def remember(self, view_change: ViewChange) -> None:
        """Count the own view change of an earlier life."""
        self._store(view_change)
        self._is_borne_out[view_change.claim.replica] = True


def _contradiction(decided: BatchRef, certificate: Certificate) -> Halt:
    reason = "a quorum committed another last batch of a term than the one decided here"
    return Halt(decided.sequence, decided.digest, certificate.digest, reason)


def choose(view_changes: list[ViewChange], quorum: int) -> list[ViewChange]:
    """Pick a quorum with the highest ranks; any quorum is safe, this one loses least."""
    assert len(view_changes) >= quorum
    by_rank = sorted(view_changes, key=lambda vc: (vc.claim.rank, vc.claim.replica), reverse=True)
    return by_rank[:quorum]

"""Replicas show each other their newest votes, so that one that has forgotten some finds out.

Rules of this file: what is missing in the own log and shown with the own signature is amnesia;
nothing else is. A forgotten view change alone can undo a commit, so such a key never votes again.

Source: consensus.md section 6, *Amnesia*.
"""

from consensus.ids import FIRST_VIEW, BatchRef, ReplicaId, View
from consensus.messages import (
    Certificate,
    Claim,
    Commit,
    NewView,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
    VoteKind,
)
from consensus.records import AmnesiaRecord, StartedRecord
from consensus.signing import SignedPart, Verifier, claim_part, vote_part
from consensus.state import State


class Witness:
    """The newest vote of each other replica, and the test of the own memory."""

    def __init__(self, state: State, verifier: Verifier) -> None:
        self._state = state
        self._verifier = verifier
        self._newest: dict[ReplicaId, Prepare | Commit] = {}
        started = state.guard.started
        # A log that never came so far may be a second one: what it learnt of others covers nothing.
        # One that did may be an old copy, so what it learnt since it was opened covers nothing.
        if not state.guard.was_armed:
            self._log_low, self._log_view = state.membership.root_sequence, FIRST_VIEW
        elif started is not None:
            self._log_low, self._log_view = started.low_watermark, started.view
        else:
            self._log_low, self._log_view = state.marks.low, state.reign.view

    def note_start(self) -> None:
        """Write down what the log vouches for, unless an earlier start did and never voted."""
        guard = self._state.guard
        may_vote = self._state.self_id is not None and not guard.amnesia
        if may_vote and guard.was_armed and guard.started is None:
            epoch = self._state.membership.epoch
            guard.started = StartedRecord(epoch, self._log_view, self._log_low)
            self._state.journal.write(guard.started)

    def on_vote(self, vote: Prepare | Commit) -> None:
        """Remember a vote whose signature holds, if it is the newest of its sender."""
        if vote.epoch != self._state.membership.epoch:
            return
        known = self._newest.get(vote.replica)
        place = (vote.view, vote.sequence, vote.kind)
        if known is None or (known.view, known.sequence, known.kind) < place:
            self._newest[vote.replica] = vote

    def on_certificate(self, certificate: Certificate) -> None:
        """Remember the votes in a certificate that the own log has kept: they outlive a restart."""
        kind = Prepare if certificate.kind is VoteKind.PREPARE else Commit
        place = (certificate.epoch, certificate.view, certificate.sequence, certificate.digest)
        for replica, signature in certificate.signatures:
            self.on_vote(kind(replica, *place, signature))

    def newest(self) -> tuple[Prepare | Commit, ...]:
        """Return the newest vote of each, in replica order."""
        return tuple(self._newest[replica] for replica in sorted(self._newest))

    def on_status(self, status: Status) -> None:
        """Look at what another replica has seen of this one."""
        for vote in status.votes:
            if vote.replica == self._state.self_id and self._is_missing(vote):
                self._forgot_if_signed(vote_part(vote, self._state.membership))
        for claim in status.claims:
            if claim.replica == self._state.self_id and self._is_forgotten(claim):
                self._forgot_if_signed(claim_part(claim, self._state.membership))

    def _forgot_if_signed(self, part: SignedPart) -> None:
        if self._verifier.verify(*part):
            self.forgot()

    def on_own(self, message: PrePrepare | Prepare | Commit | ViewChange | NewView) -> None:
        """Look at a message with the own signature, which holds, that came from somebody else."""
        if self._is_news(message):
            self.forgot()

    def _is_news(self, message: PrePrepare | Prepare | Commit | ViewChange | NewView) -> bool:
        match message:
            case PrePrepare():
                return self._is_unknown(VoteKind.PREPARE, message.view, message.batch.ref)
            case Prepare() | Commit():
                return self._is_missing(message)
            case ViewChange(claim):
                return self._is_forgotten(claim)
            case _:
                return message.view > self._own_view()

    def _is_missing(self, vote: Prepare | Commit) -> bool:
        ref = BatchRef(vote.sequence, vote.digest)
        return vote.epoch == self._state.membership.epoch and self._is_unknown(
            vote.kind, vote.view, ref
        )

    def _is_unknown(self, kind: VoteKind, view: View, ref: BatchRef) -> bool:
        """Say whether the guard does not hold a vote that it would hold.

        Before this replica votes at all, the watermark of its log counts: what catch-up brings
        meanwhile must not cover what was forgotten.
        """
        guard = self._state.guard
        low = self._state.marks.low if guard.armed else self._log_low
        return ref.sequence > low and guard.stored(kind, view, ref.sequence) != ref.digest

    def _is_forgotten(self, claim: Claim) -> bool:
        state = self._state
        return claim.epoch == state.membership.epoch and claim.new_view > self._own_view()

    def _own_view(self) -> View:
        """Return the view above which this replica has promised nothing.

        Before it votes at all, the one of its log: a new view that arrives meanwhile must not
        cover a view change that was forgotten.
        """
        state = self._state
        return state.reign.view if state.guard.armed else self._log_view

    def forgot(self) -> None:
        """Never vote again with this key, also after a restart."""
        guard = self._state.guard
        if not guard.amnesia:
            guard.amnesia = True
            self._state.journal.write(AmnesiaRecord(self._state.membership.epoch))

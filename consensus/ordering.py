"""The normal case: propose, prepare, commit, decide.

Rules of this file: every input ends in ``advance``, which takes all transitions that are open, in
a loop: the own vote may be the last one needed, commits may have come first. Nothing is voted for
but by the guard.

Source: consensus.md section 3; Castro & Liskov 1999, section 4.2.
"""

from consensus.admission import (
    Place,
    are_orderable,
    base_of,
    is_term_over,
    is_well_formed,
    place_of,
    repeats_anchor,
)
from consensus.deciding import Deciding
from consensus.errors import UsageError
from consensus.faults import Fault, FaultKind
from consensus.ids import Digest, SequenceNumber
from consensus.message_log import Received, Slot
from consensus.messages import (
    Batch,
    Certificate,
    Commit,
    Prepare,
    PrePrepare,
    VoteKind,
)
from consensus.state import State
from consensus.step import EMPTY, BatchVerdict, CatchUpHint, Proposal, Send, Step
from consensus.timers import Now
from consensus.verdicts import Verdicts
from consensus.votes import VoteOutcome


class Ordering:
    """Brings batches from proposal to decision.

    Attributes:
        deciding: what is committed but not yet handed out.
        verdicts: what the host said about batches.
        ripe_at_ms: when a proposal from the future may be voted for, monotonic; None without one.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.deciding = Deciding(state)
        self.verdicts = Verdicts()
        self.ripe_at_ms: int | None = None

    def on_pre_prepare(self, pre_prepare: PrePrepare, now: Now) -> Step:
        """Count the primary's prepare and keep its proposal."""
        state = self._state
        batch = pre_prepare.batch
        assert batch.epoch == state.membership.epoch
        if pre_prepare.view < state.reign.view:
            return EMPTY
        sender = state.membership.primary_of(pre_prepare.view)
        if place_of(batch.sequence, state) is Place.BEYOND:
            return Step(fetches=(CatchUpHint(batch.sequence, sender),))
        if not state.log.has_room_for(batch.sequence):
            return EMPTY
        step = self._count(pre_prepare.prepare(sender))
        slot = state.log.slot(batch.sequence)
        counted = slot.prepares.of(sender, pre_prepare.view)
        if counted is not None and counted.digest == batch.digest:
            slot.keep(Received(pre_prepare, now.monotonic_ms), state.reign.view)
        return step + self.advance(now)

    def on_vote(self, vote: Prepare | Commit, now: Now) -> Step:
        """Count a Prepare or Commit of any view."""
        state = self._state
        assert vote.epoch == state.membership.epoch
        if not state.log.has_room_for(vote.sequence):
            return EMPTY
        if vote.kind is VoteKind.COMMIT and not self._is_wanted(vote):
            return EMPTY
        step = self._count(vote)
        slot = state.log.find(vote.sequence)
        assert slot is not None, "it was counted there"
        votes = slot.votes(vote.kind)
        if votes.count(vote.view, vote.digest) < state.membership.quorum:
            return step  # one vote more, and nothing that it opens
        return step + self.advance(now)

    def _is_wanted(self, commit: Prepare | Commit) -> bool:
        """Say whether a commit can decide anything, or open a view."""
        state = self._state
        is_above = commit.sequence > state.chain.decided.sequence
        return is_above or state.ends_term(commit.view, commit.sequence)

    def _count(self, vote: Prepare | Commit) -> Step:
        """Add a vote to its slot; bind the certificate when it completes a quorum."""
        state = self._state
        slot = state.log.slot(vote.sequence)
        votes = slot.votes(vote.kind)
        if votes.add(vote, state.reign.view) is VoteOutcome.ADDED:
            self._bind(slot, vote)
        return EMPTY

    def _bind(self, slot: Slot, vote: Prepare | Commit) -> None:
        votes = slot.votes(vote.kind)
        if votes.count(vote.view, vote.digest) < self._state.membership.quorum:
            return
        known = slot.certificate
        is_prepare = vote.kind is VoteKind.PREPARE
        if is_prepare and known is not None and known.view >= vote.view:
            return
        certificate = votes.certificate(vote.view, vote.digest)
        self._state.book.note(certificate)
        self.on_proven(certificate)

    def on_proven(self, certificate: Certificate) -> None:
        """Take in a certificate that holds; the caller then calls ``advance``."""
        if certificate.kind is VoteKind.COMMIT:
            self.deciding.on_committed(certificate)
            return
        self._state.proofs.prepared(certificate)
        if self._state.log.has_room_for(certificate.sequence):
            self._state.log.slot(certificate.sequence).prepared(certificate)

    def can_propose(self) -> bool:
        """Say whether the primary of this view may propose a new batch now."""
        state = self._state
        if not state.reign.active or not state.is_primary() or not state.guard.may_sign():
            return False
        base = base_of(state)
        return (
            self._anchor_to_repeat() is None
            and base.sequence < state.marks.high
            and not is_term_over(base, state)
            and state.chain.timestamp_ms(base) is not None
        )

    def propose(self, proposal: Proposal, now: Now) -> Step:
        """Propose the next batch of the chain.

        Raises:
            UsageError: it is not this replica's turn, or no batch can hold these bundles.
        """
        state = self._state
        if not self.can_propose():
            raise UsageError("propose: not without can_propose()")
        if not are_orderable(proposal.bundle_digests, state.membership.limits):
            raise UsageError("propose: a batch holds some bundles, not too many, each once")
        base = base_of(state)
        parent_ms = state.chain.timestamp_ms(base)
        assert parent_ms is not None
        batch = Batch(
            epoch=state.membership.epoch,
            sequence=SequenceNumber(base.sequence + 1),
            parent_digest=base.digest,
            proposed_in_view=state.reign.view,
            proposer=state.membership.primary_of(state.reign.view),
            timestamp_ms=max(proposal.timestamp_ms, parent_ms + 1),
            bundle_digests=proposal.bundle_digests,
        )
        self.verdicts.trust(batch)
        step = self._say_pre_prepare(batch, now)
        assert step.sends, "nothing was ever voted for above the base of this view"
        return step + self.advance(now)

    def on_batch_checked(self, digest: Digest, verdict: BatchVerdict, now: Now) -> Step:
        """Take in what the host found in the contents of a batch."""
        batch = self.verdicts.answer(digest, verdict)
        if batch is None:
            return EMPTY
        step = EMPTY
        if verdict is BatchVerdict.INVALID:
            step = Step(faults=(Fault(batch.proposer, FaultKind.INVALID_BATCH),))
        return step + self.advance(now)

    def advance(self, now: Now) -> Step:
        """Take every transition that is open, up to a contradiction, which stays."""
        step = self._ask_for_verdicts()
        while step.halt is None and (part := self._take_one(now)) is not EMPTY:
            step += part
        return step

    def _take_one(self, now: Now) -> Step:
        step = self._repeat_anchor(now)
        for part in (self._accept_next(now), self._commit_prepared(), self.deciding.advance()):
            if part is not EMPTY:
                step += part
        return step

    def _anchor_to_repeat(self) -> Batch | None:
        """Return the anchor where its primary must propose it again before anything new.

        It was prepared in an earlier view and is not known to be committed: neither decided here,
        nor by the certificate that opened the view.
        """
        state = self._state
        anchor = state.reign.anchor
        if isinstance(state.reign.entry, Certificate):
            return None
        if state.reign.tip is not None or anchor.sequence <= state.chain.decided.sequence:
            return None
        batch = state.chain.get(anchor.digest)
        return batch if batch is not None and batch.ref == anchor else None

    def _repeat_anchor(self, now: Now) -> Step:
        state = self._state
        batch = self._anchor_to_repeat()
        if batch is None or not state.is_primary() or not self._may_vote_for(batch.sequence):
            return EMPTY
        if not self.verdicts.is_known(batch):
            self.verdicts.ask(batch)
            return Step(checks=(batch,))
        if not self.verdicts.is_valid(batch):
            return EMPTY
        return self._say_pre_prepare(batch, now)

    def _may_vote_for(self, sequence: SequenceNumber) -> bool:
        state = self._state
        return state.reign.active and state.guard.may_sign() and sequence <= state.marks.high

    def _say_pre_prepare(self, batch: Batch, now: Now) -> Step:
        state = self._state
        view = state.reign.view
        vote = self._prepare(batch)
        if vote is None:
            return EMPTY
        pre_prepare = PrePrepare(view, batch, vote.signature)
        slot = state.log.slot(batch.sequence)
        slot.keep(Received(pre_prepare, now.monotonic_ms), view)
        return Step(sends=(Send(pre_prepare),)) + self._count(vote)

    def _prepare(self, batch: Batch) -> Prepare | Commit | None:
        """Vote for a batch: it is durable before the vote, and is the tip from now on."""
        state = self._state
        state.chain.record(batch)
        vote = state.guard.vote(VoteKind.PREPARE, state.reign.view, batch.ref)
        if vote is not None:
            state.reign.extend(batch.ref)
        return vote

    def _ask_for_verdicts(self) -> Step:
        """Look at the proposals of the present view that lie in the window for the first time."""
        state = self._state
        if not state.reign.active:
            return EMPTY
        step = EMPTY
        for slot in state.log.slots():
            pre_prepare = slot.proposal(state.reign.view)
            if pre_prepare is not None and not self.verdicts.is_known(pre_prepare.batch):
                step += self._look_at(pre_prepare)
        return step

    def _look_at(self, pre_prepare: PrePrepare) -> Step:
        state = self._state
        batch = pre_prepare.batch
        is_open = place_of(batch.sequence, state) is Place.OPEN
        if self.verdicts.is_condemned(pre_prepare.view, batch):
            return EMPTY
        if not is_open and not repeats_anchor(batch, state):
            return EMPTY
        if not is_well_formed(pre_prepare, state):
            return self._condemn(pre_prepare)
        self.verdicts.ask(batch)
        return Step(checks=(batch,))

    def _condemn(self, pre_prepare: PrePrepare) -> Step:
        self.verdicts.condemn(pre_prepare.view, pre_prepare.batch)
        primary = self._state.membership.primary_of(pre_prepare.view)
        return Step(faults=(Fault(primary, FaultKind.ILL_FORMED_BATCH),))

    def _accept_next(self, now: Now) -> Step:
        """Vote for the next batch of the chain, if it is here and all conditions hold."""
        pre_prepare = self._candidate()
        if pre_prepare is None or not self.verdicts.is_valid(pre_prepare.batch):
            return EMPTY
        if self.verdicts.is_condemned(pre_prepare.view, pre_prepare.batch):
            return EMPTY
        if not self._is_acceptable(pre_prepare):
            return self._condemn(pre_prepare)
        if not self._is_ripe(pre_prepare.batch, now):
            return EMPTY
        vote = self._prepare(pre_prepare.batch)
        return EMPTY if vote is None else Step(sends=(Send(vote),)) + self._count(vote)

    def _is_acceptable(self, pre_prepare: PrePrepare) -> bool:
        """Say whether form and time are those of a child of the base, or it is the anchor.

        The form is looked at once more: the contents may have been valid in an earlier view, in
        which the same batch bore the right label.
        """
        batch = pre_prepare.batch
        if batch.ref == self._state.reign.anchor:
            return True
        parent_ms = self._state.chain.timestamp_ms(batch.parent)
        assert parent_ms is not None, "the candidate's parent is the base, and known"
        return is_well_formed(pre_prepare, self._state) and batch.timestamp_ms > parent_ms

    def _is_ripe(self, batch: Batch, now: Now) -> bool:
        """Say whether the clock is near enough, for all but the anchor; else note when it is."""
        if batch.ref == self._state.reign.anchor:
            return True
        early_ms = batch.timestamp_ms - now.wall_ms - self._state.membership.limits.clock_drift_ms
        self.ripe_at_ms = None if early_ms <= 0 else now.monotonic_ms + early_ms
        return early_ms <= 0

    def _candidate(self) -> PrePrepare | None:
        """Return the proposal that follows the base, or repeats the anchor."""
        state = self._state
        view = state.reign.view
        if not state.reign.active or not state.guard.may_sign() or state.is_primary():
            return None
        anchor_slot = state.log.find(state.reign.anchor.sequence)
        again = None if anchor_slot is None else anchor_slot.proposal(view)
        if again is not None and repeats_anchor(again.batch, state):
            return again if again.sequence <= state.marks.high else None
        base = base_of(state)
        if is_term_over(base, state):
            return None
        slot = state.log.find(SequenceNumber(base.sequence + 1))
        following = None if slot is None else slot.proposal(view)
        if following is None or following.batch.parent != base:
            return None
        if state.chain.timestamp_ms(base) is None:
            return None  # the anchor is still being fetched
        return following if following.sequence <= state.marks.high else None

    def _commit_prepared(self) -> Step:
        """Vote to commit what is prepared in the present view; again when the window has moved."""
        state = self._state
        view = state.reign.view
        step = EMPTY
        for slot in state.log.slots():
            certificate = slot.certificate
            if certificate is None or certificate.view != view:
                continue
            if state.guard.stored(VoteKind.COMMIT, view, slot.sequence) is not None:
                continue
            if self._may_vote_for(slot.sequence):
                step += self._commit(certificate)
        return step

    def _commit(self, certificate: Certificate) -> Step:
        """Vote to commit; the proof that a later view will need is durable before."""
        state = self._state
        state.proofs.write_highest()
        vote = state.guard.vote(VoteKind.COMMIT, certificate.view, certificate.ref)
        if vote is None:
            return EMPTY
        assert isinstance(vote, Commit)
        step = Step(sends=(Send(vote),))
        if self._is_wanted(vote):
            step += self._count(vote)
        return step

    def resume(self) -> None:
        """Take up the votes and batches of an earlier life, after the log was read.

        Contents are durable of what was voted for. A batch that the votes of others decided is in
        the log too, and the host is asked about it should it come back as an anchor.
        """
        state = self._state
        voted = {vote.digest for vote in state.guard.votes() if vote.kind is VoteKind.PREPARE}
        for batch in state.chain.recorded():
            if batch.digest in voted:
                self.verdicts.trust(batch)
        for vote in state.guard.votes():
            if state.log.has_room_for(vote.sequence):
                self._count(vote)
                self._resume_proposal(vote)
        if state.proofs.highest is not None:
            self.on_proven(state.proofs.highest)
        for proof in (state.proofs.commit, state.reign.entry):
            if isinstance(proof, Certificate):
                self.deciding.on_committed(proof)

    def _resume_proposal(self, vote: Prepare | Commit) -> None:
        """Make again the proposal that goes with an own prepare in the own present view."""
        state = self._state
        batch = state.chain.get(vote.digest)
        is_own = vote.kind is VoteKind.PREPARE and state.is_primary()
        if is_own and vote.view == state.reign.view and batch is not None:
            pre_prepare = PrePrepare(vote.view, batch, vote.signature)
            state.log.slot(vote.sequence).keep(Received(pre_prepare, 0), vote.view)

    def on_entered(self) -> None:
        """Drop verdicts on proposals of earlier views that nothing rests on any more.

        What this replica voted for is kept on its disk, and with it the verdict; the host is
        asked again about the rest, should it ever come back as an anchor.
        """
        state = self._state
        keep = {batch.digest for batch in state.chain.recorded()}
        for slot in state.log.slots():
            pre_prepare = slot.proposal(state.reign.view)
            if pre_prepare is not None:
                keep.add(pre_prepare.digest)
        self.verdicts.forget_view(frozenset(keep))

    def forget(self) -> None:
        """Drop what the low watermark answers for."""
        self.verdicts.forget(self._state.marks.low, self._state.reign.anchor.digest)
        self.deciding.forget()

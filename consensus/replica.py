"""The replica: routes one input to one protocol and joins the steps.

Rules of this file: no rules of its own. Protocols do not know each other; what one of them brought
is told to the others here, in ``_settle``, until nothing changes any more.

Source: style.md section 4; the order of effects is that of :class:`consensus.step.Step`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from consensus.complaining import complaint_of, patience_ms
from consensus.config import ReplicaConfig
from consensus.durable import restore, snapshot
from consensus.errors import UsageError
from consensus.ids import Digest, ReplicaId, SequenceNumber, View
from consensus.messages import Batch, Message, NewView, StableCertificate, VoteKind
from consensus.protocols import build_protocols, say_status
from consensus.receiving import Receiving
from consensus.records import ArmedRecord, OpenedRecord, Record
from consensus.signing import Ports
from consensus.state import build_state
from consensus.step import EMPTY, BatchVerdict, Complaint, Proposal, Report, Send, Step
from consensus.timers import Now


@dataclass(slots=True)
class _Course:
    """Where this replica is in its own life; written here only.

    Attributes:
        now: of the last call; None before the start.
        has_log: it was restored from a log that is open already.
        started_ms: monotonic.
        status_due_ms: monotonic.
        seen: view, whether active, and low watermark, as the protocols were told last.
        exposed_view: the last view whose primary was shown to all as an equivocator.
        complaint: why it left a view last, of its own accord.
        is_halted: a contradiction was found; nothing is done any more.
    """

    now: Now | None
    has_log: bool
    started_ms: int
    status_due_ms: int
    seen: tuple[View, bool, SequenceNumber]
    exposed_view: View
    is_halted: bool
    complaint: Complaint | None = None


class Replica:
    """One validator (or observer) of one epoch; see the package docstring for its host."""

    def __init__(self, config: ReplicaConfig, ports: Ports, records: Iterable[Record] = ()) -> None:
        """Build a fresh replica, or exactly the one that wrote these records.

        Raises:
            RestoreError: the records contradict each other or belong to another epoch.
        """
        state = build_state(config, ports)
        has_log = restore(records, state)
        self._state = state
        self._protocols = build_protocols(state, ports.verifier)
        self._protocols.resume(state)
        self._receiving = Receiving(state, self._protocols)
        self._course = _Course(None, has_log, 0, 0, self._place(), View(0), is_halted=False)

    def start(self, now: Now) -> Step:
        """Say again what was promised, and a first Status. Called once, before anything else."""
        if self._course.now is not None:
            raise UsageError("start: called twice")
        course = self._course
        course.now = now
        course.started_ms = now.monotonic_ms
        course.status_due_ms = now.monotonic_ms
        membership = self._state.membership
        if not course.has_log:
            self._state.journal.write(OpenedRecord(membership.chain, membership.epoch))
        if self._state.config.log_is_damaged:
            self._protocols.witness.forgot()
        self._protocols.witness.note_start()
        self._protocols.obligations.on_entered()
        seal = self._state.marks.seal
        said = Step(
            sends=tuple(Send(message) for message in self._promised()),
            seals=() if seal is None else (seal,),  # the host may have died before it stored it
        )
        return self._settle(said + self._arm(now) + self._protocols.ordering.advance(now), now)

    def _promised(self) -> list[Message]:
        """Return what the log says was said, as far as it may still matter."""
        state = self._state
        messages: list[Message] = []
        if not state.reign.active and state.reign.view_change is not None:
            messages.append(state.reign.view_change)
        if isinstance(state.reign.entry, NewView) and state.is_primary():
            messages.append(state.reign.entry)
        votes = [vote for vote in state.guard.votes() if vote.sequence > state.marks.low]
        for vote in votes:
            slot = state.log.find(vote.sequence)
            proposal = None if slot is None else slot.proposal(vote.view)
            is_proposal = vote.kind is VoteKind.PREPARE and proposal is not None
            messages.append(proposal if is_proposal and proposal is not None else vote)
        checkpoints = state.guard.checkpoints()
        messages.extend(vote for vote in checkpoints if vote.sequence > state.marks.low)
        return messages

    def receive(self, message: Message, now: Now) -> Step:
        """Take in one message whose envelope signatures (``signed_parts``) hold.

        The replica that an unsigned message names must be the one at the other end of the link.
        """
        self._tick(now)
        step = self._receiving.take(message, now)
        armed = self._arm(now)
        return self._settle(step if armed is EMPTY else step + armed, now)

    def propose(self, proposal: Proposal, now: Now) -> Step:
        """Order these bundles next.

        Raises:
            UsageError: not ``can_propose()``, or the proposal is empty, too large or repeats one.
        """
        self._tick(now)
        return self._settle(self._protocols.ordering.propose(proposal, now), now)

    def can_propose(self) -> bool:
        """Say whether a new batch may be proposed now; old ones are repeated without the host."""
        return not self._course.is_halted and self._protocols.ordering.can_propose()

    def batch_checked(self, digest: Digest, verdict: BatchVerdict, now: Now) -> Step:
        """Take the answer to ``Step.checks``; late and repeated answers are allowed."""
        self._tick(now)
        return self._settle(self._protocols.ordering.on_batch_checked(digest, verdict, now), now)

    def owe(self, bundle_digests: tuple[Digest, ...], now: Now) -> Step:
        """Note bundles that are verified, unexpired and in no decided batch: obligations.

        They are not in the log: after a restart the host tells those of its pool again.
        """
        self._tick(now)
        self._protocols.obligations.owe(bundle_digests)
        return self._settle(EMPTY, now)

    def forgive(self, bundle_digests: tuple[Digest, ...], now: Now) -> Step:
        """Drop obligations that have expired or were settled otherwise."""
        self._tick(now)
        self._protocols.obligations.forgive(bundle_digests)
        return self._settle(EMPTY, now)

    def links_changed(self, down: frozenset[ReplicaId], now: Now) -> Step:
        """Note which replicas cannot be reached now; all that are not named are linked."""
        self._tick(now)
        self._protocols.links.changed(down, now.monotonic_ms)
        return self._settle(EMPTY, now)

    def executed(self, sequence: SequenceNumber, header_hash: Digest, now: Now) -> Step:
        """Note that a decided block was executed, written and synced: sign its header.

        Raises:
            UsageError: out of order, or not decided.
        """
        self._tick(now)
        return self._settle(self._protocols.checkpointing.executed(sequence, header_hash), now)

    def adopt(self, batch: Batch, seal: StableCertificate, now: Now) -> Step:
        """Note that catch-up brought, executed and stored this sealed block.

        Idempotent by sequence. May jump over a gap (a snapshot).

        The seal is of the block, or of a descendant whose parents the host has followed to it.

        Raises:
            UsageError: the seal is for a lower height, or does not hold.
        """
        self._tick(now)
        decided = self._state.chain.decided
        step = self._protocols.checkpointing.adopt(batch, seal)
        if batch.sequence > decided.sequence:
            self._note_decided([batch], now)
        else:  # anyone may bring old blocks, as often as it takes to keep a bad primary in office
            self._protocols.obligations.forgive(batch.bundle_digests)
        return self._settle(step + self._protocols.ordering.advance(now), now)

    def on_deadline(self, now: Now) -> Step:
        """Do what is due; call when ``next_deadline()`` has come (earlier is harmless)."""
        self._tick(now)
        step = (
            self._arm(now)
            + self._protocols.views.on_deadline(now)
            + self._protocols.ordering.advance(now)
        )
        return self._settle(step, now)

    def next_deadline(self) -> int:
        """Return the monotonic millisecond at which ``on_deadline`` wants to be called."""
        now = self._course.now
        assert now is not None
        now_ms = now.monotonic_ms
        deadline_ms = self._course.status_due_ms
        for at_ms in self._other_deadlines(now_ms):
            if at_ms is not None and now_ms < at_ms < deadline_ms:
                deadline_ms = at_ms
        return max(deadline_ms, now_ms + 1)

    def _other_deadlines(self, now_ms: int) -> tuple[int | None, ...]:
        state = self._state
        if not state.guard.may_sign():
            is_waiting = state.guard.was_armed
            wait_ms = state.config.timing.wait_for_peers_ms
            return (self._course.started_ms + wait_ms if is_waiting else None,)
        protocols = self._protocols
        remaining_ms = protocols.obligations.remaining_ms(patience_ms(state, protocols))
        return (
            protocols.views.deadline_ms,
            protocols.ordering.ripe_at_ms,
            protocols.links.ripe_at_ms(now_ms),
            None if remaining_ms is None else now_ms + remaining_ms,
        )

    def durable_records(self) -> tuple[Record, ...]:
        """Return the whole durable state: the first records of a new log segment.

        Call it between two performed steps; older segments may go once these are synced.
        """
        return snapshot(self._state)

    def report(self) -> Report:
        """Return where this replica stands."""
        state = self._state
        now = self._course.now
        return Report(
            epoch=state.membership.epoch,
            view=state.reign.view,
            active=state.reign.active,
            primary=state.membership.primary_of(state.reign.view),
            decided=state.chain.decided.sequence,
            executed=state.marks.executed,
            sealed=state.marks.sealed,
            low_watermark=state.marks.low,
            tip_sequence=SequenceNumber(0) if state.reign.tip is None else state.reign.tip.sequence,
            rank=state.proofs.rank,
            voting=state.guard.may_sign() and not self._course.is_halted,
            amnesia=state.guard.amnesia,
            divergence=self._protocols.checkpointing.divergence,
            owed_count=self._protocols.obligations.count(),
            timeout_ms=patience_ms(state, self._protocols),
            silent=() if now is None else self._protocols.hearing.silent(now.monotonic_ms),
            left_count=self._protocols.views.left_count,
            complaint=self._course.complaint,
        )

    def kept_count(self) -> int:
        """Return how many messages and batches are held in memory, for the checker of bounds."""
        state = self._state
        votes = self._protocols.checkpointing.vote_count()
        return state.log.item_count() + state.chain.batch_count() + votes

    def _tick(self, now: Now) -> None:
        """Let time pass up to now, under the state in which it passed."""
        course = self._course
        if course.now is None:
            raise UsageError("start() comes before everything else")
        elapsed_ms = now.monotonic_ms - course.now.monotonic_ms
        if elapsed_ms < 0:
            raise UsageError("time went back")
        self._protocols.obligations.run(
            course.now.monotonic_ms,
            min(elapsed_ms, self._state.config.timing.status_ms),
            self._protocols.views.timeout_ms,
            self._protocols.hearing,
        )
        course.now = now

    def _arm(self, now: Now) -> Step:
        """Begin to vote once enough others had the chance to show what was forgotten.

        Silence ends by itself where the log says that they had it before: a log that holds less
        may be the second one of a replica that lost its first.
        """
        state = self._state
        if state.guard.armed or state.self_id is None:
            return EMPTY
        waited_ms = now.monotonic_ms - self._course.started_ms
        is_over = waited_ms >= state.config.timing.wait_for_peers_ms
        is_patient = is_over and state.guard.was_armed
        have_answered = self._protocols.hearing.answered_count() >= state.membership.quorum - 1
        if not have_answered and not is_patient:
            return EMPTY
        state.guard.armed = True
        is_noted = state.guard.was_armed and state.guard.started is None
        if state.guard.may_sign() and not is_noted:
            state.guard.was_armed = True
            state.guard.started = None
            state.journal.write(ArmedRecord(state.membership.epoch))
        state.forget()
        return self._protocols.checkpointing.sign_executed() + self._protocols.ordering.advance(now)

    def _settle(self, step: Step, now: Now) -> Step:
        """Tell each protocol what the others brought, until nothing changes; close the step."""
        if self._course.is_halted:
            return EMPTY
        protocols = self._protocols
        total = part = step
        while (part := self._react(part, now)) is not EMPTY:
            total += part
        for part in (self._say_status(now), protocols.fetching.need(self._missing(), now)):
            if part is not EMPTY:
                total += part
        if total is not EMPTY:
            protocols.repeating.note(total, now)
            total += protocols.statements.on_sends(total.sends, self._state.self_id)
        if total.halt is not None:
            self._course.is_halted = True
            self._state.guard.armed = False
        records = self._state.journal.take()
        return total if not records else total.resting_on(records)

    def _react(self, part: Step, now: Now) -> Step:
        if part.halt is not None:
            return EMPTY
        protocols = self._protocols
        step = self._expose(part, now) if part.faults else EMPTY
        if part.decided:
            self._note_decided([decided.batch for decided in part.decided], now)
        opener = protocols.ordering.deciding.take_opener()
        if opener is not None:
            step += protocols.views.on_term_over(opener, now)
        if self._place() != self._course.seen:
            step += self._follow_place(now)
        is_owing = protocols.obligations.is_owed()
        self._state.turns.watch(self._state.reign, now.monotonic_ms, is_owing=is_owing)
        complaint = complaint_of(self._state, protocols, now) if is_owing else None
        if complaint is not None:
            step += self._leave(complaint, now)
        return step

    def _note_decided(self, batches: list[Batch], now: Now) -> None:
        """Tell everybody of progress, before anything else comes of it."""
        obligations = self._protocols.obligations
        obligations.on_decided(batches)
        if not all(map(self._protocols.ordering.verdicts.is_valid, batches)):
            obligations.on_news()
        self._state.turns.on_decided(batches, now.monotonic_ms)
        self._protocols.views.on_commit()

    def _leave(self, complaint: Complaint, now: Now) -> Step:
        step = self._protocols.views.leave_for(View(self._state.reign.view + 1), now)
        if step is not EMPTY:
            self._course.complaint = complaint
        return step

    def _place(self) -> tuple[View, bool, SequenceNumber]:
        state = self._state
        return (state.reign.view, state.reign.active, state.marks.low)

    def _follow_place(self, now: Now) -> Step:
        """Let everybody follow a new view or a risen watermark."""
        course = self._course
        seen, course.seen = course.seen, self._place()
        if seen[:2] != course.seen[:2]:
            course.status_due_ms = now.monotonic_ms
            if self._state.reign.active:
                self._protocols.obligations.on_entered()
                self._protocols.ordering.on_entered()
        if seen[2] != course.seen[2]:
            self._forget()
        return self._protocols.ordering.advance(now)

    def _forget(self) -> None:
        state = self._state
        commit = state.proofs.commit
        if commit is not None and commit.sequence <= state.marks.low:
            state.proofs.covered()
        state.forget()
        self._protocols.forget()

    def _expose(self, part: Step, now: Now) -> Step:
        """Show the proof that the present primary equivocated to all, once, and leave its view.

        A replica that does not vote yet cannot leave: the next sight of a proof has to do it.
        """
        course = self._course
        step = EMPTY
        for fault in part.faults:
            proof = None if fault.evidence is None else fault.evidence.equivocation()
            view = self._state.reign.view
            is_about_now = proof is not None and proof.first.view == view
            if proof is None or not is_about_now or fault.replica != self._primary(view):
                continue
            if self._state.self_id is not None and course.exposed_view != view:
                step += Step(sends=(Send(proof),))
            course.exposed_view = view
            step += self._leave(Complaint.EQUIVOCATED, now)
        return step

    def _primary(self, view: View) -> ReplicaId:
        return self._state.membership.primary_of(view)

    def _missing(self) -> tuple[Digest, ...]:
        """Return the digests of batches without which this replica cannot go on."""
        state = self._state
        missing = self._protocols.ordering.deciding.missing
        anchor = state.reign.anchor
        is_needed = state.reign.active and anchor.sequence > state.chain.decided.sequence
        if is_needed and state.recall(anchor) is None and anchor.digest not in missing:
            return (*missing, anchor.digest)
        return missing

    def _say_status(self, now: Now) -> Step:
        course = self._course
        is_news = self._protocols.links.have_changed(now.monotonic_ms)
        if now.monotonic_ms < course.status_due_ms and not is_news:
            return EMPTY
        course.status_due_ms = now.monotonic_ms + self._state.config.timing.status_ms
        if self._state.self_id is None:
            return EMPTY
        return Step(sends=(Send(say_status(self._state, self._protocols, now)),))

"""Status: saying where this replica stands, and sending to others what they lack.

Rules of this file: nothing depends on one delivery. Whoever reads a Status sends what is older
than one period (younger things are still under way), at most once per Status.

Source: consensus.md section 5.
"""

from dataclasses import dataclass

from consensus.ids import Digest, ReplicaId, SequenceNumber
from consensus.messages import (
    CertificateReply,
    Checkpoint,
    Claim,
    Commit,
    FetchCertificate,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    SealReply,
    Status,
    VoteKind,
)
from consensus.reign import EntryProof
from consensus.state import State
from consensus.step import EMPTY, CatchUpHint, Send, Step
from consensus.timers import Now


class _Watch:
    """Knows since when a value is what it is."""

    def __init__(self) -> None:
        self._value: object = None
        self._since_ms = 0

    def look(self, value: object, now_ms: int) -> None:
        if value != self._value:
            self._value = value
            self._since_ms = now_ms

    def age_ms(self, now_ms: int) -> int:
        return now_ms - self._since_ms


class Repeating:
    """When things were said first, and what each reader of a Status is owed."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._said_ms: dict[tuple[VoteKind, int, SequenceNumber], int] = {}
        self._answered_ms: dict[ReplicaId, int] = {}
        self._decided = _Watch()
        self._rank = _Watch()
        self._sealed = _Watch()

    def note(self, step: Step, now: Now) -> None:
        """Note what leaves now, so that it is not repeated at once."""
        for send in step.sends:
            message = send.message
            if isinstance(message, Prepare | Commit):
                key = (message.kind, int(message.view), message.sequence)
                self._said_ms.setdefault(key, now.monotonic_ms)
            elif isinstance(message, Checkpoint):
                self._said_ms.setdefault(
                    (VoteKind.CHECKPOINT, 0, message.sequence), now.monotonic_ms
                )
            elif isinstance(message, PrePrepare):
                key = (VoteKind.PREPARE, int(message.view), message.sequence)
                self._said_ms.setdefault(key, now.monotonic_ms)
        self._look(now)

    def _look(self, now: Now) -> None:
        self._decided.look(self._state.chain.decided, now.monotonic_ms)
        self._rank.look(self._state.proofs.rank, now.monotonic_ms)
        self._sealed.look(self._state.marks.sealed, now.monotonic_ms)

    def forget(self) -> None:
        """Drop what the low watermark answers for."""
        low = self._state.marks.low
        self._said_ms = {key: at for key, at in self._said_ms.items() if key[2] > low}

    def on_status(self, status: Status, now: Now) -> Step:
        """Send what the replica that stands there lacks, and ask for what this one lacks."""
        state = self._state
        assert status.epoch == state.membership.epoch
        step = EMPTY
        if status.low_watermark > state.chain.decided.sequence:
            step = Step(fetches=(CatchUpHint(status.low_watermark, status.replica),))
        if state.self_id is None or not self._is_due(status.replica, now):
            return step
        messages = (
            *self._questions(status, now),
            *self._view(status, now),
            *self._proposals(status, now),
            *self._votes(status, now),
            *self._proofs(status, now),
        )
        self._look(now)
        if not messages:
            return step  # as most often
        return step + Step(sends=tuple(Send(message, status.replica) for message in messages))

    def _is_due(self, replica: ReplicaId, now: Now) -> bool:
        """Say whether this replica may have an answer again: twice a period at most."""
        answered_ms = self._answered_ms.get(replica)
        period_ms = self._state.config.timing.status_ms
        if answered_ms is not None and now.monotonic_ms - answered_ms < period_ms // 2:
            return False
        self._answered_ms[replica] = now.monotonic_ms
        return True

    def _is_old(self, age_ms: int) -> bool:
        return age_ms >= self._state.config.timing.status_ms

    def _questions(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Ask for the proof of a decision that did not come by itself."""
        state = self._state
        assert state.self_id is not None
        decided = state.chain.decided.sequence
        is_ahead = status.decided > decided >= status.low_watermark
        if is_ahead and self._is_old(self._decided.age_ms(now.monotonic_ms)):
            return (FetchCertificate(state.self_id, state.membership.epoch),)
        return ()

    def _view(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Help into the present view, or towards the one that is awaited."""
        reign = self._state.reign
        is_below = status.view < reign.view or (status.view == reign.view and not status.active)
        if not is_below or not self._is_old(now.monotonic_ms - reign.since_ms):
            return ()
        if reign.active:
            return () if reign.entry is None else (self._entry(reign.entry),)
        return () if reign.view_change is None else (reign.view_change,)

    def _entry(self, entry: EntryProof) -> Message:
        self_id = self._state.self_id
        assert self_id is not None
        return entry if isinstance(entry, NewView) else CertificateReply(self_id, entry)

    def _proposals(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Pass on the proposals of its view above its tip, whoever made them."""
        state = self._state
        if status.view != state.reign.view or not state.reign.active:
            return ()
        found: list[Message] = []
        for slot in state.log.slots():
            is_wanted = slot.sequence > status.tip_sequence and slot.sequence >= status.decided
            if not is_wanted or not self._is_kept_there(slot.sequence, status):
                continue
            received = slot.received(status.view)
            if received is None:
                continue
            if self._is_old(now.monotonic_ms - received.at_ms):
                found.append(received.pre_prepare)
        return tuple(found)

    def _is_kept_there(self, sequence: SequenceNumber, status: Status) -> bool:
        return sequence <= status.low_watermark + 2 * self._state.membership.limits.window

    def _votes(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Repeat own votes that it may lack."""
        state = self._state
        found: list[Message] = []
        for vote in state.guard.votes():
            if vote.kind is VoteKind.PREPARE:
                is_wanted = vote.view == status.view and vote.rank > status.rank
            else:
                is_wanted = vote.sequence > status.decided or self._opens(vote, status)
            if not is_wanted or not self._is_kept_there(vote.sequence, status):
                continue
            said_ms = self._said_ms.get((vote.kind, vote.view, vote.sequence), 0)
            if self._is_old(now.monotonic_ms - said_ms):
                found.append(vote)
        for checkpoint in state.guard.checkpoints():
            if checkpoint.sequence <= status.low_watermark:
                continue
            said_ms = self._said_ms.get((VoteKind.CHECKPOINT, 0, checkpoint.sequence), 0)
            if self._is_old(now.monotonic_ms - said_ms):
                found.append(checkpoint)
        return tuple(found)

    def _opens(self, commit: Prepare | Commit, status: Status) -> bool:
        """Say whether this commit, of a batch that may be decided there, helps to open a view."""
        is_final = self._state.membership.is_term_final(commit.sequence)
        awaited = status.view if status.active else status.view - 1
        return is_final and commit.sequence == status.decided and commit.view >= awaited

    def _proofs(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Send the certificates and the seal that lie above its own."""
        state = self._state
        self_id = state.self_id
        assert self_id is not None

        def is_old(watch: _Watch) -> bool:
            return self._is_old(watch.age_ms(now.monotonic_ms))

        found: list[Message] = []
        commit = state.proofs.commit
        if commit is not None and commit.sequence > status.decided and is_old(self._decided):
            found.append(CertificateReply(self_id, commit))
        highest = state.proofs.highest
        if highest is not None and highest.rank > status.rank and is_old(self._rank):
            found.append(CertificateReply(self_id, highest))
        seal = state.marks.seal
        if seal is not None and seal.sequence > status.low_watermark and is_old(self._sealed):
            found.append(SealReply(self_id, seal))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Known:
    """What a Status tells beside the place of its replica; see there."""

    links_down: tuple[ReplicaId, ...]
    owed: tuple[Digest, ...]
    votes: tuple[Prepare | Commit, ...]
    claims: tuple[Claim, ...]


def make_status(state: State, known: Known) -> Status:
    """Say where this replica stands."""
    assert state.self_id is not None
    reign = state.reign
    return Status(
        replica=state.self_id,
        epoch=state.membership.epoch,
        view=reign.view,
        active=reign.active,
        tip_sequence=SequenceNumber(0) if reign.tip is None else reign.tip.sequence,
        low_watermark=state.marks.low,
        executed=state.marks.executed,
        decided=state.chain.decided.sequence,
        rank=state.proofs.rank,
        version=state.config.version,
        links_down=known.links_down,
        owed=known.owed,
        votes=known.votes,
        claims=known.claims,
    )

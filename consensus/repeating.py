"""Status: saying where this replica stands, and sending to others what they lack.

Rules of this file: nothing depends on one delivery. Whoever reads a Status sends what is older
than a period, or than a round trip where that is longer (younger things are still under way), at
most once per Status.

Source: consensus.md section 5.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from consensus.ids import Digest, ReplicaId, SequenceNumber
from consensus.messages import (
    Certificate,
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
    StableCertificate,
    Status,
    VoteKind,
)
from consensus.reign import EntryProof
from consensus.state import State
from consensus.step import EMPTY, CatchUpHint, Send, Step
from consensus.timers import Now

HELPERS: Final = 5  # replicas that pass on at once what all hold: of any five one is likely correct
STEPS_MAX: Final = 64  # places remembered: more than lie within two windows


class _Climb:
    """Knows when a place that only rises came above another one."""

    def __init__(self) -> None:
        self._steps: deque[tuple[tuple[int, ...], int]] = deque(maxlen=STEPS_MAX)

    def look(self, place: tuple[int, ...], now_ms: int) -> None:
        """Note where it is now."""
        if not self._steps or place != self._steps[-1][0]:
            self._steps.append((place, now_ms))

    def stood_ms(self, now_ms: int) -> int:
        """Return for how long it has been where it is."""
        return now_ms - self._steps[-1][1] if self._steps else now_ms

    def above_ms(self, place: tuple[int, ...], now_ms: int) -> int:
        """Return for how long it has been above that place; negative when it is not."""
        return next((now_ms - at_ms for step, at_ms in self._steps if step > place), -1)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown to one reader, the certificates in place of the votes below them.

    Own checkpoints above the own seal are not in it, and those below are not kept.
    """

    commit: Certificate | None = None
    prepared: Certificate | None = None
    seal: StableCertificate | None = None

    def messages(self, self_id: ReplicaId) -> tuple[Message, ...]:
        found: list[Message] = [
            CertificateReply(self_id, certificate)
            for certificate in (self.commit, self.prepared)
            if certificate is not None
        ]
        if self.seal is not None:
            found.append(SealReply(self_id, self.seal))
        return tuple(found)

    def have(self, vote: Prepare | Commit) -> bool:
        """Say whether a vote tells the reader nothing beside these."""
        if self.commit is not None and vote.sequence <= self.commit.sequence:
            return True
        is_prepare = isinstance(vote, Prepare)
        return is_prepare and self.prepared is not None and vote.rank <= self.prepared.rank


@dataclass(slots=True)
class _Answers:
    """To the Status messages of one reader: when the last one was given, and how many were."""

    last_ms: int | None = None
    count: int = 0


class Repeating:
    """When things were said first, and what each reader of a Status is owed."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._said_ms: dict[tuple[VoteKind, int, SequenceNumber], int] = {}
        self._answers: dict[ReplicaId, _Answers] = {}
        self._turn_count = max(1, (state.membership.replica_count - 1) // HELPERS)
        self._decided = _Climb()
        self._rank = _Climb()
        self._sealed = _Climb()

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
        self._decided.look((self._state.chain.decided.sequence,), now.monotonic_ms)
        self._rank.look(self._state.proofs.rank, now.monotonic_ms)
        self._sealed.look((self._state.marks.sealed,), now.monotonic_ms)

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
        proofs = self._proofs(status, now)
        messages = (
            *self._questions(status, now),
            *self._view(status, now),
            *self._proposals(status, now),
            *self._votes(status, proofs, now),
            *proofs.messages(state.self_id),
        )
        self._look(now)
        if not messages:
            return step  # as most often
        return step + Step(sends=tuple(Send(message, status.replica) for message in messages))

    def _is_due(self, replica: ReplicaId, now: Now) -> bool:
        """Say whether this replica may have an answer again: twice at most while things age."""
        answers = self._answers.setdefault(replica, _Answers())
        half_ms = self._state.turns.repeat_ms // 2
        if answers.last_ms is not None and now.monotonic_ms - answers.last_ms < half_ms:
            return False
        answers.last_ms = now.monotonic_ms
        answers.count += 1
        return True

    def _has_turn(self, reader: ReplicaId, signer: ReplicaId) -> bool:
        """Say whether it is this replica that passes on to this reader what another one signed.

        All hold it, and one copy is enough. Who signed it always sends it, the others take turns:
        a handful answers each Status, so that a few liars or losses only cost some periods.
        """
        self_id = self._state.self_id
        assert self_id is not None
        place = self._answers[reader].count + self_id
        return signer == self_id or place % self._turn_count == 0

    def _is_old(self, age_ms: int) -> bool:
        return age_ms >= self._state.turns.repeat_ms

    def _questions(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Ask for the proof of a decision that did not come by itself."""
        state = self._state
        assert state.self_id is not None
        decided = state.chain.decided.sequence
        is_ahead = status.decided > decided >= status.low_watermark
        if is_ahead and self._is_old(self._decided.stood_ms(now.monotonic_ms)):
            return (FetchCertificate(state.self_id, state.membership.epoch),)
        return ()

    def _view(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Help into the present view, or towards the one that is awaited."""
        reign = self._state.reign
        is_below = status.view < reign.view or (status.view == reign.view and not status.active)
        if not is_below or not self._is_old(now.monotonic_ms - reign.since_ms):
            return ()
        if reign.active:
            is_shown = self._has_turn(status.replica, self._state.membership.primary_of(reign.view))
            return (self._entry(reign.entry),) if reign.entry is not None and is_shown else ()
        return () if reign.view_change is None else (reign.view_change,)

    def _entry(self, entry: EntryProof) -> Message:
        self_id = self._state.self_id
        assert self_id is not None
        return entry if isinstance(entry, NewView) else CertificateReply(self_id, entry)

    def _proposals(self, status: Status, now: Now) -> tuple[Message, ...]:
        """Pass on the proposals of its view above its tip, whoever made them."""
        state = self._state
        primary = state.membership.primary_of(state.reign.view)
        if status.view != state.reign.view or not state.reign.active:
            return ()
        if not self._has_turn(status.replica, primary):
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

    def _votes(self, status: Status, proofs: Shown, now: Now) -> tuple[Message, ...]:
        """Repeat own votes that it may lack.

        Every other answer leaves out what the proofs beside them tell; not every one, so that
        nothing depends on one kind of message.
        """
        state = self._state
        is_short = self._answers[status.replica].count % 2 == 1
        found: list[Message] = []
        for vote in state.guard.votes():
            if vote.kind is VoteKind.PREPARE:
                is_wanted = vote.view == status.view and vote.rank > status.rank
            else:
                is_wanted = vote.sequence > status.decided
            is_wanted = is_wanted and not (is_short and proofs.have(vote))
            if not (is_wanted or self._opens(vote, status)):
                continue
            if not self._is_kept_there(vote.sequence, status):
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
        """Say whether it is a commit that opens a view, of a batch that may be decided there."""
        if isinstance(commit, Prepare):
            return False
        is_final = self._state.membership.is_term_final(commit.sequence)
        awaited = status.view if status.active else status.view - 1
        return is_final and commit.sequence == status.decided and commit.view >= awaited

    def _proofs(self, status: Status, now: Now) -> Shown:
        """Choose the certificates and the seal that have been above its own for a period."""
        now_ms = now.monotonic_ms
        commit = self._state.proofs.commit
        is_decided = self._is_old(self._decided.above_ms((status.decided,), now_ms))
        is_news = commit is not None and commit.sequence > status.decided
        is_prepared = self._is_old(self._rank.above_ms(status.rank, now_ms))
        is_sealed = self._is_old(self._sealed.above_ms((status.low_watermark,), now_ms))
        return Shown(
            commit=commit if is_decided and is_news else None,
            prepared=self._state.proofs.highest if is_prepared else None,
            seal=self._state.marks.seal if is_sealed else None,
        )


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

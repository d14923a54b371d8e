"""Signing what execution brought, and the seal: the stable checkpoint of every block.

Rules of this file: the own header is compared before anything is signed or sealed. A seal for
another header halts the replica: it never follows the majority silently. It is the only writer
of the watermarks.

Source: consensus.md section 3, *Executed*; Castro & Liskov 1999, section 4.3.
"""

from consensus.errors import InvalidCertificate, UsageError
from consensus.faults import Fault, FaultKind
from consensus.ids import Digest, ReplicaId, SequenceNumber
from consensus.messages import Batch, Checkpoint, StableCertificate
from consensus.records import ExecutedRecord, SealRecord
from consensus.state import State
from consensus.step import EMPTY, CatchUpHint, Halt, Send, Step


class Checkpointing:
    """Checkpoint votes of others, and what follows from them.

    Attributes:
        divergence: lowest height at which others agree on another header, not yet sealed.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._votes: dict[SequenceNumber, dict[ReplicaId, Checkpoint]] = {}
        self.divergence: SequenceNumber | None = None

    def executed(self, sequence: SequenceNumber, header_hash: Digest) -> Step:
        """Take in the outcome of a block that is written and synced here.

        Raises:
            UsageError: out of order, not decided, or told differently before.
        """
        state = self._state
        marks = state.marks
        if sequence <= marks.executed:
            known = marks.header_hash(sequence)
            if known is not None and known != header_hash:
                raise UsageError(f"executed: height {sequence} was told with another header")
            return EMPTY
        if sequence != marks.executed + 1 or sequence > state.chain.decided.sequence:
            raise UsageError(f"executed: {sequence}, but {marks.executed} comes before it")
        proven = self._proven_header(sequence)
        if proven is not None and proven != header_hash:
            return Step(halt=_halt(sequence, header_hash, proven))
        executed = state.chain.decided_at(sequence)
        assert executed is not None, "what is decided and not executed is never forgotten"
        self._execute(ExecutedRecord(sequence, executed.digest, header_hash))
        step = EMPTY
        for vote in tuple(self._votes.get(sequence, {}).values()):
            step += self._compare(vote)
        return step + self.sign_executed()

    def _execute(self, execution: ExecutedRecord) -> None:
        self._state.journal.write(execution)
        self._state.marks.execute(execution)

    def sign_executed(self) -> Step:
        """Sign every executed height above the low watermark that is not signed yet."""
        step = EMPTY
        for execution in self._state.marks.executions():
            header_hash = execution.header_hash
            if execution.sequence <= self._state.marks.low or header_hash is None:
                continue
            is_new = not self._has_own(execution.sequence)
            vote = self._state.guard.checkpoint(execution.sequence, header_hash)
            if vote is not None and is_new:
                self._votes.setdefault(vote.sequence, {})[vote.replica] = vote
                step += Step(sends=(Send(vote),)) + self._seal_if_complete(vote)
        return step

    def _has_own(self, sequence: SequenceNumber) -> bool:
        return self._state.self_id in self._votes.get(sequence, {})

    def on_checkpoint(self, vote: Checkpoint) -> Step:
        """Count one checkpoint of another replica."""
        state = self._state
        window = state.membership.limits.window
        is_kept = state.marks.low - window < vote.sequence <= state.marks.horizon
        if vote.epoch != state.membership.epoch or not is_kept:
            return EMPTY
        votes = self._votes.setdefault(vote.sequence, {})
        earlier = votes.setdefault(vote.replica, vote)
        if earlier is not vote:
            return EMPTY  # repeated, or another header: the first one stays counted
        return self._compare(vote) + self._seal_if_complete(vote)

    def _supporters(self, sequence: SequenceNumber, header_hash: Digest) -> list[Checkpoint]:
        votes = self._votes.get(sequence, {})
        return [
            votes[replica] for replica in sorted(votes) if votes[replica].header_hash == header_hash
        ]

    def _seal_if_complete(self, vote: Checkpoint) -> Step:
        """Bind the seal when this vote is the one that makes it a quorum."""
        voters = self._supporters(vote.sequence, vote.header_hash)
        if len(voters) != self._state.membership.quorum:
            return EMPTY
        seal = StableCertificate(
            vote.epoch,
            vote.sequence,
            vote.header_hash,
            tuple((voter.replica, voter.signature) for voter in voters),
        )
        self._state.book.note(seal)
        return self._take_seal(seal, vote.replica)

    def _compare(self, vote: Checkpoint) -> Step:
        """Blame a vote for another header, and sound the alarm when one of those is correct."""
        own = self._state.marks.header_hash(vote.sequence)
        if own is None or own == vote.header_hash:
            return EMPTY
        others = len(self._supporters(vote.sequence, vote.header_hash))
        if others >= self._state.membership.weak_quorum:
            lowest = vote.sequence if self.divergence is None else self.divergence
            self.divergence = min(lowest, vote.sequence)
        return Step(faults=(Fault(vote.replica, FaultKind.DIVERGING_CHECKPOINT),))

    def _proven_header(self, sequence: SequenceNumber) -> Digest | None:
        """Return the header that a quorum signed at this height, where that is known here."""
        seal = self._state.marks.seal
        if seal is not None and seal.sequence == sequence:
            return seal.header_hash
        for vote in self._votes.get(sequence, {}).values():
            if len(self._supporters(sequence, vote.header_hash)) >= self._state.membership.quorum:
                return vote.header_hash
        return None

    def on_seal(self, seal: StableCertificate, sender: ReplicaId) -> Step:
        """Take in a seal that another replica shows."""
        if seal.sequence <= self._state.marks.sealed:
            return EMPTY
        try:
            self._state.book.verify(seal)
        except InvalidCertificate:
            return Step(faults=(Fault(sender, FaultKind.INVALID_CERTIFICATE),))
        return self._take_seal(seal, sender)

    def _take_seal(self, seal: StableCertificate, source: ReplicaId) -> Step:
        marks = self._state.marks
        own = marks.header_hash(seal.sequence)
        if own is not None and own != seal.header_hash:
            return Step(halt=_halt(seal.sequence, own, seal.header_hash))
        step = Step(seals=(seal,))
        if seal.sequence > marks.sealed:
            self._state.journal.write(SealRecord(seal))
            marks.raise_seal(seal)
        if seal.sequence > self._state.chain.decided.sequence:
            step += Step(fetches=(CatchUpHint(seal.sequence, source),))
        return step

    def adopt(self, batch: Batch, seal: StableCertificate) -> Step:
        """Take in a sealed block that catch-up brought, executed and stored.

        Raises:
            UsageError: the seal is for a lower height or another epoch, or does not hold.
        """
        state = self._state
        if seal.sequence < batch.sequence or batch.epoch != state.membership.epoch:
            raise UsageError("adopt: the seal must be of this block or of a descendant")
        try:
            state.book.verify(seal)
        except InvalidCertificate as error:
            raise UsageError("adopt: the seal does not hold") from error
        known = state.chain.decided_at(batch.sequence)
        if known is not None and known != batch.ref:
            return Step(halt=_halt(batch.sequence, known.digest, batch.digest))
        step = EMPTY
        if seal.sequence > state.marks.sealed:
            step = self._take_seal(seal, seal.signatures[0][0])
        if batch.sequence > state.marks.executed and step.halt is None:
            self._advance_to(batch, seal)
        return Step(seals=step.seals, halt=step.halt)

    def _advance_to(self, batch: Batch, seal: StableCertificate) -> None:
        chain = self._state.chain
        chain.record(batch)
        if batch.sequence > chain.decided.sequence:
            chain.decide(batch.ref)
        is_own_seal = seal.sequence == batch.sequence
        header_hash = seal.header_hash if is_own_seal else None
        self._execute(ExecutedRecord(batch.sequence, batch.digest, header_hash))

    def remember(self, vote: Checkpoint) -> None:
        """Count an own checkpoint of an earlier life."""
        self._votes.setdefault(vote.sequence, {})[vote.replica] = vote

    def forget(self) -> None:
        """Drop votes a window below the low watermark; late ones until then still give seals."""
        marks = self._state.marks
        bottom = marks.low - self._state.membership.limits.window
        self._votes = {s: votes for s, votes in self._votes.items() if s > bottom}
        if self.divergence is not None and self.divergence <= marks.low:
            self.divergence = None

    def vote_count(self) -> int:
        """Return how many votes are held, for the checker of bounds."""
        return sum(len(votes) for votes in self._votes.values())


def _halt(sequence: SequenceNumber, own: Digest, proven: Digest) -> Halt:
    return Halt(sequence, own, proven, "a quorum signed another outcome than was computed here")

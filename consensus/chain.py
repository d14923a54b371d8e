"""The batches that are known, and how far the chain of decided ones reaches.

Rules of this file: a batch gets in only by a proposal of a primary or as an answer to a question
of ours, so memory is bounded by the window. ``decided`` only rises, along parents.

Source: consensus.md section 1 (batch, anchor) and decision 2: committing a batch commits its
ancestors.
"""

from collections.abc import Callable
from dataclasses import dataclass

from consensus.ids import BatchRef, Digest, SequenceNumber
from consensus.journal import Journal
from consensus.messages import Batch
from consensus.quorum import Membership
from consensus.records import BatchRecord


@dataclass(frozen=True, slots=True)
class Path:
    """The way from the last decided batch to another one.

    Attributes:
        batches: oldest first, without the decided one; complete when nothing is missing.
        missing: digest that has to be fetched first.
        fork: the chain leads past the decided batch: its digest there is this one.
    """

    batches: tuple[Batch, ...] = ()
    missing: Digest | None = None
    fork: BatchRef | None = None


class Chain:
    """Known batches by digest."""

    def __init__(self, membership: Membership, journal: Journal) -> None:
        self._membership = membership
        self._journal = journal
        self._batches: dict[Digest, Batch] = {}
        self._recorded: set[Digest] = set()
        self.decided: BatchRef = membership.root

    def get(self, digest: Digest) -> Batch | None:
        return self._batches.get(digest)

    def add(self, batch: Batch) -> None:
        """Keep a batch in memory."""
        self._batches[batch.digest] = batch

    def record(self, batch: Batch) -> None:
        """Keep a batch, durable before the present step leaves."""
        self.add(batch)
        if batch.digest not in self._recorded:
            self._recorded.add(batch.digest)
            self._journal.write(BatchRecord(batch))

    def record_later(self, batch: Batch) -> None:
        """Keep a batch, durable with the next record."""
        self.add(batch)
        if batch.digest not in self._recorded:
            self._recorded.add(batch.digest)
            self._journal.defer(BatchRecord(batch))

    def restore(self, batch: Batch) -> None:
        """Take a batch from the log."""
        self.add(batch)
        self._recorded.add(batch.digest)

    def timestamp_ms(self, ref: BatchRef) -> int | None:
        """Return the time of a batch, None while it is not known."""
        if ref == self._membership.root:
            return self._membership.root_timestamp_ms
        batch = self._batches.get(ref.digest)
        return None if batch is None else batch.timestamp_ms

    def path_to(self, ref: BatchRef, recall: Callable[[BatchRef], Batch | None]) -> Path:
        """Walk from a batch back to the last decided one; ``recall`` finds each on the way."""
        batches: list[Batch] = []
        at = ref
        while at.sequence > self.decided.sequence:
            batch = recall(at)
            if batch is None:
                return Path(missing=at.digest)
            if batch.sequence != at.sequence:
                return Path(fork=at)
            batches.append(batch)
            at = batch.parent
        if at != self.decided:
            return Path(fork=at)
        return Path(batches=tuple(reversed(batches)))

    def decided_at(self, sequence: SequenceNumber) -> BatchRef | None:
        """Return the decided batch at a height; None above, and where it was forgotten."""
        at = self.decided
        while at.sequence > sequence:
            batch = self._batches.get(at.digest)
            if batch is None:
                return None
            at = batch.parent
        return at if at.sequence == sequence else None

    def ancestry(self, digest: Digest, count_max: int) -> tuple[Batch, ...]:
        """Return a batch and its known ancestors, youngest first."""
        batches: list[Batch] = []
        batch = self._batches.get(digest)
        while batch is not None and len(batches) < count_max:
            batches.append(batch)
            batch = self._batches.get(batch.parent_digest)
        return tuple(batches)

    def decide(self, ref: BatchRef) -> None:
        """Note that the chain up to this batch is final."""
        assert ref.sequence > self.decided.sequence
        self.decided = ref

    def recorded(self) -> tuple[Batch, ...]:
        """Return the batches that a log must hold, by height."""
        batches = (self._batches[digest] for digest in self._recorded)
        return tuple(sorted(batches, key=lambda batch: (batch.sequence, batch.digest)))

    def forget(self, up_to: SequenceNumber, keep: tuple[BatchRef, ...]) -> None:
        """Drop batches at or below a height, but for the decided one and those to keep."""
        kept = {self.decided.digest, *(ref.digest for ref in keep)}
        self._batches = {
            digest: batch
            for digest, batch in self._batches.items()
            if batch.sequence > up_to or digest in kept
        }
        self._recorded &= self._batches.keys()

    def batch_count(self) -> int:
        """Return how many batches are held, for the checker of bounds."""
        return len(self._batches)

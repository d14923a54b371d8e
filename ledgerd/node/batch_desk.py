"""Batches before they are decided: are their bundles at hand, and what goes into the next one.

Rules: a verdict depends on the bytes alone: VALID when every bundle is in the book, INVALID when
one was refused, open (and its bundles wanted) otherwise. Expiry is judged at execution, never here.
A bundle is chosen for one batch at a time; when the view ends, undecided batches are released, and
when a block takes the place of a batch, too: nobody may hold a bundle back by a batch that lost.
Choosing a bundle twice would harm nothing, a transaction takes effect once.

Source: consensus.md section 3.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from consensus import Batch, BatchVerdict, Digest
from ledgerd.node.bundle_book import BundleBook, CheckedBundle


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much one batch may hold, or still holds room for.

    Attributes:
        bundle_count_max: of the membership record.
        bytes_max: of all bundles without their sidecars, of the membership record.
        transaction_count_max: by the pace of this node.
    """

    bundle_count_max: int
    bytes_max: int
    transaction_count_max: int

    @property
    def is_kept(self) -> bool:
        return min(self.bundle_count_max, self.bytes_max, self.transaction_count_max) >= 0

    def without(self, bundle: CheckedBundle) -> "BatchLimits":
        """Give the room that is left after a bundle; below 0 when it does not fit."""
        return BatchLimits(
            self.bundle_count_max - 1,
            self.bytes_max - len(bundle.bundle),
            self.transaction_count_max - len(bundle.transactions),
        )


class StoredBundles(Protocol):
    """The bundles that stand in blocks here."""

    def holds(self, digest: Digest) -> bool:
        """Say whether a block holds this bundle."""
        ...

    def byte_count(self, digests: Sequence[Digest]) -> int:
        """Count the bytes of bundles that blocks hold."""
        ...


class BatchDesk:
    """Answers the replica's checks and composes proposals from the book.

    Args:
        stored: bundles that a block here holds already; such a one is at hand.
        bytes_max: of all bundles of a batch, of the membership record.
    """

    def __init__(self, book: BundleBook, stored: StoredBundles, bytes_max: int) -> None:
        self._book = book
        self._bytes_max = bytes_max
        self._stored = stored
        self._in_batch: dict[Digest, int] = {}
        self._held: dict[Digest, int] = {}
        self._waiting: dict[Digest, Batch] = {}
        self._decided: set[Digest] = set()
        self._told: set[Digest] = set()

    def __contains__(self, digest: object) -> bool:
        """Say whether a bundle stands in a batch, of any view, that no block has overtaken yet."""
        return digest in self._in_batch or digest in self._held

    def check(self, batch: Batch) -> BatchVerdict | None:
        """Give the verdict on a batch; None when bundles are missing, which are then wanted."""
        self.mark(batch.bundle_digests, batch.sequence)
        return self._look(batch)

    def _look(self, batch: Batch) -> BatchVerdict | None:
        if any(self._book.is_refused(digest) for digest in batch.bundle_digests):
            return BatchVerdict.INVALID
        missing = self.missing_of(batch)
        if missing:
            self._waiting[batch.digest] = batch
            self._book.want(missing, batch.proposer, batch.sequence)
            return None
        if self._byte_count(batch) > self._bytes_max:
            return BatchVerdict.INVALID
        self.hold(batch)
        return BatchVerdict.VALID

    def _byte_count(self, batch: Batch) -> int:
        """Count the bytes of all bundles, wherever they stand by now.

        A bundle that a block took in meanwhile counts as it did before: a verdict that depended on
        how far this node is would be another one elsewhere, and stay so.
        """
        known = [self._book.get(digest) for digest in batch.bundle_digests]
        stored = [d for d, bundle in zip(batch.bundle_digests, known, strict=True) if not bundle]
        here = sum(len(bundle.bundle) for bundle in known if bundle)
        return here + (self._stored.byte_count(stored) if stored else 0)

    def hold(self, batch: Batch) -> None:
        """Note that a vote may rest on this batch: what is here of it must stay."""
        self._hold(batch.bundle_digests, batch.sequence)

    def decide(self, batch: Batch) -> None:
        """Note that a batch is final: nothing in it is owed any more."""
        self.mark(batch.bundle_digests, batch.sequence)
        self._decided.update(batch.bundle_digests)

    def take_owed(self, digests: Iterable[Digest]) -> tuple[Digest, ...]:
        """Choose, once, those that the replica is owed: here, and in no decided batch."""
        owed = tuple(
            digest
            for digest in digests
            if digest in self._book and digest not in self._decided and digest not in self._told
        )
        self._told.update(owed)
        return owed

    def missing_of(self, batch: Batch) -> tuple[Digest, ...]:
        """List the bundles of a batch that are neither in the book nor in a block."""
        return tuple(
            digest
            for digest in batch.bundle_digests
            if digest not in self._book and not self._stored.holds(digest)
        )

    def take_answered(self) -> list[tuple[Batch, BatchVerdict]]:
        """Hand out, once, the batches that waited and whose verdict is known now."""
        answered: list[tuple[Batch, BatchVerdict]] = []
        for digest, batch in list(self._waiting.items()):
            verdict = self._look(batch)
            if verdict is not None:
                del self._waiting[digest]
                answered.append((batch, verdict))
        return answered

    def mark(self, digests: Collection[Digest], sequence: int) -> None:
        """Note that these bundles stand in a batch, so that they are not proposed again."""
        for digest in digests:
            self._in_batch[digest] = sequence
        self._hold(digests, sequence)

    def _hold(self, digests: Iterable[Digest], sequence: int) -> None:
        for digest in digests:
            if digest in self._book:  # what is not here cannot go; inventions take no room
                self._held[digest] = max(sequence, self._held.get(digest, 0))

    def has_choice(self) -> bool:
        """Say whether a bundle waits for its batch."""
        return any(bundle.digest not in self._in_batch for bundle in self._book.bundles())

    def work_count(self) -> int:
        """Count the transactions that stand in batches which no block has overtaken yet."""
        marked = (self._book.get(digest) for digest in self._in_batch)
        return sum(len(bundle.transactions) for bundle in marked if bundle is not None)

    def choose(self, limits: BatchLimits) -> tuple[Digest, ...]:
        """Choose bundles for the next batch: oldest first, fair by author, in no batch yet.

        One bundle is chosen whatever its size when there is any.
        """
        queues: dict[int, deque[CheckedBundle]] = {}
        for bundle in self._book.bundles():
            if bundle.digest not in self._in_batch:
                queues.setdefault(bundle.author, deque()).append(bundle)
        chosen: list[Digest] = []
        room = limits
        while queues:
            for author in list(queues):
                bundle = queues[author].popleft()
                room = room.without(bundle)
                if chosen and not room.is_kept:
                    return tuple(chosen)
                chosen.append(bundle.digest)
                if not queues[author]:
                    del queues[author]
        return tuple(chosen)

    def release(self, decided: int) -> None:
        """Forget which bundles stand in batches above ``decided``: their view has ended."""
        self._in_batch = {d: s for d, s in self._in_batch.items() if s <= decided}

    def forget(self, digests: Iterable[Digest]) -> None:
        """Let go of bundles that ran out of time."""
        self._told.difference_update(digests)

    def settle(self, digests: Iterable[Digest], height: int) -> None:
        """Let go of bundles that the block at ``height`` holds, and of batches it overtook."""
        self._in_batch = {d: s for d, s in self._in_batch.items() if s > height}
        self._held = {d: s for d, s in self._held.items() if s > height}
        for digest in digests:
            self._in_batch.pop(digest, None)
            self._held.pop(digest, None)
            self._decided.discard(digest)
            self._told.discard(digest)
        self._waiting = {d: b for d, b in self._waiting.items() if b.sequence > height}
        self._book.forget_wants(height)

"""What this node knows of bundles: verified ones that no block holds yet, and what is missing.

Rules: plain state, one loop, no I/O. A bundle is in the book only after every signature in it was
checked and every sidecar was at hand. Its bytes reach the bundle log in the same synced group as
the vote that rests on them (``take_unsaved``).

Memory is bounded: a validator may hold its share of ``bytes_max`` with bundles that nobody asked
for; wanted ones come in regardless, they are bounded by the window of batches. What a replica says
it waits for is a hint: asked of that replica alone, once each time, so that invented digests cost
their inventor's link and nobody else. Whatever begins to be missing rings by itself: nobody who
notes it has to remember whom to wake.

Source: consensus.md section 4 (obligations); architecture.md section 4.
"""

from collections import Counter, OrderedDict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from consensus import Digest
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.node.pulse import Latch

REFUSED_COUNT_MAX = 4_096  # digests only: enough to answer for every batch inside the window
HINTED_COUNT_MAX = 256  # per replica: as many as one of its statuses names
SETTLED_COUNT_MAX = 65_536  # digests of bundles in late blocks: a straggler is not taken again


@dataclass(frozen=True, slots=True)
class CheckedBundle:
    """A bundle of which every signature holds and every sidecar is at hand.

    Attributes:
        author: replica index of the validator that signed it.
        bundle: canonical bytes of the ``SignedBundle``.
        sidecars: by hash, ascending; none of them stands in a block.
        transactions: decoded once, executed as these objects.
        valid_until_ms: the latest of its transactions; later blocks give it no effect.
        byte_count: bundle and sidecars together.
    """

    digest: Digest
    author: int
    bundle: bytes = field(repr=False)
    sidecars: Mapping[bytes, bytes] = field(repr=False)
    transactions: tuple[ReadTransaction, ...] = field(repr=False)
    valid_until_ms: int
    byte_count: int


@dataclass(frozen=True, slots=True)
class _Want:
    """Who is asked first, and the highest batch that needs it."""

    holder: int | None
    sequence: int


class BundleBook:
    """All bundles that are verified and in no applied block.

    Args:
        bytes_max: packages that nobody asked for, of all validators together.
        author_count: validators that share ``bytes_max``.

    Attributes:
        lacking: rings when something is missing that was not missing before.
    """

    def __init__(self, bytes_max: int, author_count: int) -> None:
        self.lacking = Latch()
        self._share_bytes_max = bytes_max // max(1, author_count)
        self._known: OrderedDict[Digest, CheckedBundle] = OrderedDict()
        self._bytes_by_author: dict[int, int] = {}
        self._count_by_author: Counter[int] = Counter()
        self._transactions_by_author: Counter[int] = Counter()
        self._unsaved: dict[Digest, CheckedBundle] = {}
        self._refused: OrderedDict[Digest, None] = OrderedDict()
        self._settled: OrderedDict[Digest, None] = OrderedDict()
        self._wanted: dict[Digest, _Want] = {}
        self._hinted: dict[int, OrderedDict[Digest, None]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, digest: object) -> bool:
        return digest in self._known

    @property
    def byte_count(self) -> int:
        return sum(self._bytes_by_author.values())

    @property
    def unsaved_bytes(self) -> int:
        return sum(bundle.byte_count for bundle in self._unsaved.values())

    def get(self, digest: Digest) -> CheckedBundle | None:
        return self._known.get(digest)

    def bundles(self) -> tuple[CheckedBundle, ...]:
        """List all, oldest first."""
        return tuple(self._known.values())

    def is_refused(self, digest: Digest) -> bool:
        return digest in self._refused

    def is_over(self, digest: Digest) -> bool:
        """Say whether nothing more is wanted of this bundle: known, refused or in a block."""
        return digest in self._known or digest in self._settled or digest in self._refused

    def count_of(self, author: int) -> int:
        """Count the bundles of an author that no block holds."""
        return self._count_by_author[author]

    def author_count_beside(self, author: int) -> int:
        """Count the other authors of bundles that no block holds."""
        return sum(1 for other, count in self._count_by_author.items() if count and other != author)

    @property
    def transaction_count(self) -> int:
        """Count the transactions of all bundles that no block holds."""
        return sum(self._transactions_by_author.values())

    def transaction_count_of(self, author: int) -> int:
        """Count the transactions of an author that no block holds."""
        return self._transactions_by_author[author]

    def has_room(self, author: int, byte_count: int) -> bool:
        """Say whether an author may hold this many bytes more."""
        return self._bytes_by_author.get(author, 0) + byte_count <= self._share_bytes_max

    def add(self, bundle: CheckedBundle) -> bool:
        """Take a verified bundle in; say whether it is new and was taken.

        One that nobody asked for is left out when its author's share is full: it is fetched when
        a batch names it.
        """
        if bundle.digest in self._known or self._is_surplus(bundle):
            return False
        self._known[bundle.digest] = bundle
        held = self._bytes_by_author.get(bundle.author, 0)
        self._bytes_by_author[bundle.author] = held + bundle.byte_count
        self._count_by_author[bundle.author] += 1
        self._transactions_by_author[bundle.author] += len(bundle.transactions)
        self._unsaved[bundle.digest] = bundle
        self._wanted.pop(bundle.digest, None)
        return True

    def add_saved(self, bundle: CheckedBundle) -> None:
        """Take a bundle in that the bundle log holds already (at start)."""
        if self.add(bundle):
            del self._unsaved[bundle.digest]

    def refuse(self, digest: Digest) -> None:
        """Remember that the bytes with this digest do not hold."""
        if digest in self._known:
            return
        self._refused[digest] = None
        self._wanted.pop(digest, None)
        if len(self._refused) > REFUSED_COUNT_MAX:
            self._refused.popitem(last=False)

    def take_unsaved(self) -> list[CheckedBundle]:
        """Hand out, once, the bundles whose bytes the bundle log does not hold yet."""
        taken = list(self._unsaved.values())
        self._unsaved.clear()
        return taken

    def want(self, digests: Iterable[Digest], holder: int | None, sequence: int) -> None:
        """Note what the batch at ``sequence`` lacks; ``holder`` is the replica asked first."""
        for digest in digests:
            if digest in self._known:
                continue
            before = self._wanted.pop(digest, None)
            highest = sequence if before is None else max(sequence, before.sequence)
            self._wanted[digest] = _Want(holder, highest)
            if before is None:
                self.lacking.ring()

    def wanted(self) -> tuple[tuple[Digest, int | None], ...]:
        """List what batches lack, with the replica that is asked first.

        Newest first: what a bad proposal invented must not keep the next one waiting.
        """
        return tuple((digest, want.holder) for digest, want in reversed(self._wanted.items()))

    def forget_wants(self, height: int) -> None:
        """Let go of what batches at or below a height lacked: a block stands there now."""
        self._wanted = {d: want for d, want in self._wanted.items() if want.sequence > height}

    def heed(self, digest: Digest, replica: int) -> None:
        """Note that a replica says it waits for a bundle, and so should have it."""
        if self.is_over(digest):
            return
        hinted = self._hinted.setdefault(replica, OrderedDict())
        hinted[digest] = None
        self.lacking.ring()
        if len(hinted) > HINTED_COUNT_MAX:
            hinted.popitem(last=False)

    def take_hinted(self) -> dict[int, tuple[Digest, ...]]:
        """Hand out, once, what to ask of whom on its own word."""
        taken = {
            replica: tuple(digest for digest in hinted if not self.is_over(digest))
            for replica, hinted in self._hinted.items()
        }
        self._hinted.clear()
        return {replica: digests for replica, digests in taken.items() if digests}

    def settle(self, digests: Iterable[Digest]) -> None:
        """Let go of bundles that an applied block holds."""
        for digest in digests:
            self._forget(digest)
            self._settled[digest] = None
            if len(self._settled) > SETTLED_COUNT_MAX:
                self._settled.popitem(last=False)

    def expire(self, block_time_ms: int, in_batch: Container[Digest]) -> tuple[Digest, ...]:
        """Let go of bundles in no batch that can have no effect any more, and name them."""
        over = tuple(
            digest
            for digest, bundle in self._known.items()
            if bundle.valid_until_ms < block_time_ms and digest not in in_batch
        )
        for digest in over:
            self._forget(digest)
        return over

    def _is_surplus(self, bundle: CheckedBundle) -> bool:
        if bundle.digest in self._wanted:
            return False
        is_over_share = not self.has_room(bundle.author, bundle.byte_count)
        return is_over_share or bundle.digest in self._settled

    def _forget(self, digest: Digest) -> None:
        self._wanted.pop(digest, None)
        self._unsaved.pop(digest, None)  # nothing rests on its bytes: the log need not take them
        bundle = self._known.pop(digest, None)
        if bundle is not None:
            self._bytes_by_author[bundle.author] -= bundle.byte_count
            self._count_by_author[bundle.author] -= 1
            self._transactions_by_author[bundle.author] -= len(bundle.transactions)

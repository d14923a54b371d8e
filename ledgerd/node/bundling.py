"""Makes bundles of what the pool holds and sends them, with their sidecars, to every validator.

Rules: at once when nothing was bundled for an interval, else an interval apart; a bundle with its
sidecars fits into one frame; it is signed by the consensus key and counted, so that equal contents
give different bundles. While the own share of the book is full, nothing is bundled: the pool fills
and says so. Neither while what all validators wait for is more than half a timeout's work at the
pace of the last second: what the primary is owed must not wait in so long a queue that it looks
faulty. Of the room that is left, each author takes its part. And no crumbs, while own bundles
wait: each bundle costs every node something.

Source: architecture.md section 2; consensus.md section 4 (waiting in a long queue is not overdue).
"""

from collections.abc import Callable
from dataclasses import dataclass

import trio

from consensus import Digest, Membership
from ledgerd.chain.bundle import Bundle, sign_bundle
from ledgerd.clock import Clock
from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind
from ledgerd.network.transport import Transport
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.checking import by_hash, checked_bundle, encode_package
from ledgerd.node.inputs import BundlesKnown, Inputs
from ledgerd.node.pool import BundleLimits, Pool
from ledgerd.node.pulse import Latch
from ledgerd.node.tempo import Tempo
from ledgerd.primitives.signatures import Signer

PAUSES_MAX = 8  # intervals between two bundles at the most
OWN_COUNT_MAX = 8  # own bundles in no block: what waits longer waits in the pool, owed by nobody
OWED_COUNT_MIN = 64  # transactions of one bundle that nobody calls a crumb
OWN_TURN_COUNT = 16  # transactions of its own that a node may always have owed: nobody is shut out
ENVELOPE_BYTES = 65_536  # room for what surrounds contents: lengths and the bundle's own fields


@dataclass(frozen=True, slots=True)
class BundleMaking:
    """How bundles of this node look.

    Attributes:
        validator: own replica index.
        package_bytes_max: of the membership record.
        bundle_bytes_max: of the membership record.
        transaction_bytes_max: of the membership record.
        tempo: says how much may stand in one bundle.
        per_s: transactions that were committed in the last second.
    """

    membership: Membership
    validator: int
    signer: Signer
    package_bytes_max: int
    bundle_bytes_max: int
    transaction_bytes_max: int
    interval_ms: int
    tempo: Tempo
    per_s: Callable[[], int]

    @property
    def owed_count_max(self) -> int:
        """Transactions that may be owed to all validators together: a full bundle at least."""
        half_timeout_ms = self.membership.limits.request_timeout_ms // 2
        return max(self.tempo.bundle_count_max, self.per_s() * half_timeout_ms // 1_000)

    @property
    def content_bytes_max(self) -> int:
        """Bytes of transactions and sidecars that surely fit."""
        frame = min(self.package_bytes_max, BODY_BYTES_MAX[FrameKind.BUNDLE])
        return frame - ENVELOPE_BYTES

    @property
    def transactions_bytes_max(self) -> int:
        """Bytes of transactions alone that surely fit into the bundle."""
        return self.bundle_bytes_max - ENVELOPE_BYTES


class Bundler:
    """One task that empties the pool."""

    def __init__(
        self, pool: Pool, book: BundleBook, transport: Transport, clock: Clock, making: BundleMaking
    ) -> None:
        self._pool = pool
        self._book = book
        self._transport = transport
        self._clock = clock
        self.making = making
        self._latch = Latch()
        self._sequence = clock.wall_ms() << 20  # above that of any earlier run of this node

    def stir(self) -> None:
        """Say that the pool got something, or the book some room."""
        self._latch.ring()

    async def run(self, driver: trio.MemorySendChannel[Inputs]) -> None:
        """Bundle until cancelled."""
        while True:
            await self._latch.wait()
            while self._pool and self._has_room():
                digest = self._bundle()
                await driver.send((BundlesKnown((digest,)),))
                await trio.sleep(self._pause_ms() / 1000)

    def _pause_ms(self) -> int:
        """Give the pause after a bundle: longer, the more own ones wait for their block."""
        return self.making.interval_ms * min(self._book.count_of(self.making.validator), PAUSES_MAX)

    def _has_room(self) -> bool:
        own = self.making.validator
        is_few = self._book.count_of(own) < OWN_COUNT_MAX
        has_bytes = self._book.has_room(own, self.making.content_bytes_max)
        return is_few and has_bytes and self._room_count() >= self._worthwhile_count()

    def _worthwhile_count(self) -> int:
        """Count the transactions for which a bundle is made: any, while none of its own waits."""
        is_waiting = self._book.count_of(self.making.validator) > 0
        return min(len(self._pool), OWED_COUNT_MIN) if is_waiting else 1

    def _room_count(self) -> int:
        """Count the transactions that may be owed beside those that are."""
        own_left = OWN_TURN_COUNT - self._book.transaction_count_of(self.making.validator)
        return max(own_left, self.making.owed_count_max - self._book.transaction_count)

    def _share_count(self) -> int:
        """Count the transactions of one bundle: others who bundle now find the same room."""
        room = self._room_count()
        others = self._book.author_count_beside(self.making.validator)
        return max(1, min(room, max(OWED_COUNT_MIN, room // (others + 1))))

    def _bundle(self) -> Digest:
        making = self.making
        items = self._pool.take(
            BundleLimits(
                min(making.tempo.bundle_count_max, self._share_count()),
                making.content_bytes_max,
                making.transactions_bytes_max,
            )
        )
        self._sequence += 1
        bundle = Bundle(
            chain_id=making.membership.chain,
            epoch=making.membership.epoch,
            validator=making.validator,
            sequence=self._sequence,
            transactions=tuple(item.read.encoded for item in items),
        )
        encoded = sign_bundle(bundle, making.signer)
        named = by_hash([sidecar for item in items for sidecar in item.sidecars])
        sidecars = {name: named[name] for name in sorted(named)}
        known = checked_bundle(encoded, making.validator, [item.read for item in items], sidecars)
        self._book.add(known)
        package = encode_package(encoded, tuple(sidecars.values()))
        self._transport.offer(FrameKind.BUNDLE, package, None)
        return known.digest

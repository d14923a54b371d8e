"""Fetches bundles that a batch names and nobody delivered: from its proposer, then from anyone.

Rules: one request at a time per round, to one peer, asked again elsewhere after a period; answers
are ordinary bundle frames and go the way of all bundles. What is no longer wanted is not asked for.
What another replica says it waits for is asked of that one, once: it says so again.
"""

from collections.abc import Callable, Sequence

import trio

from consensus import Digest
from ledgerd.network.frames import FrameKind
from ledgerd.network.transport import Transport
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.pulse import Latch
from ledgerd.node.sync_messages import BUNDLE_COUNT_MAX, BundlesRequest, encode_sync

REPEAT_S = 0.25  # a bundle of 4 MB needs less on any link that keeps up
GRACE_S = 0.02  # bundles and proposals travel on their own; mostly the bundle is about to come


class BundleFetcher:
    """One task that asks for wanted bundles.

    Args:
        members: institution ids in replica order.
        peers_up: gives the institutions whose links are up.
    """

    def __init__(
        self,
        book: BundleBook,
        transport: Transport,
        members: tuple[str, ...],
        peers_up: Callable[[], tuple[str, ...]],
    ) -> None:
        self._book = book
        self._transport = transport
        self._members = members
        self._peers_up = peers_up
        self._latch = Latch()
        self._round = 0

    @property
    def latch(self) -> Latch:
        """Rings when something may be wanted."""
        return self._latch

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            await self._latch.wait()
            await trio.sleep(GRACE_S)
            self._round = 0
            while self._book.wanted():
                self._ask()
                self._ask_hinted()
                self._round += 1
                await trio.sleep(REPEAT_S)
            self._ask_hinted()

    def _ask(self) -> None:
        by_peer: dict[str, list[Digest]] = {}
        for digest, holder in self._book.wanted():
            peer = self._peer_for(holder)
            if peer is not None:
                by_peer.setdefault(peer, []).append(digest)
        for peer, digests in by_peer.items():
            self._request(peer, digests[:BUNDLE_COUNT_MAX])

    def _ask_hinted(self) -> None:
        up = self._peers_up()
        for replica, digests in self._book.take_hinted().items():
            peer = self._members[replica]
            if peer in up:
                for first in range(0, len(digests), BUNDLE_COUNT_MAX):
                    self._request(peer, digests[first : first + BUNDLE_COUNT_MAX])

    def _request(self, peer: str, digests: Sequence[Digest]) -> None:
        request = BundlesRequest(digests=tuple(digests))
        self._transport.offer(FrameKind.SYNC, encode_sync(request), peer)

    def _peer_for(self, holder: int | None) -> str | None:
        up = self._peers_up()
        if not up:
            return None
        first = self._members[holder] if holder is not None else up[0]
        if self._round == 0 and first in up:
            return first
        return up[self._round % len(up)]

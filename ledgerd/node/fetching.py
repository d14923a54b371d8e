"""Fetches bundles that a batch names and nobody delivered: from its proposer, then from anyone.

Rules: nothing is asked for at once: under load a bundle is on its way or waits to be checked, and
asking would send all of it again. Then one peer is asked, after a while another; answers are
ordinary bundle frames and go the way of all bundles. What is no longer wanted is not asked for.
What another replica says it waits for is asked of that one, once: it says so again. What stands in
the own queue for its check is not asked for: it has come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import trio

from consensus import Digest
from ledgerd.network.frames import FrameKind
from ledgerd.network.transport import Transport
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.package_queue import PackageQueue
from ledgerd.node.sync_messages import BUNDLE_COUNT_MAX, BundlesRequest, encode_sync

TICK_S = 0.05  # how exactly the times below are kept
GRACE_S = 0.25  # bundles travel behind votes and wait for a checker: mostly one is about to come
REPEAT_S = 0.5  # a bundle of 4 MB needs less on any link that keeps up; doubled with each attempt
REPEAT_DOUBLINGS_MAX = 3


@dataclass(slots=True)
class _Attempt:
    """When a digest is asked for next, and how often it was."""

    due: float
    count: int = 0


class BundleFetcher:
    """One task that asks for wanted bundles.

    Args:
        members: institution ids in replica order.
        peers_up: gives the institutions whose links are up.

    Attributes:
        packages: bundles that came and wait for their check; the intake fills and empties it.
    """

    def __init__(
        self,
        book: BundleBook,
        transport: Transport,
        members: tuple[str, ...],
        peers_up: Callable[[], tuple[str, ...]],
        packages: PackageQueue,
    ) -> None:
        self.packages = packages
        self._book = book
        self._transport = transport
        self._members = members
        self._peers_up = peers_up
        self._attempts: dict[Digest, _Attempt] = {}
        self._hints: dict[Digest, tuple[float, int]] = {}

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            await self._book.lacking.wait()
            is_busy = True
            while is_busy:
                is_busy = self._look()
                await trio.sleep(TICK_S)

    def _look(self) -> bool:
        """Ask for what is due; say whether anything is still to be asked for."""
        now = trio.current_time()
        wanted = dict(self._book.wanted())
        self._attempts = {d: a for d, a in self._attempts.items() if d in wanted}
        by_peer: dict[str, list[Digest]] = {}
        for digest, holder in wanted.items():
            attempt = self._attempts.setdefault(digest, _Attempt(now + GRACE_S))
            peer = self._peer_for(holder, attempt.count) if attempt.due <= now else None
            if peer is not None and self.packages.is_coming(digest, peer):
                attempt.due = now + GRACE_S
            elif peer is not None and len(by_peer.setdefault(peer, [])) < BUNDLE_COUNT_MAX:
                by_peer[peer].append(digest)
                attempt.due = now + REPEAT_S * 2 ** min(attempt.count, REPEAT_DOUBLINGS_MAX)
                attempt.count += 1
        for peer, digests in by_peer.items():
            if digests:
                self._request(peer, digests)
        self._ask_hinted(now)
        return bool(wanted or self._hints)

    def _ask_hinted(self, now: float) -> None:
        """Ask for what others wait for, once, of the one that said so, if it has not come."""
        for replica, digests in self._book.take_hinted().items():
            for digest in digests:
                self._hints.setdefault(digest, (now + GRACE_S, replica))
        due = {d: replica for d, (at, replica) in self._hints.items() if at <= now}
        by_peer: dict[str, list[Digest]] = {}
        for digest, replica in due.items():
            del self._hints[digest]
            peer = self._members[replica]
            if not self._book.is_over(digest) and not self.packages.is_coming(digest, peer):
                by_peer.setdefault(peer, []).append(digest)
        for peer in self._peers_up():
            named = by_peer.get(peer, [])
            for first in range(0, len(named), BUNDLE_COUNT_MAX):
                self._request(peer, named[first : first + BUNDLE_COUNT_MAX])

    def _request(self, peer: str, digests: Sequence[Digest]) -> None:
        request = BundlesRequest(digests=tuple(digests))
        self._transport.offer(FrameKind.SYNC, encode_sync(request), peer)

    def _peer_for(self, holder: int | None, attempt: int) -> str | None:
        up = self._peers_up()
        if not up:
            return None
        first = self._members[holder] if holder is not None else up[0]
        if attempt == 0 and first in up:
            return first
        return up[attempt % len(up)]

"""What the node and its peers give each other beside votes: heads, blocks, bundles, sidecars.

Rules: one place that knows which message goes where; nothing here waits.
"""

from dataclasses import dataclass

import structlog
import trio

from ledgerd.clock import Clock
from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import LinkDown, LinkUp
from ledgerd.network.transport import Transport
from ledgerd.node import letting_go, serving
from ledgerd.node.catch_up import CatchUp
from ledgerd.node.core import Core
from ledgerd.node.evidence import EvidenceBook
from ledgerd.node.fetching import BundleFetcher
from ledgerd.node.sidecar_exchange import SidecarExchange
from ledgerd.node.sync_messages import (
    BlocksReply,
    BundlesRequest,
    HeadNotice,
    SidecarsReply,
    SyncMessage,
    encode_sync,
)
from ledgerd.node.views import PeerStatus

log = structlog.get_logger()


class Peers:
    """Which links are up, and what was noted of whom.

    Attributes:
        fault_counts: misdeeds by institution, since the start of the process.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._up: dict[str, None] = {}
        self._last_seen_ms: dict[str, int] = {}
        self._heights: dict[str, int] = {}
        self.fault_counts: dict[str, int] = {}

    def take(self, news: LinkUp | LinkDown) -> None:
        """Note a link that came up or went down."""
        self._last_seen_ms[news.peer] = self._clock.wall_ms()
        if isinstance(news, LinkUp):
            self._up[news.peer] = None
        else:
            self._up.pop(news.peer, None)

    def up(self) -> tuple[str, ...]:
        """List the institutions whose links are up."""
        return tuple(self._up)

    def last_seen_ms(self, peer: str) -> int | None:
        """Give the time of now for a peer that is up, else of its last change; None for never."""
        return self._clock.wall_ms() if peer in self._up else self._last_seen_ms.get(peer)

    def note_height(self, peer: str, height: int) -> None:
        """Note what a peer says that it has executed; nothing is decided by it."""
        self._heights[peer] = height

    def height(self, peer: str) -> int | None:
        """Give the height that a peer named last; None for never."""
        return self._heights.get(peer)

    def note_fault(self, peer: str, reason: str) -> None:
        """Count a misdeed."""
        self.fault_counts[peer] = self.fault_counts.get(peer, 0) + 1
        _log_fault(peer, reason, self.fault_counts[peer])


@dataclass(frozen=True, slots=True)
class Exchange:
    """The parts that talk of blocks, bundles and sidecars."""

    transport: Transport
    core: Core
    peers: Peers
    catch_up: CatchUp
    fetcher: BundleFetcher
    server: serving.Server
    sidecars: SidecarExchange
    letting_go: letting_go.LettingGo
    evidence: EvidenceBook

    def start(self, nursery: trio.Nursery) -> None:
        """Start all tasks in the nursery of the engine."""
        for run in (
            self.catch_up.run,
            self.fetcher.run,
            self.server.run,
            self.sidecars.run,
            self.letting_go.run,
            self._announce,
        ):
            nursery.start_soon(run)

    def on_sync(self, peer: str, message: SyncMessage) -> None:
        """Hand a message to whom it concerns."""
        match message:
            case BlocksReply() | SidecarsReply():
                self.sidecars.requests.take_reply(peer, message)
            case HeadNotice(height=height):
                self.peers.note_height(peer, height)
                self.catch_up.hint(peer, height)
            case BundlesRequest() if peer not in self.core.members:
                self.peers.note_fault(peer, "an observer asked for bundles")
            case _:
                self.server.ask(peer, message)

    def on_link(self, news: LinkUp | LinkDown) -> None:
        """Note a change of a link; tell a new neighbour how far we are."""
        self.peers.take(news)
        if isinstance(news, LinkUp):
            self._tell_head(news.peer)

    def peer_statuses(self) -> tuple[PeerStatus, ...]:
        """List the other validators and observers, as their links and claims show them."""
        convictions = self.evidence.counts()
        addresses = {state.peer: state for state in self.transport.link_states()}
        return tuple(
            PeerStatus(
                institution=name,
                connected=state.is_up,
                height=self.peers.height(name),
                last_seen_ms=self.peers.last_seen_ms(name),
                last_error=state.last_error,
                fault_count=self.peers.fault_counts.get(name, 0),
                evidence_count=convictions.get(name, 0),
            )
            for name, state in addresses.items()
        )

    async def _announce(self) -> None:
        """Tell observers of new sealed blocks; validators learn it from each other's status."""
        while True:
            await self.core.witnesses.seal.wait()
            for peer in self.peers.up():
                if peer not in self.core.members:
                    self._tell_head(peer)

    def _tell_head(self, peer: str) -> None:
        notice = HeadNotice(height=self.core.reads.head().sealed_height)
        self.transport.offer(FrameKind.SYNC, encode_sync(notice), peer)


def _log_fault(peer: str, reason: str, count: int) -> None:
    if count & (count - 1) == 0:  # 1, 2, 4, 8: a flood of faults does not become a flood of lines
        log.warning("peer misbehaved", institution=peer, reason=reason, count=count)

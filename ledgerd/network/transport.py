"""The network as its host sees it: offer frames, take arrivals, look at the links.

Rules: ``offer`` never waits and never fails because of a peer; losing a frame is allowed, for
votes are repeated and the rest is asked for again; at most one link per peer is up.
Source: architecture.md section 5, style.md section 10.
"""

import functools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import trio

from ledgerd.errors import ConfigError, LinkError, PeerClosed
from ledgerd.network.frames import CONTENT_KINDS, FrameKind, encode_frame
from ledgerd.network.handshake import Ticket, decides, shake_hands
from ledgerd.network.inbox import Inbox
from ledgerd.network.link import Link
from ledgerd.network.lobby import Lobby, limited
from ledgerd.network.pacing import Backoff
from ledgerd.network.seats import Counter, Seat
from ledgerd.network.settings import (
    Address,
    Chance,
    NetworkIdentity,
    NetworkSettings,
    Peer,
    PeerRole,
)
from ledgerd.network.tls import Tls
from ledgerd.network.wire import Wire, link_errors

Dial: TypeAlias = Callable[[Address], Awaitable[trio.abc.Stream]]
_ListenerStream = TypeVar("_ListenerStream", bound=trio.abc.Stream)


async def dial_tcp(address: Address) -> trio.abc.Stream:
    """Open a TCP connection; ``OSError`` when nobody answers or the address is none.

    Others publish addresses: what the resolver chokes on must not stop this node.
    """
    try:
        return await trio.open_tcp_stream(address.host, address.port)
    except (ValueError, OverflowError) as error:
        raise OSError("not an address") from error


@dataclass(frozen=True, slots=True)
class LinkState:
    """One peer's link as shown to operators; never what was said on it.

    Attributes:
        since_ms: monotonic milliseconds of the last change of ``is_up``; 0 before the first.
        bytes_in: of frames, since the start of the process, over all links to this peer.
        dropped_count: frames that found a full queue or no link.
        last_error: why the last link or attempt ended, "Kind: reason"; "" for none.
    """

    peer: str
    is_up: bool
    since_ms: int
    bytes_in: int
    bytes_out: int
    frames_in: int
    frames_out: int
    dropped_count: int
    last_error: str


class Transport:
    """All links of this node. ``run`` owns them; all else is sync and may be called at any time.

    The host reads ``incoming``: ``Incoming(peer, kind, body)``, ``LinkUp(peer)``,
    ``LinkDown(peer, reason)``; ``receive``, ``receive_nowait`` and ``async for`` work as on a
    ``trio.MemoryReceiveChannel``. The channel ends when ``run`` ends.

    Attributes:
        refused_count: inbound connections that did not prove to be a peer.
    """

    def __init__(
        self,
        identity: NetworkIdentity,
        peers: Sequence[Peer],
        settings: NetworkSettings,
        random: Chance,
        dial: Dial = dial_tcp,
    ) -> None:
        """Load keys and certificates; nothing is opened yet.

        ``random`` gives the jitter of the pauses between dials; ``dial`` opens a connection to an
        address.

        Raises:
            ConfigError: own key or a peer's certificate cannot be used, or a peer stands twice.
        """
        self.incoming = Inbox(settings)
        self._identity = identity
        self._settings = settings
        self._dial = dial
        self._tls = Tls(identity, peers)
        self._counter = Counter(secrets.token_bytes(16))
        self._seats = {
            peer.institution_id: Seat(peer, settings, self.incoming, Backoff(settings, random))
            for peer in peers
        }
        self._lobby = Lobby(settings.handshake_count_max, settings.handshake_timeout_ms)
        self.refused_count = 0
        if len(self._seats) != len(peers) or identity.institution_id in self._seats:
            raise ConfigError("network.peers: an institution stands twice, or is this node itself")

    async def run(
        self,
        listeners: Sequence[trio.abc.Listener[_ListenerStream]],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Accept, dial and keep up the links until cancelled; ``started()`` once it accepts."""
        try:
            async with trio.open_nursery() as nursery:
                for seat in self._seats.values():
                    if seat.peer.addresses:
                        nursery.start_soon(self._keep_dialling, seat)
                if listeners:
                    await nursery.start(trio.serve_listeners, self._answer, listeners)
                task_status.started()
                await trio.sleep_forever()
        finally:
            self.incoming.close()

    def offer(self, kind: FrameKind, body: bytes, to: str | None) -> None:
        """Queue one frame for one peer, or with ``to=None`` for every validator whose link is up.

        A peer without a link, or a full sync or bundle queue, loses the frame (counted); a full
        vote queue closes the link. Observers are sent SYNC only, and only when named in ``to``.

        Raises:
            FrameTooLarge: ``body`` is above ``BODY_BYTES_MAX[kind]``; nothing was queued.
        """
        assert kind in CONTENT_KINDS
        assert body, "an empty body is no message; peers refuse it"
        frame = encode_frame(kind, body)
        if to is not None:
            seat = self._seats[to]
            assert kind is FrameKind.SYNC or seat.peer.role is PeerRole.VALIDATOR
            _hand_over(seat, kind, frame)
            return
        for seat in self._seats.values():
            if seat.peer.role is PeerRole.VALIDATOR:
                _hand_over(seat, kind, frame)

    def link_states(self) -> tuple[LinkState, ...]:
        """Return the state of the link to every peer, in the order of ``peers``."""
        return tuple(_state_of(seat) for seat in self._seats.values())

    async def _keep_dialling(self, seat: Seat) -> None:
        if not decides(self._identity.institution_id, seat.peer.institution_id):
            # The deciding side has a head start, so that two dials at once are rare.
            await trio.sleep(2 * self._settings.redial_min_ms / 1000)
        while True:
            await seat.wait_turn_to_dial()
            for address in seat.peer.addresses:
                if seat.link is None:
                    await self._dial_once(seat, address)

    async def _dial_once(self, seat: Seat, address: Address) -> None:
        """Dial one address and, if the peer is there, serve the link until it ends."""
        begun_at = trio.current_time()
        try:
            with limited(self._settings.handshake_timeout_ms), link_errors("dialling"):
                stream = await self._dial(address)
            async with _closing(stream):
                with limited(self._settings.handshake_timeout_ms):
                    secured = await self._tls.connect(stream, seat.peer)
                    wire, ticket = await self._shake_hands(secured, seat, begun_at)
                await self._serve(wire, seat, ticket)
        except LinkError as error:
            seat.note(error)

    async def _answer(self, stream: trio.abc.Stream) -> None:
        """Serve one inbound connection until it ends."""
        begun_at = trio.current_time()
        seat: Seat | None = None
        try:
            async with _closing(stream):
                with self._lobby.stay():
                    secured, peer_id = await self._tls.accept(stream)
                    seat = self._seats[peer_id]
                    wire, ticket = await self._shake_hands(secured, seat, begun_at)
                await self._serve(wire, seat, ticket)
        except LinkError as error:
            if seat is None:
                self.refused_count += 1
            else:
                seat.note(error)

    async def _shake_hands(
        self, secured: trio.abc.Stream, seat: Seat, begun_at: float
    ) -> tuple[Wire, Ticket]:
        wire = Wire(secured)
        if decides(self._identity.institution_id, seat.peer.institution_id):
            approve = functools.partial(seat.issue, self._counter, begun_at)
        else:
            approve = functools.partial(seat.approve, begun_at)
        return wire, await shake_hands(wire, self._identity, seat.peer, approve)

    async def _serve(self, wire: Wire, seat: Seat, ticket: Ticket) -> None:
        """Seat a new link and run it; whatever ends it, the seat is free afterwards."""
        link = Link(seat.peer, wire, self.incoming, seat.tally, self._settings)
        seat.take(link, ticket)
        error: LinkError = PeerClosed("this node stops")
        try:
            error = await link.run()
        finally:
            seat.leave(link, error)


@asynccontextmanager
async def _closing(stream: trio.abc.Stream) -> AsyncIterator[None]:
    """Close at the end without a goodbye: a link may end in the middle of a frame."""
    try:
        yield
    finally:
        await trio.aclose_forcefully(stream)


def _hand_over(seat: Seat, kind: FrameKind, frame: bytes) -> None:
    if seat.link is None:
        seat.tally.dropped_count += 1
    else:
        seat.link.offer(kind, frame)


def _state_of(seat: Seat) -> LinkState:
    tally = seat.tally
    return LinkState(
        peer=seat.peer.institution_id,
        is_up=seat.link is not None,
        since_ms=int(seat.since * 1000),
        bytes_in=tally.bytes_in,
        bytes_out=tally.bytes_out,
        frames_in=tally.frames_in,
        frames_out=tally.frames_out,
        dropped_count=tally.dropped_count,
        last_error=seat.last_error,
    )

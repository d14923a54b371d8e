"""One seat per peer: which link is the link, and the books about it.

Rules: at most one link sits; a newer ticket takes the place of an older one; the host hears of
every change, in order. All methods are sync, so each change is atomic.
Source: architecture.md section 5; who numbers the links: handshake.py.
"""

import itertools

import trio

from ledgerd.errors import HandshakeFailed, LinkError, PeerClosed
from ledgerd.network.handshake import NO_TICKET, Ticket
from ledgerd.network.inbox import Inbox, LinkDown, LinkUp
from ledgerd.network.link import Link, Tally
from ledgerd.network.pacing import Backoff
from ledgerd.network.settings import NetworkSettings, Peer

NEVER = float("-inf")


class Counter:
    """Gives this transport's tickets: one incarnation, rising serials."""

    def __init__(self, incarnation: bytes) -> None:
        assert len(incarnation) == 16
        self._incarnation = incarnation
        self._serials = itertools.count(1)

    def next_ticket(self) -> Ticket:
        """Return a ticket above all earlier ones."""
        return Ticket(self._incarnation, next(self._serials))


class Seat:
    """The place of the one link to a peer.

    Attributes:
        link: the one that is up, if any.
        since: seconds, monotonic, of the last change between up and down.
        last_error: why the last link or attempt ended; "" before the first.
    """

    def __init__(
        self, peer: Peer, settings: NetworkSettings, inbox: Inbox, backoff: Backoff
    ) -> None:
        self.peer = peer
        self.tally = Tally()
        self.link: Link | None = None
        self.since = 0.0
        self.last_error = ""
        self._settings = settings
        self._inbox = inbox
        self._backoff = backoff
        self._ticket: Ticket | None = None
        self._issued_at = NEVER
        self._vacated = trio.lowlevel.ParkingLot()

    def approve(self, begun_at: float) -> Ticket:
        """Agree to a connection that was begun at ``begun_at``; the other side numbers it.

        Raises:
            HandshakeFailed: a link came up since: both sides had dialled at once.
        """
        if self.link is not None and begun_at <= self.since:
            raise HandshakeFailed("another connection of the pair was preferred")
        return NO_TICKET

    def issue(self, counter: Counter, begun_at: float) -> Ticket:
        """Agree to a connection and number it (the deciding side only).

        Raises:
            HandshakeFailed: another connection got its number or came up since it was begun.
        """
        self.approve(begun_at)
        if begun_at <= self._issued_at:
            raise HandshakeFailed("another connection of the pair was preferred")
        self._issued_at = trio.current_time()
        return counter.next_ticket()

    def take(self, link: Link, ticket: Ticket) -> None:
        """Seat a link that is up; the older one is closed.

        Raises:
            HandshakeFailed: the one that sits is newer.
        """
        old = self._ticket
        if self.link is not None and old is not None:
            if old.incarnation == ticket.incarnation and old.serial >= ticket.serial:
                raise HandshakeFailed("a newer link of the pair is up")
            self.leave(self.link, PeerClosed("a newer link of the pair is up"))
        self.link = link
        self._ticket = ticket
        self.since = trio.current_time()
        self._inbox.put((LinkUp(self.peer.institution_id),))

    def leave(self, link: Link, error: LinkError) -> None:
        """Free the seat if ``link`` still has it; the link is closed in any case."""
        link.close(error)
        if self.link is not link:
            return
        now = trio.current_time()
        if (now - self.since) * 1000 >= self._settings.stable_ms:
            self._backoff.reset()
        self.link = None
        self.since = now
        self.note(error)
        self._inbox.put((LinkDown(self.peer.institution_id, self.last_error),))
        self._vacated.unpark_all()

    def note(self, error: LinkError) -> None:
        """Remember why an attempt failed; the texts of link errors hold no content."""
        if self.link is None:
            self.last_error = f"{type(error).__name__}: {error}"

    async def wait_turn_to_dial(self) -> None:
        """Wait until no link sits and the pause after the last attempt is over."""
        await trio.lowlevel.checkpoint()
        while True:
            while self.link is not None:
                await self._vacated.park()
            await trio.sleep(self._backoff.pause_ms() / 1000)
            if self.link is None:
                return

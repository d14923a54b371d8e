"""One link that is up: a task that reads, one that writes, one that watches.

Rules: the first error ends all three; the nursery is the link's lifetime; nothing is put into the
inbox after the end. A link does not know whether it is the only one of its peer. A small frame that
finds nothing before it is written in the turn in which it is offered; the writer writes all else,
and what the kernel did not take.
Source: architecture.md section 5, style.md section 10.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import trio

from ledgerd.errors import LinkError, PeerBroken, PeerClosed
from ledgerd.network.frames import CONTENT_KINDS, Frame, FrameKind, encode_frame
from ledgerd.network.inbox import Inbox, Incoming
from ledgerd.network.outbox import Offered, Outbox
from ledgerd.network.pacing import Quota
from ledgerd.network.settings import NetworkSettings, Peer, PeerRole
from ledgerd.network.wire import Wire

PROMPT_BYTES_MAX: Final = 16 << 10  # of a frame that needs no writer: one TLS record

_PING: Final = encode_frame(FrameKind.PING, b"")


@dataclass(slots=True)
class Tally:
    """What went over all links of one peer since the start; only grows."""

    bytes_in: int = 0
    bytes_out: int = 0
    frames_in: int = 0
    frames_out: int = 0
    dropped_count: int = 0


class Link:
    """Moves frames between one peer and the host until something ends it."""

    def __init__(
        self, peer: Peer, wire: Wire, inbox: Inbox, tally: Tally, settings: NetworkSettings
    ) -> None:
        self._peer = peer
        self._wire = wire
        self._inbox = inbox
        self._tally = tally
        self._settings = settings
        self._outbox = Outbox(settings)
        self._quota = Quota(settings)
        self._scope = trio.CancelScope()
        self._error: LinkError | None = None

    def offer(self, kind: FrameKind, frame: bytes) -> None:
        """Write or queue one encoded frame; a full vote queue closes the link."""
        if len(frame) <= PROMPT_BYTES_MAX and self._outbox.is_idle:
            now = trio.current_time()
            if self._wire.is_prompt(now):
                self._send_now(frame, now)
                return
        outcome = self._outbox.offer(kind, frame)
        if outcome is Offered.QUEUED:
            return
        self._tally.dropped_count += 1
        if outcome is Offered.OVERFLOWED:
            self.close(PeerClosed("the queue of votes is full: the peer does not read"))

    def close(self, error: LinkError) -> None:
        """End the link for this reason; the first reason stays."""
        if self._error is None:
            self._error = error
            self._scope.cancel()

    async def run(self) -> LinkError:
        """Serve the link until it ends; return why."""
        with self._scope:
            async with trio.open_nursery() as nursery:
                for work in (self._read, self._write, self._watch):
                    nursery.start_soon(self._until_error, work)
        assert self._error is not None  # only close() cancels the scope
        return self._error

    def _send_now(self, frame: bytes, now: float) -> None:
        try:
            is_whole = self._wire.send_now(frame, now)
        except LinkError as error:
            self.close(error)
            return
        self._tally.bytes_out += len(frame)
        self._tally.frames_out += 1
        if not is_whole:  # a frame wakes the writer, which sends the rest first
            self._outbox.offer(FrameKind.PING, _PING)

    async def _until_error(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except LinkError as error:
            self.close(error)

    async def _read(self) -> None:
        peer_id = self._peer.institution_id
        before = self._wire.bytes_in
        while True:
            frames = await self._wire.receive()
            if self._error is not None:
                return  # the host was told that the link is down
            self._inbox.hand(self._arrivals(frames))
            read_bytes = self._wire.bytes_in - before
            before = self._wire.bytes_in
            self._tally.bytes_in += read_bytes
            self._tally.frames_in += len(frames)
            pause = self._quota.spend(read_bytes, len(frames), trio.current_time())
            if pause > 0:
                await trio.sleep(pause)
            await self._inbox.wait_room(peer_id)

    def _arrivals(self, frames: Sequence[Frame]) -> list[Incoming]:
        """Check what these frames may be; leave out what is for the link itself.

        Raises:
            PeerBroken: a kind that has no place here, or content that is empty.
        """
        allowed = CONTENT_KINDS if self._peer.role is PeerRole.VALIDATOR else (FrameKind.SYNC,)
        arrivals: list[Incoming] = []
        for frame in frames:
            if frame.kind in allowed and frame.body:
                arrivals.append(Incoming(self._peer.institution_id, frame.kind, frame.body))
            elif frame.kind is not FrameKind.PING:
                raise PeerBroken(f"{frame.kind.name} of {len(frame.body)} bytes has no place here")
        return arrivals

    async def _write(self) -> None:
        while True:
            await self._outbox.wait()
            data, frame_count = self._outbox.take(self._settings.flush_bytes_max)
            await self._wire.send(data)
            self._tally.bytes_out += len(data)
            self._tally.frames_out += frame_count

    async def _watch(self) -> None:
        settings = self._settings
        shortest_ms = min(settings.ping_ms, settings.silence_timeout_ms, settings.stall_timeout_ms)
        while True:
            await trio.sleep(shortest_ms / 2000)  # half of it: nothing is late by more than that
            now = trio.current_time()
            self._wire.verify_alive(
                now,
                silence_ms=settings.silence_timeout_ms,
                stall_ms=settings.stall_timeout_ms,
            )
            if self._outbox.is_empty and self._wire.is_quiet(now, settings.ping_ms // 2):
                self._outbox.offer(FrameKind.PING, _PING)

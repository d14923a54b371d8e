"""One connection as a pair of frame streams, with the books that show whether it lives.

Rules: errors of trio and ``ssl`` become ``LinkError`` here and nowhere else; a send that failed or
was cancelled half way poisons the wire, for the other side may stand in the middle of a frame. A
frame may be sent without waiting while no other send is going on.
Source: architecture.md section 5.
"""

import ssl
from collections import deque
from types import TracebackType

import trio

from ledgerd.errors import PeerBroken, PeerClosed
from ledgerd.network.frames import Frame, FrameReader
from ledgerd.network.secured_stream import SecuredStream
from ledgerd.primitives.tally import TALLY

READ_BYTES_MAX = 64 << 10  # one read; a TLS record holds at most 16 KiB
PROMPT_PAUSE_S = 0.000_5  # what comes closer behind a frame is joined by the writer


class link_errors:  # noqa: N801  reads as what it is used as
    """Translate what a stream raises; ``doing`` completes the sentence "... failed".

    A class, for it stands around each read and write: made of a generator it took as long as the
    encryption of a vote.
    """

    __slots__ = ("_doing",)

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if error is None:
            return
        if isinstance(error, trio.ClosedResourceError):
            raise PeerClosed(f"{self._doing} failed: closed on this side") from error
        if isinstance(error, trio.BrokenResourceError | OSError):
            raise PeerClosed(f"{self._doing} failed: {_cause(error)}") from error


def _cause(error: BaseException) -> str:
    """Name the innermost cause by class, and by reason where ``ssl`` gives one of its own."""
    while error.__cause__ is not None:
        error = error.__cause__
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    return str(reason or type(error).__name__)


class Wire:
    """Frames in and out over one stream; one task may receive while another sends.

    Attributes:
        bytes_in: received, after TLS.
        bytes_out: handed to TLS and taken by it.
    """

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self._stream = stream
        self._prompt = stream if isinstance(stream, SecuredStream) else None
        self._reader = FrameReader()
        self._pending: deque[Frame] = deque()
        self._poisoned = False
        self._sent_at = trio.current_time()
        self._send_begun_at: float | None = None
        self._receive_begun_at: float | None = None
        self._frame_begun_at: float | None = None

    async def receive(self) -> list[Frame]:
        """Wait for at least one whole frame; return all that are there.

        Raises:
            PeerClosed: the connection ended, in or between frames.
            PeerBroken, FrameTooLarge: bytes that are no frame.
        """
        if self._pending:
            frames = list(self._pending)
            self._pending.clear()
            return frames
        while not (frames := self._reader.feed(await self._read())):
            if self._frame_begun_at is None:
                self._frame_begun_at = trio.current_time()
        self._frame_begun_at = None
        return frames

    async def receive_one(self) -> Frame:
        """Wait for one frame; what came with it is kept for the next call."""
        if not self._pending:
            self._pending.extend(await self.receive())
        return self._pending.popleft()

    def is_prompt(self, now: float) -> bool:
        """Whether a frame may be sent without waiting: none is under way, none went just now."""
        is_free = self._prompt is not None and not self._poisoned
        return is_free and now - self._sent_at >= PROMPT_PAUSE_S

    def send_now(self, data: bytes, now: float) -> bool:
        """Write whole frames as far as they are taken without waiting; say whether all were.

        What is left goes out before anything of the next ``send``, which must follow then.

        Raises:
            PeerClosed: the connection ended.
        """
        assert self._prompt is not None
        assert not self._poisoned
        self._poisoned = True
        with link_errors("sending"):
            is_whole = self._prompt.send_now(data)
        self._note_sent(len(data), now)
        return is_whole

    async def send(self, data: bytes) -> None:
        """Write whole frames.

        Raises:
            PeerClosed: the connection ended, or an earlier send did not finish.
        """
        if self._poisoned:
            raise PeerClosed("sending failed: an earlier frame was cut")
        self._poisoned = True
        self._send_begun_at = trio.current_time()
        with link_errors("sending"):
            await self._stream.send_all(data)
        self._send_begun_at = None
        self._note_sent(len(data), trio.current_time())

    def is_quiet(self, now: float, quiet_ms: int) -> bool:
        """Whether nothing was sent for ``quiet_ms``, so that a ping is due."""
        return self._send_begun_at is None and now - self._sent_at >= quiet_ms / 1000

    def verify_alive(self, now: float, *, silence_ms: int, stall_ms: int) -> None:
        """Check that bytes come in while we listen, and that frames and writes get done.

        Time in which we did not listen (back-pressure) is not held against the peer.

        Raises:
            PeerClosed: silent for ``silence_ms``, or did not take our bytes for ``stall_ms``.
            PeerBroken: a begun frame took ``stall_ms``.
        """
        if self._receive_begun_at is not None and now - self._receive_begun_at >= silence_ms / 1000:
            raise PeerClosed(f"silent for {silence_ms} ms")
        if self._send_begun_at is not None and now - self._send_begun_at >= stall_ms / 1000:
            raise PeerClosed(f"took no bytes for {stall_ms} ms")
        if self._frame_begun_at is not None and now - self._frame_begun_at >= stall_ms / 1000:
            raise PeerBroken(f"one frame took more than {stall_ms} ms")

    def _note_sent(self, byte_count: int, now: float) -> None:
        self._poisoned = False
        self._sent_at = now
        self.bytes_out += byte_count
        TALLY.sent_bytes += byte_count

    async def _read(self) -> bytes:
        self._receive_begun_at = trio.current_time()
        with link_errors("receiving"):
            data = bytes(await self._stream.receive_some(READ_BYTES_MAX))
        self._receive_begun_at = None
        if not data:
            where = "in the middle of a frame" if self._reader.is_mid_frame else "by the peer"
            raise PeerClosed(f"closed {where}")
        self.bytes_in += len(data)
        return data

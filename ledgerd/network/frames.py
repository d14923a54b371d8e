"""What stands on the wire: frames of a 4-byte length, one type byte and a body.

::

    length (u32, big-endian, bytes of the body only) | kind (u8) | body

Rules: kind and length are checked when the five header bytes are there, before anything of the body
is kept; nothing is allocated for a length that somebody only announced. ``FrameReader`` does no
I/O. Source: architecture.md section 5.
"""

import enum
import struct
from dataclasses import dataclass, field
from typing import Final

from ledgerd.errors import FrameTooLarge, PeerBroken

LENGTH_BYTES: Final = 4
HEADER_BYTES: Final = LENGTH_BYTES + 1
_HEADER: Final = struct.Struct(">IB")


class FrameKind(enum.IntEnum):
    """The type byte. The first four belong to the link itself, the others to the host."""

    GREETING = 1
    HELLO = 2
    HELLO_ACK = 3
    PING = 4
    VOTE = 16
    SYNC = 17
    BUNDLE = 18


CONTENT_KINDS: Final = (FrameKind.VOTE, FrameKind.SYNC, FrameKind.BUNDLE)  # in order of sending

BODY_BYTES_MAX: Final = {
    FrameKind.GREETING: 256,  # version, chain, id and nonce take about 80
    FrameKind.HELLO: 128,  # one signature
    FrameKind.HELLO_ACK: 64,  # incarnation and serial
    FrameKind.PING: 0,
    FrameKind.VOTE: 4 << 20,  # a new view carries a quorum of view changes with their certificates
    FrameKind.SYNC: 8 << 20,  # a range of blocks; whoever answers cuts at this size
    FrameKind.BUNDLE: 4 << 20,  # one bundle with its sidecars
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame as received; the body is foreign bytes that nobody has decoded yet."""

    kind: FrameKind
    body: bytes = field(repr=False)


def encode_frame(kind: FrameKind, body: bytes) -> bytes:
    """Return the bytes of one frame.

    Raises:
        FrameTooLarge: our own body is above the limit that the other side will apply.
    """
    if len(body) > BODY_BYTES_MAX[kind]:
        raise FrameTooLarge(f"{kind.name} of {len(body)} bytes, at most {BODY_BYTES_MAX[kind]}")
    return _HEADER.pack(len(body), kind) + body


class FrameReader:
    """Cuts a byte stream into frames, whatever the pieces it comes in.

    Invariants: holds at most one unfinished frame and what was fed behind it in one call; after an
    error it yields nothing more, for the place of the next header is unknown.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._broken = False

    @property
    def is_mid_frame(self) -> bool:
        """Whether bytes of an unfinished frame are held."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """Add received bytes; return the frames that are now whole, in order.

        Raises:
            FrameTooLarge: a header announces more than its kind may have.
            PeerBroken: a header with an unknown kind, or bytes after an earlier error.
        """
        if self._broken:
            raise PeerBroken("bytes after a malformed frame")
        self._buffer += data
        frames: list[Frame] = []
        start = 0
        while (end := self._frame_end(start)) is not None:
            kind = FrameKind(self._buffer[start + LENGTH_BYTES])
            frames.append(Frame(kind, bytes(self._buffer[start + HEADER_BYTES : end])))
            start = end
        del self._buffer[:start]
        return frames

    def _frame_end(self, start: int) -> int | None:
        """Return where the frame at ``start`` ends; ``None`` when it is not all there."""
        if len(self._buffer) - start < HEADER_BYTES:
            return None
        length, kind_byte = _HEADER.unpack_from(self._buffer, start)
        self._check_header(kind_byte, length)
        end: int = start + HEADER_BYTES + length
        return end if len(self._buffer) >= end else None

    def _check_header(self, kind_byte: int, length: int) -> None:
        limit = _LIMIT_BY_BYTE.get(kind_byte)
        if limit is None:
            self._broken = True
            raise PeerBroken(f"frame of unknown kind {kind_byte}")
        if length > limit:
            self._broken = True
            name = FrameKind(kind_byte).name
            raise FrameTooLarge(f"{name} of {length} bytes announced, at most {limit}")


_LIMIT_BY_BYTE: Final = {int(kind): limit for kind, limit in BODY_BYTES_MAX.items()}

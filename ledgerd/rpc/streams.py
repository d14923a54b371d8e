"""Bytes in and out of a client's stream, with as little of the event loop as they need.

Rules: what the kernel takes at once costs no turn of the loop and no timer; the rest, and any
stream that is no socket, goes the way of trio. A peer that broke off is a ``BrokenResourceError``
on either way.
"""

import os
from typing import Final

import trio

READ_BYTES: Final = 64 * 1024
READ_COUNT_MAX: Final = 4  # of what is there already; a kernel holds about so much of a client


async def receive(stream: trio.abc.Stream) -> bytes:
    """Wait for bytes; none when the client has ended its side."""
    if not isinstance(stream, trio.SocketStream):
        return bytes(await stream.receive_some(READ_BYTES))
    await trio.lowlevel.wait_readable(stream.socket)
    data = _receive_at_once(stream)
    if data is None:
        return bytes(await stream.receive_some(READ_BYTES))
    parts = [data]
    while len(data) == READ_BYTES and len(parts) < READ_COUNT_MAX:
        data = _receive_at_once(stream) or b""
        parts.append(data)
    return b"".join(parts)


def _receive_at_once(stream: trio.SocketStream) -> bytes | None:
    """Take what the kernel has; None when it has nothing now."""
    try:
        return os.read(stream.socket.fileno(), READ_BYTES)
    except BlockingIOError:
        return None
    except OSError as error:
        raise trio.BrokenResourceError("the client went away") from error


async def send(stream: trio.abc.Stream, data: bytes, timeout_s: float) -> None:
    """Send all of it.

    Raises:
        trio.BrokenResourceError: the client went away, or took nothing for ``timeout_s``.
    """
    sent_count = _send_at_once(stream, data)
    if sent_count == len(data):
        return
    with trio.move_on_after(timeout_s):
        await stream.send_all(data[sent_count:])
        return
    raise trio.BrokenResourceError("the client takes nothing")


def _send_at_once(stream: trio.abc.Stream, data: bytes) -> int:
    """Give the kernel what it takes now; say how many bytes that were."""
    if not isinstance(stream, trio.SocketStream):
        return 0
    try:
        return os.write(stream.socket.fileno(), data)
    except BlockingIOError:
        return 0
    except OSError as error:
        raise trio.BrokenResourceError("the client went away") from error

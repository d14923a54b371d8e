"""A TCP stream that asks the kernel first and the event loop only when it must.

Rules: a send that the kernel takes whole is no checkpoint: whoever sends in a loop waits elsewhere.
A receive always is one, so that a peer that never stops sending keeps nobody from a turn; it asks
the kernel first only when the last read left something behind. One task sends and one receives.
``trio.SocketStream`` gives every send a turn of the loop, which costs more than the send. Errors
are those of ``os``. Source: performance.md section 3.
"""

import os

import trio


def eager(stream: trio.abc.Stream) -> trio.abc.Stream:
    """Make a socket's stream eager; any other stays as it is."""
    return EagerSocket(stream) if isinstance(stream, trio.SocketStream) else stream


class EagerSocket(trio.abc.Stream):
    """The stream of one connected socket, which it owns from now on."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._socket = stream.socket
        self._holds_more = False  # the last read was a full one

    def send_now(self, data: bytes | bytearray | memoryview) -> int:
        """Send what the kernel takes at once; return how many bytes that was."""
        try:
            return os.write(self._socket.fileno(), data)
        except BlockingIOError:
            return 0

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send; a checkpoint only when the kernel does not take everything at once."""
        sent = self.send_now(data)
        if sent < len(data):
            await self._stream.send_all(memoryview(data)[sent:])

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Wait for bytes and return them; ``b""`` at the end."""
        count_max = max_bytes or _READ_BYTES
        data = self._read(count_max) if self._holds_more else None
        if data is not None:
            await trio.lowlevel.checkpoint()
        while data is None:
            await trio.lowlevel.wait_readable(self._socket)
            data = self._read(count_max)
        self._holds_more = len(data) == count_max
        return data

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until the kernel takes bytes."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Close the socket."""
        await self._stream.aclose()

    def _read(self, count_max: int) -> bytes | None:
        try:
            return os.read(self._socket.fileno(), count_max)
        except BlockingIOError:
            return None


_READ_BYTES = 64 << 10

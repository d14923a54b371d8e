"""TLS over a stream, by an ``ssl.SSLObject`` and two buffers in memory.

Rules: one task receives and one sends, after the handshake is done by one; only a sender takes
bytes out of the outgoing buffer, so what OpenSSL wants to say by itself (a key update) goes out in
order with the next send. One receive decrypts all that came with it, one send is one write to the
stream: ``trio.SSLStream``, which also does what no link needs (renegotiation, several tasks, a
goodbye), took twice the time for the small frames that votes are.

Errors are those of ``trio.abc.Stream``. Source: architecture.md section 5.
"""

import ssl

import trio

from ledgerd.network.eager_socket import EagerSocket


class SecuredStream(trio.abc.Stream):
    """The stream, secured once ``do_handshake`` has returned."""

    def __init__(
        self, stream: trio.abc.Stream, context: ssl.SSLContext, *, server_side: bool = False
    ) -> None:
        """Take over a stream. ``context`` must not take a cut connection for a goodbye."""
        assert not context.options & ssl.OP_IGNORE_UNEXPECTED_EOF
        self._stream = stream
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=server_side)
        self._rest = b""  # encrypted, and not taken by a send that did not wait

    async def do_handshake(self) -> None:
        """Agree on keys and exchange certificates.

        Raises:
            trio.BrokenResourceError: the other side refused, was refused, or went away.
        """
        is_done = False
        while not is_done:
            is_done = self._step_handshake()
            if said := self._outgoing.read():
                await self._stream.send_all(said)
            if not is_done:
                await self._feed(_HANDSHAKE_READ_BYTES)

    def certificate(self) -> bytes | None:
        """Return the other side's certificate as DER."""
        return self._tls.getpeercert(binary_form=True)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and send. Cancelled or failed half way, nothing more may be sent."""
        encrypted = self._encrypt(data)
        await self._stream.send_all(encrypted)

    def send_now(self, data: bytes | bytearray | memoryview) -> bool:
        """Encrypt, send what is taken without waiting, and say whether that was all.

        The rest is kept and goes out before anything of the next ``send_all``, which must follow.
        """
        encrypted = self._encrypt(data)
        stream = self._stream
        sent = stream.send_now(encrypted) if isinstance(stream, EagerSocket) else 0
        self._rest = encrypted[sent:]
        return not self._rest

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Wait for bytes; return all that are there, somewhat more than ``max_bytes`` at most.

        ``b""`` when the other side said goodbye.

        Raises:
            trio.BrokenResourceError: the connection ended without a goodbye, or carried no TLS.
        """
        count_max = max_bytes or _READ_BYTES
        while (data := self._decrypt()) is None:
            await self._feed(count_max)
        return data

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until the stream below takes bytes."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Close the stream below, without a goodbye."""
        await self._stream.aclose()

    def _step_handshake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise trio.BrokenResourceError from error
        return True

    def _encrypt(self, data: bytes | bytearray | memoryview) -> bytes:
        """Give what has to be sent now: what was left, what OpenSSL has to say, the data."""
        assert data, "OpenSSL takes an empty write for an end"
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            raise trio.BrokenResourceError from error
        encrypted, self._rest = self._rest + self._outgoing.read(), b""
        return encrypted

    def _decrypt(self) -> bytes | None:
        """Decrypt whole records until none is left; None when there was not one."""
        parts: list[bytes] = []
        while self._incoming.pending or (not parts and self._incoming.eof):
            try:
                part = self._tls.read(_READ_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                part = b""
            except ssl.SSLError as error:
                raise trio.BrokenResourceError from error
            if not part:
                return b"".join(parts)
            parts.append(part)
        return b"".join(parts) if parts else None

    async def _feed(self, count_max: int) -> None:
        """Take bytes of the stream below into the buffer."""
        data = await self._stream.receive_some(count_max)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()


_READ_BYTES = 64 << 10
_HANDSHAKE_READ_BYTES = 16 << 10

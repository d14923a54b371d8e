"""A TCP proxy that stands between two nodes and spoils their connections on command.

Rules: one proxy for each (dialling node, target node); it sees ciphertext only and knows nothing of
frames. A cut holds bytes back and loses none, as a broken cable does for TCP; a reset throws away
what is under way. What is drawn is drawn from the given ``random.Random``. One task per direction
of each connection; everything that waits is bounded by ``HELD_CHUNKS_MAX``.
Source: reliability.md section 4.
"""

import random
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import trio

CHUNK_BYTES = 16 << 10
HELD_CHUNKS_MAX = 256  # of one direction; then the sender feels it, as with a full socket buffer
RESET_NOW = struct.pack("ii", 1, 0)  # SO_LINGER on, no time: close() sends a reset
CLOSED = -1  # what a closed socket gives for its descriptor


@dataclass
class Weather:
    """What happens to bytes in one direction. Change it with ``Proxy.change``.

    Attributes:
        delay_ms: each chunk comes so much later; order is kept.
        is_cut: nothing passes; what was sent comes when it is mended.
        bytes_per_s: pieces of at most a tenth of this, ten times a second; ``None``: no limit.
        flips_every_bytes: one random bit in about so many bytes is turned; ``None``: none.
    """

    delay_ms: int = 0
    is_cut: bool = False
    bytes_per_s: int | None = None
    flips_every_bytes: int | None = None


@dataclass
class Tally:
    """What a proxy did; a chaos run prints it, for a count of no violations says nothing alone."""

    connections: int = 0
    bytes_passed: int = 0
    bits_flipped: int = 0
    resets: int = 0


@dataclass
class _Direction:
    """Weather of one direction; how many bytes may pass before a reset; who waits for change."""

    weather: Weather = field(default_factory=Weather)
    bytes_until_reset: int | None = None
    changed: trio.Event = field(default_factory=trio.Event)

    def announce(self) -> None:
        self.changed.set()
        self.changed = trio.Event()


class Proxy:
    """Listens for one node and passes its connections on to another."""

    def __init__(self, target_host: str, target_port: int, chance: random.Random) -> None:
        self.tally = Tally()
        self.port = 0
        self._target = (target_host, target_port)
        self._chance = chance
        self._there = _Direction()
        self._back = _Direction()
        self._connections: dict[int, tuple[trio.CancelScope, Sequence[trio.SocketStream]]] = {}

    async def run(self, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Listen on loopback, on a port of the system's choice, which ``started`` gives."""
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.port = listener.socket.getsockname()[1]
        async with listener:
            task_status.started(self.port)
            await trio.serve_listeners(self._pass_on, [listener])

    @property
    def connection_count(self) -> int:
        """How many connections stand."""
        return len(self._connections)

    def set_weather(self, there: Weather, back: Weather) -> None:
        """Let the weather of both directions be this from now on."""
        for direction, weather in ((self._there, there), (self._back, back)):
            direction.weather = weather
            direction.announce()

    def cut(self) -> None:
        """Let nothing pass in either direction."""
        self.set_weather(Weather(is_cut=True), Weather(is_cut=True))

    def cut_there(self) -> None:
        """Let nothing pass from the dialling node to the target; answers pass."""
        self.set_weather(Weather(is_cut=True), Weather())

    def cut_back(self) -> None:
        """Let nothing pass from the target to the dialling node."""
        self.set_weather(Weather(), Weather(is_cut=True))

    def mend(self) -> None:
        """Let everything pass at once and unchanged; pending resets are forgotten."""
        self._there.bytes_until_reset = self._back.bytes_until_reset = None
        self.set_weather(Weather(), Weather())

    def reset(self) -> None:
        """Reset every connection now."""
        for scope, streams in list(self._connections.values()):
            for stream in streams:
                if stream.socket.fileno() != CLOSED:
                    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_NOW)
            self.tally.resets += 1
            scope.cancel()

    def reset_mid_frame(self, within_bytes: int) -> None:
        """Reset after a drawn number of further bytes: with luck in the middle of a frame."""
        for direction in (self._there, self._back):
            direction.bytes_until_reset = self._chance.randrange(1, within_bytes)

    async def _pass_on(self, near: trio.SocketStream) -> None:
        """Carry one connection until either side ends it."""
        self.tally.connections += 1
        number = self.tally.connections
        try:
            # Nobody answers behind a cut cable: the target hears of it when it is mended.
            while self._there.weather.is_cut:
                await self._there.changed.wait()
            far = await trio.open_tcp_stream(*self._target)
        except OSError:
            await trio.aclose_forcefully(near)
            return
        with trio.CancelScope() as scope, self._standing(number, scope, (near, far)):
            async with near, far, trio.open_nursery() as nursery:
                nursery.start_soon(self._carry, near, far, self._there, nursery)
                nursery.start_soon(self._carry, far, near, self._back, nursery)

    @contextmanager
    def _standing(
        self, number: int, scope: trio.CancelScope, streams: Sequence[trio.SocketStream]
    ) -> Iterator[None]:
        self._connections[number] = (scope, streams)
        try:
            yield
        finally:
            del self._connections[number]

    async def _carry(
        self,
        source: trio.SocketStream,
        sink: trio.SocketStream,
        direction: _Direction,
        connection: trio.Nursery,
    ) -> None:
        """Move one direction through a line that holds what is delayed."""
        put, take = trio.open_memory_channel[tuple[float, bytes]](HELD_CHUNKS_MAX)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_fill, source, put, direction)
                async with take:
                    async for due_at, chunk in take:
                        await trio.sleep_until(due_at)
                        await self._deliver(chunk, sink, direction)
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        connection.cancel_scope.cancel()

    async def _deliver(self, chunk: bytes, sink: trio.SocketStream, direction: _Direction) -> None:
        rest = self._spoiled(chunk, direction.weather)
        while rest:
            while direction.weather.is_cut:
                await direction.changed.wait()
            piece_bytes = _piece_bytes(direction, len(rest))
            piece, rest = rest[:piece_bytes], rest[piece_bytes:]
            self.tally.bytes_passed += len(piece)
            await sink.send_all(piece)
            if direction.bytes_until_reset is not None:
                direction.bytes_until_reset -= len(piece)
                if direction.bytes_until_reset <= 0:
                    self._there.bytes_until_reset = self._back.bytes_until_reset = None
                    self.reset()
            if direction.weather.bytes_per_s is not None:
                with trio.move_on_after(0.1):
                    await direction.changed.wait()

    def _spoiled(self, chunk: bytes, weather: Weather) -> bytes:
        every = weather.flips_every_bytes
        if every is None or self._chance.random() * every >= len(chunk):
            return chunk
        spoiled = bytearray(chunk)
        spoiled[self._chance.randrange(len(chunk))] ^= 1 << self._chance.randrange(8)
        self.tally.bits_flipped += 1
        return bytes(spoiled)


def _piece_bytes(direction: _Direction, rest_bytes: int) -> int:
    """Return how much may go out in one write."""
    limits = [rest_bytes]
    if direction.weather.bytes_per_s is not None:
        limits.append(max(1, direction.weather.bytes_per_s // 10))
    if direction.bytes_until_reset is not None:
        limits.append(direction.bytes_until_reset)
    return max(1, min(limits))


async def _fill(
    source: trio.SocketStream,
    put: trio.MemorySendChannel[tuple[float, bytes]],
    direction: _Direction,
) -> None:
    """Read until the end and note when each chunk is due."""
    async with put:
        while chunk := bytes(await source.receive_some(CHUNK_BYTES)):
            await put.send((trio.current_time() + direction.weather.delay_ms / 1000, chunk))


@dataclass
class Mesh:
    """A proxy for each ordered pair of nodes.

    Attributes:
        proxies: by (dialling node, target node); the target's own port never changes.
    """

    proxies: dict[tuple[int, int], Proxy]

    @classmethod
    def between(cls, ports: Sequence[int], chance: random.Random) -> "Mesh":
        """Make a mesh for nodes that listen on these ports of loopback."""
        pairs = [(i, j) for i in range(len(ports)) for j in range(len(ports)) if i != j]
        return cls({(i, j): Proxy("127.0.0.1", ports[j], chance) for i, j in pairs})

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run all proxies; afterwards each has its ``port``."""
        async with trio.open_nursery() as nursery:
            for proxy in self.proxies.values():
                await nursery.start(proxy.run)
            task_status.started()

    def isolate(self, node: int) -> None:
        """Cut everything from and to one node."""
        for (dialling, target), proxy in self.proxies.items():
            if node in (dialling, target):
                proxy.cut()

    def split(self, left: Sequence[int]) -> None:
        """Cut everything between these nodes and the others."""
        for (dialling, target), proxy in self.proxies.items():
            if (dialling in left) != (target in left):
                proxy.cut()

    def deafen(self, node: int) -> None:
        """Let one node speak and hear nothing: a one-way cut, whoever dialled."""
        for (dialling, target), proxy in self.proxies.items():
            if target == node:
                proxy.cut_there()
            elif dialling == node:
                proxy.cut_back()

    def mend(self) -> None:
        """Let everything pass again."""
        for proxy in self.proxies.values():
            proxy.mend()

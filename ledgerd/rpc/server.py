"""The RPC server: listens on loopback TCP and a unix socket, one task a connection.

Rules: the unix socket has mode 0600; at most ``connections_max`` connections, the next one waits
in the kernel; a client can only ever end its own connection. The nursery that runs ``serve`` owns
everything here: cancelling it closes the listeners and every connection.
"""

import errno
import socket
from dataclasses import dataclass, field
from pathlib import Path

import structlog
import trio

from ledgerd.errors import ConfigError
from ledgerd.rpc.access import Gate
from ledgerd.rpc.http_connection import Face, HttpConnection
from ledgerd.rpc.limits import Limits
from ledgerd.rpc.openrpc import bind_discovery
from ledgerd.rpc.probes import Probes
from ledgerd.rpc.registry import Registry
from ledgerd.rpc.turns import Doors
from ledgerd.rpc.websocket import WebSocket

BACKLOG = 64
LOOPBACK = ("127.0.0.1", "::1", "localhost")
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
EXHAUSTED_S = 0.1  # until others close; the next client waits in the kernel
CLOSE_S = 2.0  # how long a connection may take to say good-bye

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and how to listen.

    Attributes:
        listen: ``host:port`` on loopback, port 0 for any free one; empty for no TCP.
        socket_path: the unix socket; None for none.
        doors: see ``Face``.
    """

    listen: str
    socket_path: Path | None
    gate: Gate
    probes: Probes
    limits: Limits = field(default_factory=Limits)
    doors: Doors = field(default_factory=Doors)


class RpcServer:
    """Answers JSON-RPC on sockets."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        bind_discovery(registry)
        self._settings = settings
        self._face = Face(registry, settings.gate, settings.probes, settings.limits, settings.doors)
        self._room = trio.CapacityLimiter(settings.limits.connections_max)

    async def serve(
        self, *, task_status: trio.TaskStatus[tuple[str, ...]] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Listen and serve until cancelled; reports the addresses that it listens on.

        Raises:
            ConfigError: the address is not on loopback or cannot be bound.
        """
        listeners = await self._open_listeners()
        addresses = tuple(_address_of(listener) for listener in listeners)
        try:
            async with trio.open_nursery() as nursery:  # all listeners and connections
                for listener in listeners:
                    nursery.start_soon(self._accept, listener, nursery)
                task_status.started(addresses)
        finally:
            if self._settings.socket_path is not None:
                self._settings.socket_path.unlink(missing_ok=True)

    async def serve_stream(self, stream: trio.abc.Stream) -> None:
        """Serve one connection on any stream, and close it."""
        try:
            upgrade = await HttpConnection(self._face, stream).serve()
            if upgrade is not None:
                await WebSocket(self._face, stream, upgrade).serve()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client went away in the middle of an answer
        finally:
            with trio.move_on_after(CLOSE_S):
                await stream.aclose()

    async def _accept(self, listener: trio.SocketListener, nursery: trio.Nursery) -> None:
        async with listener:
            while True:
                token = object()
                await self._room.acquire_on_behalf_of(token)
                stream: trio.SocketStream | None = None
                try:
                    stream = await listener.accept()
                except OSError as error:
                    if error.errno not in EXHAUSTED:
                        raise
                    log.warning("no connection can be taken", reason=error.strerror)
                    await trio.sleep(EXHAUSTED_S)
                    continue
                finally:
                    if stream is None:
                        self._room.release_on_behalf_of(token)
                nursery.start_soon(self._serve_accepted, stream, token)

    async def _serve_accepted(self, stream: trio.SocketStream, token: object) -> None:
        try:
            await self.serve_stream(stream)
        finally:
            self._room.release_on_behalf_of(token)

    async def _open_listeners(self) -> list[trio.SocketListener]:
        listeners: list[trio.SocketListener] = []
        if self._settings.listen:
            listeners.append(await _listen_tcp(self._settings.listen))
        if self._settings.socket_path is not None:
            listeners.append(_listen_unix(self._settings.socket_path))
        return listeners


async def _listen_tcp(address: str) -> trio.SocketListener:
    host, _, port = address.rpartition(":")
    if host.strip("[]") not in LOOPBACK or not port.isdigit():
        raise ConfigError(f"rpc.listen: {address} is not host:port on loopback")
    try:
        listeners = await trio.open_tcp_listeners(int(port), host=host.strip("[]"), backlog=BACKLOG)
    except OSError as error:
        raise ConfigError(f"rpc.listen: {address} cannot be bound: {error.strerror}") from error
    for extra in listeners[1:]:
        await extra.aclose()
    return listeners[0]


def _listen_unix(path: Path) -> trio.SocketListener:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)  # left by a run that was killed; the home's lock is ours
        listening.bind(str(path))
        path.chmod(0o600)
    except OSError as error:
        listening.close()
        raise ConfigError(f"rpc.socket: {path} cannot be bound: {error.strerror}") from error
    listening.listen(BACKLOG)
    listening.settimeout(0)
    return trio.SocketListener(trio.socket.from_stdlib_socket(listening))


def _address_of(listener: trio.SocketListener) -> str:
    name = listener.socket.getsockname()
    return name if isinstance(name, str) else f"{name[0]}:{name[1]}"

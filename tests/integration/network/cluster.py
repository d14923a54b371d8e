"""Several transports on loopback, each with a listener on a port that the system chose.

Rules: nothing here waits for time; tests wait for arrivals.
"""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import trio

from ledgerd.network.inbox import Arrival, LinkUp
from ledgerd.network.settings import Address, NetworkSettings, Peer, PeerRole
from ledgerd.network.transport import Transport
from tests.unit.ledgerd.network.builders import Node, node

QUICK = replace(NetworkSettings(), redial_min_ms=10, redial_max_ms=50)


@dataclass
class Running:
    """One node of the cluster: its keys, its transport, where it listens, how to stop it."""

    keys: Node
    transport: Transport
    listeners: list[trio.SocketListener]
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    stopped: trio.Event = field(default_factory=trio.Event)

    @property
    def id(self) -> str:
        return self.keys.institution_id

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        with self.scope:
            await self.transport.run(self.listeners, task_status=task_status)
        for listener in self.listeners:
            await listener.aclose()
        self.stopped.set()

    async def stop(self) -> None:
        self.scope.cancel()
        await self.stopped.wait()


def address_of(listener: trio.SocketListener) -> Address:
    host, port = listener.socket.getsockname()[:2]
    return Address(host, port)


async def listen(port: int = 0) -> list[trio.SocketListener]:
    return await trio.open_tcp_listeners(port, host="127.0.0.1")


def peers_for(
    index: int, addresses: Sequence[Address], observers: Sequence[int] = (), *, dials_all: bool
) -> list[Peer]:
    """Return the peers of one node; without ``dials_all`` only the lower index of a pair dials."""
    return [
        node(i).peer(
            *([address] if dials_all or index < i else []),
            role=PeerRole.OBSERVER if i in observers else PeerRole.VALIDATOR,
        )
        for i, address in enumerate(addresses)
        if i != index
    ]


@asynccontextmanager
async def cluster(
    count: int,
    settings: NetworkSettings = QUICK,
    *,
    observers: Sequence[int] = (),
    dials_all: bool = False,
) -> AsyncIterator[list[Running]]:
    """Run ``count`` transports that all know each other, without waiting for their links."""
    listeners = [await listen() for _ in range(count)]
    addresses = [address_of(own[0]) for own in listeners]
    nodes = [
        Running(
            node(i),
            Transport(
                node(i).identity(),
                peers_for(i, addresses, observers, dials_all=dials_all),
                settings,
                random.Random(i),
            ),
            listeners[i],
        )
        for i in range(count)
    ]
    async with trio.open_nursery() as nursery:
        for each in nodes:
            await nursery.start(each.run)
        yield nodes
        nursery.cancel_scope.cancel()


async def wait_links(running: Running, count: int) -> None:
    """Take arrivals until this many links came up."""
    for _ in range(count):
        assert isinstance(await running.transport.incoming.receive(), LinkUp)


async def take(running: Running, count: int) -> list[Arrival]:
    """Take this many arrivals."""
    return [await running.transport.incoming.receive() for _ in range(count)]

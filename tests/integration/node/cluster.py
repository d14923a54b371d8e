"""Four whole nodes in one nursery: real sockets on loopback, real LevelDB, real logs.

Rules: nothing sleeps; tests wait for heights and outcomes. Homes lie in a folder of the test, so a
node can be stopped and started again on what it left.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from ledgerd.chain.genesis import Genesis, decode_genesis, genesis_hash
from ledgerd.chain.transaction import (
    InstitutionAuthor,
    ReadTransaction,
    Transaction,
    sign_transaction,
)
from ledgerd.cli.testnet.layout import places
from ledgerd.cli.testnet.making import make_network
from ledgerd.clock import SystemClock
from ledgerd.config import Config, HomePaths, load_config
from ledgerd.keys.keyring import KeyRing
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.network.settings import NetworkSettings
from ledgerd.network.transport import Transport
from ledgerd.node.engine import Engine
from ledgerd.node.networking import identity_of, peers_of
from ledgerd.node.node import Node
from ledgerd.node.starting import open_home

CREATED_MS = 1_700_000_000_000
QUICK = {"LEDGERD_CONSENSUS_STATUS_MS": "50", "LEDGERD_CONSENSUS_WAIT_FOR_PEERS_MS": "500"}


@dataclass
class Site:
    """One node: its home, and while it runs its engine."""

    paths: HomePaths
    config: Config
    ring: KeyRing
    engine: Engine | None = None
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    stopped: trio.Event = field(default_factory=trio.Event)

    @property
    def institution(self) -> str:
        return self.ring.institution_id

    @property
    def node(self) -> Node:
        assert self.engine is not None
        return Node(self.engine)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run until stopped, as the daemon does."""
        home = open_home(self.paths, self.institution)
        transport = Transport(
            identity_of(home),
            peers_of(home, self.config),
            NetworkSettings(redial_min_ms=10, redial_max_ms=50),
            random.Random(self.institution),
        )
        self.engine = Engine(home, self.config, SystemClock(), transport)
        self.scope, self.stopped = trio.CancelScope(), trio.Event()
        host, port = self.config.network.listen[0].rsplit(":", 1)
        listeners = await trio.open_tcp_listeners(int(port), host=host)
        try:
            with self.scope:
                await self.engine.run(listeners, task_status=task_status)
        finally:
            for listener in listeners:
                with trio.CancelScope(shield=True):
                    await listener.aclose()
            home.close()
            self.stopped.set()

    async def stop(self) -> None:
        self.scope.cancel()
        await self.stopped.wait()


@dataclass
class Net:
    """A network and the nursery its nodes run in."""

    sites: dict[str, Site]
    genesis: Genesis
    nursery: trio.Nursery

    @property
    def chain_id(self) -> bytes:
        return genesis_hash(self.genesis)

    async def start(self, *sites: Site) -> None:
        for site in sites or self.sites.values():
            await self.nursery.start(site.run)

    async def wait_linked(self) -> None:
        """Wait until all running nodes are linked with each other."""
        running = self.running()
        for site in running:
            while site.node.status().connected_count < len(running) - 1:
                await trio.lowlevel.checkpoint()

    def running(self) -> list[Site]:
        return [s for s in self.sites.values() if s.engine is not None and not s.stopped.is_set()]

    async def wait_equal(self, height: int) -> set[bytes]:
        """Wait until all running nodes are at a height; give their header hashes there."""
        for site in self.running():
            await site.node.wait_height_above(height - 1)
        blocks = [site.node.reads.block(height) for site in self.running()]
        return {block.header_hash for block in blocks if block is not None}

    def sign(
        self, site: Site, *operations: Operation, valid_ms: int = 3_600_000
    ) -> ReadTransaction:
        signer = site.ring.signer(OperatorRole.OFFICE)
        transaction = Transaction(
            chain_id=self.chain_id,
            author=InstitutionAuthor(site.institution),
            public_key=signer.public_key,
            valid_until_ms=SystemClock().wall_ms() + valid_ms,
            operations=tuple(encode_operation(operation) for operation in operations),
        )
        return sign_transaction(transaction, signer)


@asynccontextmanager
async def network(folder: Path) -> AsyncIterator[Net]:
    """Make homes and run nothing yet; ``start`` runs nodes, leaving the block stops all."""
    layout = places(4)
    make_network(folder / "net", layout, CREATED_MS)
    sites = [_site(folder / "net" / place.name) for place in layout]
    genesis = decode_genesis(sites[0].paths.genesis.read_bytes())
    async with trio.open_nursery() as nursery:
        net = Net(dict(zip((place.kind for place in layout), sites, strict=True)), genesis, nursery)
        yield net
        for site in net.running():
            await site.stop()


def _site(home: Path) -> Site:
    config = load_config(home, QUICK)
    return Site(HomePaths(home), config, KeyRing.open(home / "keys"))

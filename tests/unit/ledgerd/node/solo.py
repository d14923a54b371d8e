"""A whole engine of one validator, which is a quorum by itself: real disk, no peers, no sockets."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from ledgerd.chain.genesis import genesis_hash
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.clock import SystemClock
from ledgerd.config import Config, ConsensusConfig, StorageConfig
from ledgerd.ledger.operations import Operation
from ledgerd.network.settings import NetworkSettings
from ledgerd.network.transport import Transport
from ledgerd.node.engine import Engine
from ledgerd.node.networking import identity_of
from ledgerd.node.node import Node
from tests.unit.ledgerd.node.homes import SampleHome, sample_home
from tests.unit.ledgerd.node.samples import NOON_MS, signed


def noon_clock() -> SystemClock:
    """A clock that runs, from the noon of the samples on."""
    return SystemClock(NOON_MS - SystemClock().wall_ms())


def config_of(home: SampleHome) -> Config:
    return Config(
        institution=home.institution,
        storage=StorageConfig(free_bytes_min=2, free_bytes_stop=1),
        consensus=ConsensusConfig(status_ms=20, wait_for_peers_ms=0),
    )


@dataclass(frozen=True)
class Solo:
    """One running node."""

    home: SampleHome
    engine: Engine
    node: Node

    def sign(self, *operations: Operation, kind: str = "finance", **more: int) -> ReadTransaction:
        return signed(*operations, kind=kind, chain_id=genesis_hash(self.home.genesis), **more)


def engine_of(home: SampleHome, config: Config | None = None) -> Engine:
    """Build an engine on an opened home; whoever does closes ``engine.home``."""
    opened = home.open()
    transport = Transport(identity_of(opened), [], NetworkSettings(), random.Random(1))
    return Engine(opened, config or config_of(home), noon_clock(), transport)


@asynccontextmanager
async def running(home: SampleHome, config: Config | None = None) -> AsyncIterator[Solo]:
    """Run the node of a home; leaving the block stops it and closes the home."""
    engine = engine_of(home, config)
    try:
        with trio.fail_after(20):
            async with trio.open_nursery() as nursery:
                await nursery.start(engine.run, [])
                yield Solo(home, engine, Node(engine))
                nursery.cancel_scope.cancel()
    finally:
        engine.home.close()


def solo_home(folder: Path) -> SampleHome:
    return sample_home(folder, validator_count=1)

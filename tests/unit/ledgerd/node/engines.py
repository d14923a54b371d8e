"""One whole engine on a home in a folder, with a transport of paper: no peers, no sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from ledgerd.clock import SystemClock
from ledgerd.config import Config, parse_config
from ledgerd.network.inbox import Arrival
from ledgerd.node.engine import Engine
from tests.unit.ledgerd.node.homes import sample_home
from tests.unit.ledgerd.node.samples import MEMBERS
from tests.unit.ledgerd.node.worlds import PaperTransport


class PaperLinks(PaperTransport):
    """Takes arrivals from the test."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals, self.incoming = trio.open_memory_channel[Arrival](16)

    async def run(
        self, _listeners: object, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        task_status.started()
        await trio.sleep_forever()


def config() -> Config:
    table = {
        "institution": MEMBERS[0],
        "storage": {"free_bytes_min": 1, "free_bytes_stop": 1},
        "network": {"peers": {MEMBERS[1]: {"address": "127.0.0.1:9"}}},
    }
    return parse_config(table, {}, "test")


@asynccontextmanager
async def running_engine(folder: Path) -> AsyncIterator[tuple[Engine, PaperLinks]]:
    home = sample_home(folder).open()
    links = PaperLinks()
    engine = Engine(home, config(), SystemClock(), links)
    try:
        with trio.fail_after(20):
            async with trio.open_nursery() as nursery:
                await nursery.start(engine.run, [])
                yield engine, links
                nursery.cancel_scope.cancel()
    finally:
        home.close()

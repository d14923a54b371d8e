"""Turns of the event loop, counted: for tests of who lets whom go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio


class LoopTurns(trio.abc.Instrument):
    """Counts the turns of the loop that it is added to."""

    def __init__(self) -> None:
        self.count = 0

    def before_io_wait(self, timeout: float) -> None:
        del timeout
        self.count += 1


@dataclass
class Neighbour:
    """A task that is always ready.

    Attributes:
        turn_count: how often it was let go on.
    """

    turn_count: int = 0

    async def run(self) -> None:
        while True:
            self.turn_count += 1
            await trio.lowlevel.checkpoint()


@asynccontextmanager
async def neighbour() -> AsyncIterator[Neighbour]:
    """Have a task beside what is done meanwhile."""
    beside = Neighbour()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(beside.run)
        yield beside
        nursery.cancel_scope.cancel()

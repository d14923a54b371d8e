"""Two guards: how long the loop stood still, and how much room the disk has left."""

from pathlib import Path

import structlog
import trio

from ledgerd.clock import Clock, thread_cpu_ms
from ledgerd.errors import StorageWriteFailed
from ledgerd.storage.free_space import Space, SpaceFloors, free_bytes, space_left

TICK_MS = 50
LAG_WEIGHT = 0.2  # of the newest tick; a second of them forgets the rest
STALL_MS = 250  # a stall worth a line in the log (promise P6)
SPACE_CHECK_S = 5.0
LAG_MS_FREE = 20.0  # a loop that comes back later than that is short of time
PAUSE_LAG_PART = 2  # of what is beyond it, between two requests of clients
PAUSE_S_MAX = 0.025  # forty requests a second are answered by any machine

log = structlog.get_logger()


class LoopWatch:
    """Measures the longest time for which the event loop did not turn.

    The line in the log says how much of it the loop computed: where that is little, it waited for
    a core or for the disk, and the machine has too much to do.

    Attributes:
        longest_stall_ms: since the start of the process.
        lag_ms: how late the loop comes back lately; a few milliseconds when there is time to spare.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.longest_stall_ms = 0
        self.lag_ms = 0.0

    @property
    def client_pause_s(self) -> float:
        """Say how long to keep clients waiting, one by one, so that the chain goes on.

        A block needs the loop more than ten times on each node. Whoever comes for an answer is
        slowed down instead: then less comes than a starved machine can take.
        """
        return min(max(0.0, self.lag_ms - LAG_MS_FREE) / PAUSE_LAG_PART / 1000, PAUSE_S_MAX)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            before, cpu_before_ms = self._clock.monotonic_ms(), thread_cpu_ms()
            await trio.sleep(TICK_MS / 1000)
            stall = self._clock.monotonic_ms() - before - TICK_MS
            self.lag_ms += (max(0, stall) - self.lag_ms) * LAG_WEIGHT
            self.longest_stall_ms = max(self.longest_stall_ms, stall)
            if stall > STALL_MS:
                cpu_ms = thread_cpu_ms() - cpu_before_ms
                log.warning("event loop stood still", stall_ms=stall, cpu_ms=cpu_ms)


class SpaceWatch:
    """Looks at the free space: low stops accepting, exhausted stops the node cleanly.

    Attributes:
        space: at the last look.
    """

    def __init__(self, path: Path, floors: SpaceFloors) -> None:
        self._path = path
        self._floors = floors
        self.space = space_left(free_bytes(path), floors)

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            StorageWriteFailed: so little is left that the next write may fail.
        """
        while True:
            self.space = space_left(free_bytes(self._path), self._floors)
            if self.space is Space.EXHAUSTED:
                raise StorageWriteFailed("too little free disk space to go on safely")
            await trio.sleep(SPACE_CHECK_S)

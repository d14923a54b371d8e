"""Bells for many waiters: "something moved", with no message that could pile up; and a turnstile.

Rules: nothing is queued; whoever wakes up looks at the state itself, so a slow waiter costs
nothing. One waiter is one parked task.
"""

from collections.abc import Callable

import trio


class Pulse:
    """Rings for everybody who waits now; whoever comes later waits for the next ring."""

    def __init__(self) -> None:
        self._event = trio.Event()

    def ring(self) -> None:
        """Wake all that wait."""
        self._event.set()
        self._event = trio.Event()

    async def wait(self) -> None:
        """Wait for the next ring. Look at the state before: nothing rings twice."""
        await self._event.wait()


class Latch:
    """Remembers one ring for one waiter: the bell of a worker that looks for work itself."""

    def __init__(self) -> None:
        self._event = trio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        """Wait until it rang since the last wait."""
        await self._event.wait()
        self._event = trio.Event()


def no_pause() -> float:
    """Give the pause of a loop that always has time to spare."""
    return 0.0


class Turnstile:
    """Lets one task through per turn of the event loop, in the order in which they came.

    The loop gives each runnable task one go a turn. Work that comes in any number of tasks, of
    clients or of chores, would so take the loop from the few tasks that keep the chain going; on
    a starved machine a turn took a tenth of a second, and a block needs more than ten. Where
    nothing else waits, turns are short, and this costs next to nothing.

    Args:
        pause_s: how long the next one waits at the turnstile itself.
    """

    def __init__(self, pause_s: Callable[[], float] = no_pause) -> None:
        self._pause_s = pause_s
        self._lock = trio.Lock()

    async def pass_through(self) -> None:
        """Wait for a turn; what the caller does until its next wait is done in it."""
        async with self._lock:
            pause_s = self._pause_s()
            if pause_s > 0:
                await trio.sleep(pause_s)

"""A bell for many waiters: "something moved", with no message that could pile up.

Rules: nothing is queued; whoever wakes up looks at the state itself, so a slow waiter costs
nothing. One waiter is one parked task.
"""

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

"""The gate before sealed bytes: closed until this node knows which of them are erased.

Rules: it opens once, for good, when everything is here that peers hold and the erasures up to
there are carried out. A node whose data came out of an old copy so serves nothing that was erased
meanwhile. Later erasures are carried out as their blocks come.

Source: domain.md section 8.
"""

from collections.abc import Callable

import trio

LOOK_S = 0.05  # how often somebody who waits looks again


class SealedGate:
    """Says whether sealed bytes may be given to anybody."""

    def __init__(self) -> None:
        self._condition: Callable[[], bool] = lambda: False
        self._is_open = False

    def watch(self, condition: Callable[[], bool]) -> None:
        """Say what has to hold once."""
        self._condition = condition

    @property
    def was_open(self) -> bool:
        """Say what the last look showed; any thread may ask."""
        return self._is_open

    @property
    def is_open(self) -> bool:
        """Look; only in the loop, whose state the condition reads."""
        if not self._is_open:
            self._is_open = self._condition()
        return self._is_open

    async def wait_open(self, timeout_s: float) -> bool:
        """Wait until it is open; say whether it is."""
        with trio.move_on_after(timeout_s):
            while not self.is_open:  # noqa: ASYNC110  heights, links, stores: no one bell
                await trio.sleep(LOOK_S)
        return self.is_open

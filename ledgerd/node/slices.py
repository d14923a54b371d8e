"""How long a walk, or executing a block, may hold the event loop before others have a turn.

Rules: whoever walks rows asks after each of them; that costs a look at the clock. An honest primary
was left because a page held its loop for half a second.
"""

from typing import Final

import trio

SLICE_S: Final = 0.004


class Slice:
    """The piece of the loop's time that a walk has at once; begins when it is made."""

    def __init__(self) -> None:
        self._ends = trio.current_time() + SLICE_S

    async def rest(self) -> bool:
        """Give others a turn when the slice is used up; say whether they had one."""
        if trio.current_time() < self._ends:
            return False
        await trio.lowlevel.checkpoint()
        self._ends = trio.current_time() + SLICE_S
        return True

"""Virtual time for tests of what waits: it passes at once, and only on a clock that jumps."""

import trio
import trio.testing


async def pass_time(seconds: float) -> None:
    """Let virtual time pass; on a real clock the test fails instead of waiting."""
    assert isinstance(trio.lowlevel.current_clock(), trio.testing.MockClock)
    with trio.move_on_after(seconds):
        await trio.sleep_forever()

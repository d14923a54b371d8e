"""Virtual time for tests of what waits: it passes at once, and only on a clock that jumps."""

import trio
import trio.testing


async def pass_time(seconds: float) -> None:
    """Let virtual time pass; on a real clock the test fails instead of waiting.

    A jumping clock sees no threads: it takes a program that waits for one for an idle program.
    Work that threads have begun is therefore let end first; else a slow machine would see the
    deadline of a whole test fly past meanwhile.
    """
    assert isinstance(trio.lowlevel.current_clock(), trio.testing.MockClock)
    while trio.testing.active_thread_count():
        await trio.lowlevel.checkpoint()
    with trio.move_on_after(seconds):
        await trio.sleep_forever()

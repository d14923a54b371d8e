"""The wall clock and the monotonic clock: the only file that asks the machine for the time.

Rules of this file:
  * Wall time is for block timestamps and logs only; everything that waits uses monotonic time.
  * Everybody else gets a ``Clock`` (or a time) as an argument, so tests bring their own.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def wall_ms(self) -> int:
        """Give milliseconds since 1970, UTC; may jump."""

    def monotonic_ms(self) -> int:
        """Give milliseconds since some start; never goes back."""


class SystemClock:
    """The clocks of this machine.

    Args:
        offset_ms: added to the wall clock: a machine whose clock is wrong, in tests.
    """

    def __init__(self, offset_ms: int = 0) -> None:
        self._offset_ms = offset_ms

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self._offset_ms

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


def stopwatch_ns() -> int:
    """Give nanoseconds since some start, to measure what no clock can be handed to."""
    return time.perf_counter_ns()


def thread_cpu_ms() -> int:
    """Give the milliseconds of a core that this thread has used: none while it has to wait."""
    return time.thread_time_ns() // 1_000_000

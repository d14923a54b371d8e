"""Virtual time: one event heap, and the clocks that replicas are shown.

Everything that happens in a run is an entry of one heap, ordered by virtual millisecond and then by
order of insertion, so nothing depends on hashes, addresses or the machine. Rules of this file:

* Nothing here knows what an event means.
* A replica never sees the true time: its monotonic clock starts anywhere at every boot, its wall
  clock is off by what the seed says.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consensus import Now

WALL_ORIGIN_MS = 1_790_007_200_000  # some hours after the ledger of the samples began


class Heap:
    """The future: callbacks by time; ``run`` is the only loop of the simulator."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.event_count = 0
        self._order = itertools.count()
        self._entries: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []

    def at(self, time_ms: int, callback: Callable[..., None], *arguments: Any) -> None:
        entry = (max(time_ms, self.now_ms), next(self._order), callback, arguments)
        heapq.heappush(self._entries, entry)

    def after(self, delay_ms: int, callback: Callable[..., None], *arguments: Any) -> None:
        entry = (self.now_ms + delay_ms, next(self._order), callback, arguments)
        heapq.heappush(self._entries, entry)

    def run(self, until_ms: int, is_finished: Callable[[], bool]) -> None:
        """Perform events up to ``until_ms`` or until ``is_finished`` after one of them."""
        entries, pop = self._entries, heapq.heappop
        while entries and entries[0][0] <= until_ms:
            self.now_ms, _, callback, arguments = pop(entries)
            self.event_count += 1
            callback(*arguments)
            if is_finished():
                return
        self.now_ms = max(self.now_ms, until_ms)


@dataclass(slots=True)
class Clock:
    """The two clocks of one machine.

    Attributes:
        boot_ms: true time at which the monotonic clock stood at zero; changes with every boot.
        skew_ms: how far the wall clock is ahead (negative: behind).
        ahead_ms_max: how far it has ever been ahead.
    """

    boot_ms: int
    skew_ms: int
    ahead_ms_max: int = 0

    def __post_init__(self) -> None:
        self.set_skew(self.skew_ms)

    def set_skew(self, skew_ms: int) -> None:
        """Let the wall clock jump."""
        self.skew_ms = skew_ms
        self.ahead_ms_max = max(self.ahead_ms_max, skew_ms)

    def read(self, true_ms: int) -> Now:
        return Now(
            monotonic_ms=true_ms - self.boot_ms, wall_ms=WALL_ORIGIN_MS + true_ms + self.skew_ms
        )

    def true_ms(self, monotonic_ms: int) -> int:
        return monotonic_ms + self.boot_ms

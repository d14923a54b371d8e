"""Chores by the time at which they are tried next.

Rules: whoever takes chores out puts each off or drops it. To find what is due costs the same
however much waits: an office that is behind may have hundreds of thousands of chores, and to look
through all of them in each round would hold the loop for a part of a second.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from ledgerd.offices.chore import Chore


@dataclass(slots=True)
class _Plan:
    """How often a chore was tried, and the number under which it stands in the queue."""

    number: int
    try_count: int = 0


class Agenda:
    """What is open, each chore once; what is due comes in the order in which it fell due."""

    def __init__(self, chores: Iterable[Chore] = ()) -> None:
        self._plans: dict[Chore, _Plan] = {}
        self._queue: list[tuple[int, int, Chore]] = []  # due, monotonic ms; a number; the chore
        self._number = 0
        self._fresh_count = 0
        for chore in chores:
            self.add(chore)

    def __len__(self) -> int:
        return len(self._plans)

    @property
    def fresh_count(self) -> int:
        """How many chores were never tried: what an office that is behind has too many of."""
        return self._fresh_count

    def add(self, chore: Chore) -> None:
        """Take a chore up, due at once; one that is open already stays as it is."""
        if chore not in self._plans:
            self._plans[chore] = _Plan(0)
            self._fresh_count += 1
            self.put_off(chore, 0)

    def take_due(self, now_ms: int, count_max: int) -> list[Chore]:
        """Take out what is due, longest due first, at most so many."""
        taken: list[Chore] = []
        while self._queue and self._queue[0][0] <= now_ms and len(taken) < count_max:
            _, number, chore = heapq.heappop(self._queue)
            plan = self._plans.get(chore)
            if plan is not None and plan.number == number:  # else dropped, or put off meanwhile
                taken.append(chore)
        return taken

    def count_try(self, chore: Chore) -> int:
        """Note that a chore is tried; say how often it was by now."""
        plan = self._plans[chore]
        self._fresh_count -= plan.try_count == 0
        plan.try_count += 1
        return plan.try_count

    def put_off(self, chore: Chore, due_ms: int) -> None:
        """Have an open chore tried at a time, and not before."""
        self._number += 1
        self._plans[chore].number = self._number
        heapq.heappush(self._queue, (due_ms, self._number, chore))

    def drop(self, chore: Chore) -> None:
        """Let go of a chore that is done."""
        self._fresh_count -= self._plans.pop(chore).try_count == 0

"""Turns of clients: what all of them together may begin in one turn of the event loop, and who.

Rules: nobody waits while there is room in the turn. Who waits is let in by what it has had: a
client that asks for little goes before one that asks for much, however many requests that one
sends, and nobody is passed over for good. A turn holds requests by weight, at least one.

The loop gives each runnable task one go a turn; requests in any number of tasks would take it from
the few tasks that keep the chain going. So a turn is bounded, and on a starved machine there is a
rest between two of them, in which whoever comes is slowed down instead of the chain.

Source: start-time fair queueing, Goyal, Vin and Cheng 1996; ADR 0220.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import trio

from ledgerd.node.pulse import no_pause

REQUEST_WEIGHT: Final = 4 * 1024  # of the smallest request, and of any that only reads
TURN_WEIGHT: Final = 2 * REQUEST_WEIGHT  # two bills handed in one by one: half a millisecond
RESTED_WEIGHT: Final = REQUEST_WEIGHT  # behind a rest: the node is short of time
READ_PAUSE_PART: Final = 5  # reads rest for a fifth of the time: each costs little
Pause = Callable[[], float]


@dataclass(slots=True, eq=False)
class Line:
    """One client, as far as its turns go.

    Attributes:
        number: its own in this process, never again another's; above 0.
        finish: the virtual time at which what it has asked for is paid.
    """

    number: int = field(default_factory=itertools.count(1).__next__)
    finish: int = 0


@dataclass(slots=True, order=True)
class _Place:
    """One request that waits; ordered by virtual start, then by coming."""

    start: int
    number: int
    weight: int = field(compare=False)
    bell: trio.Event = field(compare=False, default_factory=trio.Event)
    is_chosen: bool = field(compare=False, default=False)
    is_gone: bool = field(compare=False, default=False)


class Turns:
    """Lets requests in.

    Args:
        pause_s: how long to rest before the next turn.

    Attributes:
        _virtual: the virtual start of who was let in last.
        _left: weight that the present turn still has room for.
        _is_led: somebody who waits opens the next turn.
    """

    def __init__(self, pause_s: Pause = no_pause) -> None:
        self._pause_s = pause_s
        self._waiting: list[_Place] = []
        self._numbers = itertools.count()
        self._virtual = 0
        self._left = TURN_WEIGHT
        self._is_led = False

    async def take(self, line: Line, weight: int = REQUEST_WEIGHT) -> None:
        """Wait for a turn; what the caller does until its next wait is done in it."""
        weight = max(weight, REQUEST_WEIGHT)
        start = max(line.finish, self._virtual)
        line.finish = start + weight
        if self._left > 0 and not self._is_led and not self._waiting:
            self._left -= weight
            self._virtual = start
            return
        place = _Place(start, next(self._numbers), weight)
        heapq.heappush(self._waiting, place)
        try:
            await self._wait_chosen(place)
        finally:
            if not place.is_chosen:  # it went away, perhaps when it was to lead
                place.is_gone = True
                self._ring_next()

    async def _wait_chosen(self, place: _Place) -> None:
        """Wait; whoever finds that nobody leads does so, until it is chosen itself."""
        is_fresh = False  # whether it was woken in this turn of the loop, so that none goes by
        while not place.is_chosen:
            if self._is_led:
                await place.bell.wait()
                place.bell = trio.Event()
                is_fresh = True
            else:
                await self._lead(is_fresh=is_fresh)
                is_fresh = False

    async def _lead(self, *, is_fresh: bool) -> None:
        """Open the next turn when it has come."""
        self._is_led = True
        pause_s = self._pause_s()
        try:
            if pause_s > 0:
                await trio.sleep(pause_s)
            elif not is_fresh:
                await trio.lowlevel.checkpoint()
        finally:
            self._is_led = False
            self._open(RESTED_WEIGHT if pause_s > 0 else TURN_WEIGHT)

    def _open(self, room: int) -> None:
        """Choose those who go in this turn, and wake the one who opens the next."""
        self._left = room
        while self._waiting and self._left > 0:
            place = heapq.heappop(self._waiting)
            if not place.is_gone:
                place.is_chosen = True
                place.bell.set()
                self._left -= place.weight
                self._virtual = max(self._virtual, place.start)
        self._ring_next()

    def _ring_next(self) -> None:
        while self._waiting and self._waiting[0].is_gone:
            heapq.heappop(self._waiting)
        if self._waiting and not self._is_led:
            self._waiting[0].bell.set()


class Doors:
    """Where requests come in: those that only read, and all others.

    Attributes:
        acts: has the pause of a node that is short of time.
        reads: has a part of it.
    """

    def __init__(self, pause_s: Pause = no_pause) -> None:
        self.acts = Turns(pause_s)
        self.reads = Turns(lambda: pause_s() / READ_PAUSE_PART)

"""The network between the simulated machines: loses, repeats, delays, reorders, cuts, clogs.

Rules of this file: addresses are machines, not replicas (twins are two machines with one identity);
a message once sent arrives unchanged or not at all; nothing is delayed for ever.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulator.clock import Heap

Address = int
Link = tuple[Address, Address]
Deliver = Callable[[Address, Address, Any], None]
CLOGGED_MAX = 2_000  # messages that wait in one clogged direction; more are lost


@dataclass(frozen=True, slots=True)
class Weather:
    """What the links do to messages.

    Attributes:
        loss, repeat, spike: probabilities per message.
        loss_of: (message type, probability) of losing messages of that type on top.
        delay_ms_min, delay_ms_max: usual one-way delay, drawn per message, so messages overtake.
        spike_ms: longest extra delay of a message hit by a spike.
    """

    loss: float = 0.0
    repeat: float = 0.0
    delay_ms_min: int = 1
    delay_ms_max: int = 8
    spike: float = 0.0
    spike_ms: int = 0
    loss_of: tuple[tuple[str, float], ...] = ()


CALM = Weather()


class Network:
    """All links. ``cut``, ``clog`` and ``mend`` work on one direction of one link.

    Attributes:
        on_change: told of a link after one of its directions was cut or mended.
    """

    def __init__(self, heap: Heap, rng: random.Random, deliver: Deliver) -> None:
        self.weather = CALM
        self.counts: Counter[str] = Counter()
        self.loses: Callable[[Address, Address, Any], bool] | None = None  # for scenarios
        self.on_change: Callable[[Address, Address], None] = lambda *_: None
        self._heap = heap
        self._rng = rng
        self._deliver = deliver
        self._blocked: dict[Link, None] = {}
        self._clogged: dict[Link, list[Any]] = {}

    def cut(self, source: Address, target: Address) -> None:
        self._blocked[source, target] = None
        self.on_change(source, target)

    def clog(self, source: Address, target: Address) -> None:
        """Hold everything back that is sent this way until it is mended."""
        self._clogged.setdefault((source, target), [])

    def mend(self, source: Address, target: Address) -> None:
        if (source, target) in self._blocked:
            del self._blocked[source, target]
            self.on_change(source, target)
        for payload in self._clogged.pop((source, target), ()):
            self._launch(source, target, payload)

    def mend_all(self) -> None:
        for link in (*self._blocked, *self._clogged):
            self.mend(*link)

    def is_cut(self, source: Address, target: Address) -> bool:
        return (source, target) in self._blocked

    def send(self, source: Address, target: Address, payload: Any) -> None:
        link = (source, target)
        if link in self._blocked:
            self.counts["message cut off"] += 1
            return
        if self.loses is not None and self.loses(source, target, payload):
            return
        weather = self.weather
        if weather.loss and self._rng.random() < weather.loss:
            self.counts["message lost"] += 1
            return
        if weather.loss_of and self._is_picked(payload):
            self.counts["message of one type lost"] += 1
            return
        if self._clogged and link in self._clogged:
            self._hold_back(link, payload)
            return
        self._launch(source, target, payload)
        if weather.repeat and self._rng.random() < weather.repeat:
            self.counts["message repeated"] += 1
            self._launch(source, target, payload)

    def _is_picked(self, payload: Any) -> bool:
        name = type(getattr(payload, "message", payload)).__name__
        return any(name == kind and self._rng.random() < p for kind, p in self.weather.loss_of)

    def _hold_back(self, link: Link, payload: Any) -> None:
        waiting = self._clogged[link]
        if len(waiting) < CLOGGED_MAX:
            waiting.append(payload)
            self.counts["message clogged"] += 1

    def _launch(self, source: Address, target: Address, payload: Any) -> None:
        weather = self.weather
        shortest_ms = weather.delay_ms_min
        delay_ms = shortest_ms + int(self._rng.random() * (weather.delay_ms_max - shortest_ms + 1))
        if weather.spike and self._rng.random() < weather.spike:
            self.counts["message delayed long"] += 1
            delay_ms += int(self._rng.random() * weather.spike_ms)
        self._heap.after(delay_ms, self._arrive, source, target, payload)

    def _arrive(self, source: Address, target: Address, payload: Any) -> None:
        # A link that was cut meanwhile loses what was on its way, as a reset connection does.
        if (source, target) in self._blocked:
            self.counts["message cut off"] += 1
            return
        self._deliver(source, target, payload)

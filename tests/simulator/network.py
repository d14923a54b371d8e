"""The network between the simulated machines: loses, repeats, delays, reorders, cuts.

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
Deliver = Callable[[Address, Address, Any], None]


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
    """All links. ``cut`` and ``mend`` work on one direction of one link."""

    def __init__(self, heap: Heap, rng: random.Random, deliver: Deliver) -> None:
        self.weather = CALM
        self.counts: Counter[str] = Counter()
        self.loses: Callable[[Address, Address, Any], bool] = lambda *_: False  # for scenarios
        self._heap = heap
        self._rng = rng
        self._deliver = deliver
        self._blocked: set[tuple[Address, Address]] = set()  # membership only, never iterated

    def cut(self, source: Address, target: Address) -> None:
        self._blocked.add((source, target))

    def mend(self, source: Address, target: Address) -> None:
        self._blocked.discard((source, target))

    def mend_all(self) -> None:
        self._blocked.clear()

    def is_cut(self, source: Address, target: Address) -> bool:
        return (source, target) in self._blocked

    def send(self, source: Address, target: Address, payload: Any) -> None:
        if (source, target) in self._blocked:
            self.counts["message cut off"] += 1
            return
        if self.loses(source, target, payload):
            return
        weather, rng = self.weather, self._rng
        if weather.loss and rng.random() < weather.loss:
            self.counts["message lost"] += 1
            return
        if weather.loss_of and self._is_picked(payload):
            self.counts["message of one type lost"] += 1
            return
        self._launch(source, target, payload)
        if weather.repeat and rng.random() < weather.repeat:
            self.counts["message repeated"] += 1
            self._launch(source, target, payload)

    def _is_picked(self, payload: Any) -> bool:
        name = type(getattr(payload, "message", payload)).__name__
        return any(name == kind and self._rng.random() < p for kind, p in self.weather.loss_of)

    def _launch(self, source: Address, target: Address, payload: Any) -> None:
        weather, rng = self.weather, self._rng
        span = weather.delay_ms_max - weather.delay_ms_min + 1
        delay_ms = weather.delay_ms_min + int(rng.random() * span)
        if weather.spike and rng.random() < weather.spike:
            self.counts["message delayed long"] += 1
            delay_ms += int(rng.random() * weather.spike_ms)
        self._heap.after(delay_ms, self._arrive, source, target, payload)

    def _arrive(self, source: Address, target: Address, payload: Any) -> None:
        # A link that was cut meanwhile loses what was on its way, as a reset connection does.
        if (source, target) in self._blocked:
            self.counts["message cut off"] += 1
            return
        self._deliver(source, target, payload)

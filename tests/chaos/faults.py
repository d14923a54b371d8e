"""Faults that any number of nodes may suffer at once: crashes, pauses, and the network between.

Rules: a fault is begun by a function that returns how it ends, or None when it is over at once.
What is drawn comes from the field's ``random.Random``. Each is counted by kind when it is begun;
kills and resets are counted by whoever performs them, one by one.
"""

import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.chaos.proxied_net import ProxiedNet
from tests.chaos.proxy import Mesh, Proxy, Weather
from tests.chaos.supervision import Supervisor

DOWN_S_MAX = 1.5  # between a kill and the next start
Ending = Callable[[], None]
Kind = TypeVar("Kind")


@dataclass
class Field:
    """Where faults are made, and what was made.

    Attributes:
        faults: begun so far, by kind.
        decks: of kinds still to be drawn before any comes again.
        extra: processes started besides the network's own.
        spared: nodes that no crash or pause may touch now: the others must form a quorum.
    """

    net: ProxiedNet
    nodes: Supervisor
    rng: random.Random
    faults: Counter[str] = field(default_factory=Counter)
    spared: frozenset[str] = frozenset()
    violations: list[str] = field(default_factory=list)
    decks: dict[str, list[object]] = field(default_factory=dict)
    extra: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def one(self, among: Iterable[str]) -> str | None:
        """Draw one of these nodes; None when there is none."""
        names = sorted(set(among) - self.spared)
        return self.rng.choice(names) if names else None

    def dealt(self, deck: str, kinds: Iterable[Kind]) -> Kind:
        """Draw a kind; every other kind comes before it comes again."""
        left = self.decks.setdefault(deck, [])
        if not left:
            left += kinds
            self.rng.shuffle(left)
        return left.pop()  # type: ignore[return-value]

    def stop_extra(self) -> list[int | None]:
        """End what was started besides; give the codes with which it had ended by itself."""
        codes = [process.poll() for process in self.extra]
        for process in self.extra:
            process.kill()
            process.wait()
        self.extra.clear()
        return codes

    def kill(self, name: str, down_s: float | None = None) -> None:
        """SIGKILL a node that comes back soon."""
        if self.nodes[name].is_running:
            self.faults["SIGKILL"] += 1
            self.nodes.kill(name, self.rng.uniform(0, DOWN_S_MAX) if down_s is None else down_s)


Fault = Callable[[Field], Ending | None]


def kill_one(field: Field) -> None:
    name = field.one(field.nodes.running())
    if name is not None:
        field.kill(name)


def kill_primary(field: Field) -> None:
    name = field.nodes.primary()
    if name is not None and name not in field.spared:
        field.faults["primary killed"] += 1
        field.kill(name)


def kill_all(field: Field) -> None:
    """Power fails everywhere; it comes back node by node."""
    field.faults["all killed"] += 1
    for name in field.nodes.running():
        field.kill(name)


def kill_at_start(field: Field) -> None:
    """Kill a node that is starting: recovery must stand being interrupted."""
    starting = [n for n, each in field.nodes.watched.items() if each.is_starting]
    name = field.one(starting)
    if name is not None:
        field.faults["killed while starting"] += 1
        field.kill(name, 0.0)


def pause_one(field: Field) -> Ending | None:
    return _pause(field, field.one(field.nodes.answering()))


def pause_primary(field: Field) -> Ending | None:
    return _pause(field, field.nodes.primary())


def _pause(field: Field, name: str | None) -> Ending | None:
    if name is None:
        return None
    field.faults["SIGSTOP"] += 1
    field.nodes.pause(name)
    return lambda: field.nodes.resume(name)


def pause_all(field: Field) -> Ending:
    names = field.nodes.answering()
    for name in names:
        _pause(field, name)
    return lambda: [field.nodes.resume(name) for name in names] and None


def cut_one_off(field: Field) -> Ending:
    field.faults["cut off"] += 1
    number = field.rng.randrange(len(field.net.names))
    field.net.on_mesh(lambda mesh: mesh.isolate(number))
    return _mending(field, field.net.proxies_of(field.net.names[number]))


def split_in_two(field: Field) -> Ending:
    field.faults["split in two"] += 1
    left = field.rng.sample(range(len(field.net.names)), 2)
    field.net.on_mesh(lambda mesh: mesh.split(left))
    return _mending(field, list(field.net.mesh.proxies.values()))


def deafen_one(field: Field) -> Ending:
    field.faults["one-way cut"] += 1
    number = field.rng.randrange(len(field.net.names))
    field.net.on_mesh(lambda mesh: mesh.deafen(number))
    return _mending(field, field.net.proxies_of(field.net.names[number]))


def cut_a_link(field: Field) -> Ending:
    """Cut a link between two that reach everybody else."""
    field.faults["link cut"] += 1
    proxy = _any_proxy(field)
    field.net.on_mesh(lambda _: proxy.cut())
    return _mending(field, [proxy])


def reset_links(field: Field) -> None:
    field.faults["connections reset"] += 1
    name = field.rng.choice(field.net.names)
    proxies = field.net.proxies_of(name)
    field.net.on_mesh(lambda _: [proxy.reset() for proxy in proxies] and None)


def reset_mid_frame(field: Field) -> None:
    field.faults["reset in a frame"] += 1
    proxies = field.rng.sample(list(field.net.mesh.proxies.values()), 4)
    field.net.on_mesh(lambda _: [proxy.reset_mid_frame(20_000) for proxy in proxies] and None)


def delay(field: Field) -> Ending:
    field.faults["delay"] += 1
    weather = Weather(delay_ms=field.rng.randrange(20, 400))
    return _weather(field, weather, field.rng.randrange(1, 7))


def drip(field: Field) -> Ending:
    field.faults["drip"] += 1
    weather = Weather(bytes_per_s=field.rng.choice((50, 2_000, 50_000)))
    return _weather(field, weather, field.rng.randrange(1, 4))


def corrupt(field: Field) -> Ending:
    field.faults["bits flipped"] += 1
    weather = Weather(flips_every_bytes=field.rng.choice((5_000, 100_000)))
    return _weather(field, weather, field.rng.randrange(1, 5))


def _weather(field: Field, weather: Weather, count: int) -> Ending:
    proxies = field.rng.sample(list(field.net.mesh.proxies.values()), count)

    def change(_: Mesh) -> None:
        for proxy in proxies:
            proxy.set_weather(weather, weather)

    field.net.on_mesh(change)
    return _mending(field, proxies)


def _any_proxy(field: Field) -> Proxy:
    return field.rng.choice(list(field.net.mesh.proxies.values()))


def _mending(field: Field, proxies: list[Proxy]) -> Ending:
    return lambda: field.net.on_mesh(lambda _: [proxy.mend() for proxy in proxies] and None)


CRASHES: dict[Fault, int] = {
    kill_one: 14,
    kill_primary: 7,
    kill_at_start: 4,
    kill_all: 2,
    pause_one: 4,
    pause_primary: 2,
    pause_all: 1,
}
WEATHER: dict[Fault, int] = {
    cut_one_off: 3,
    split_in_two: 2,
    deafen_one: 3,
    cut_a_link: 3,
    reset_links: 4,
    reset_mid_frame: 4,
    delay: 4,
    drip: 3,
    corrupt: 3,
}

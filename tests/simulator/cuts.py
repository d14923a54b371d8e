"""Faults of links in the safety phase: partitions, bridges, one-way cuts, clogs, storms.

Rules of this file: every cut and clog has an end of its own; ``end`` mends whatever is left.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster

Links = list[tuple[int, int]]
Scatter = Callable[[int, Callable[[], None]], None]
CUT_MS_MIN, CUT_MS_MAX = 50, 3_000
CLOG_MS_MAX = 2_000
STORM_FLAPS_MAX = 12


class Cuts:
    """Schedules the faults of links of one run."""

    def __init__(self, world: "Cluster") -> None:
        self._world = world
        self._rng: random.Random = world.streams.crash
        self._is_over = False

    def schedule(self, scatter: Scatter) -> None:
        planned = self._world.plan.hazards
        scatter(planned.partitions, self._partition)
        scatter(planned.one_way_cuts, self._cut_one_way)
        scatter(planned.bridges, self._bridge)
        scatter(planned.storms, self._storm)
        scatter(planned.clogs, self._clog)
        scatter(planned.clog_rounds, self._clog_one_by_one)

    def end(self) -> None:
        self._is_over = True
        self._world.network.mend_all()

    @property
    def _addresses(self) -> list[int]:
        return [host.address for host in self._world.hosts]

    # --- cuts ---------------------------------------------------------------------------------

    def _partition(self) -> None:
        addresses = self._addresses
        group = self._rng.sample(addresses, self._rng.randint(1, len(addresses) // 2))
        links = [(a, b) for a in group for b in addresses if b not in group]
        self._world.counts["partition"] += 1
        self._cut(both_ways(links), self._rng.randint(CUT_MS_MIN, CUT_MS_MAX))

    def _bridge(self) -> None:
        """Two groups that hear each other through one machine only."""
        addresses = self._rng.sample(self._addresses, len(self._world.hosts))
        half = len(addresses) // 2
        links = [(a, b) for a in addresses[1 : half + 1] for b in addresses[half + 1 :]]
        self._world.counts["bridge"] += 1
        self._cut(both_ways(links), self._rng.randint(CUT_MS_MIN, CUT_MS_MAX))

    def _cut_one_way(self) -> None:
        source, target = self._rng.sample(self._addresses, 2)
        self._world.counts["one-way cut"] += 1
        self._cut([(source, target)], self._rng.randint(CUT_MS_MIN, CUT_MS_MAX))

    def _storm(self) -> None:
        """All links of one machine go down and come up again and again."""
        victim = self._rng.choice(self._addresses)
        links = both_ways([(victim, other) for other in self._addresses if other != victim])
        self._world.counts["reconnect storm"] += 1
        start_ms = 0
        for _ in range(self._rng.randint(4, STORM_FLAPS_MAX)):
            down_ms = self._rng.randint(5, 120)
            self._world.heap.after(start_ms, self._cut, links, down_ms)
            start_ms += down_ms + self._rng.randint(5, 120)

    def _cut(self, links: Links, duration_ms: int) -> None:
        if self._is_over:
            return
        for source, target in links:
            self._world.network.cut(source, target)
        self._world.heap.after(duration_ms, self._mend, links)

    def _mend(self, links: Links) -> None:
        if not self._is_over:
            for source, target in links:
                self._world.network.mend(source, target)

    # --- clogs --------------------------------------------------------------------------------

    def _clog(self) -> None:
        link = tuple(self._rng.sample(self._addresses, 2))
        self._world.counts["clogged link"] += 1
        self._clog_for([link], self._rng.randint(CUT_MS_MIN, CLOG_MS_MAX))

    def _clog_one_by_one(self) -> None:
        """Each link in turn, both ways: no moment at which all of them work."""
        self._world.counts["links clogged one by one"] += 1
        addresses = self._addresses
        links = [(a, b) for a in addresses for b in addresses if a < b]
        self._rng.shuffle(links)
        each_ms = self._rng.randint(20, 200)
        for position, link in enumerate(links):
            both = both_ways([link])
            self._world.heap.after(position * each_ms, self._clog_for, both, each_ms)

    def _clog_for(self, links: Links, duration_ms: int) -> None:
        if self._is_over:
            return
        for source, target in links:
            self._world.network.clog(source, target)
        self._world.heap.after(duration_ms, self._mend, links)


def both_ways(links: Links) -> Links:
    return links + [(b, a) for a, b in links]

"""Faults of the safety phase: crashes, power cuts, pauses, cuts of links, by a plan and a stream.

Rules of this file: everything is scheduled at the start; whatever a hazard breaks it mends again,
at the latest when the cluster heals.
"""

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster
    from tests.simulator.host import Host

FUSE_EFFECTS_MAX = 15  # a power cut comes within so many effects of an armed host
PAUSES_MS = (30, 300, 3_000)
OUTAGES_MS = (0, 20, 300, 1_500)


class Hazards:
    """Schedules the faults of one run."""

    def __init__(self, world: "Cluster") -> None:
        self._world = world
        self._rng: random.Random = world.streams.crash
        self._is_over = False

    def schedule(self) -> None:
        planned = self._world.plan.hazards
        self._scatter(planned.crashes, self._crash_one)
        self._scatter(planned.crashes_of_all, self._crash_all)
        self._scatter(planned.pauses, self._pause)
        self._scatter(planned.partitions, self._partition)
        self._scatter(planned.one_way_cuts, self._cut_one_way)
        self._scatter(planned.new_segments, self._new_segment)
        self._scatter(planned.amnesia, self._lose_log)

    def end(self) -> None:
        """Mend everything: links, pauses, outages."""
        self._is_over = True
        self._world.network.mend_all()
        for host in self._world.hosts:
            host.fuse = None
            if host.is_paused:
                host.resume()
            if host.replica is None:
                host.boot()

    def reboot_later(self, host: "Host") -> None:
        self._world.heap.after(self._rng.choice(OUTAGES_MS), self._boot, host)

    def _scatter(self, count: int, hazard: object) -> None:
        assert callable(hazard)
        for _ in range(count):
            self._world.heap.at(self._rng.randrange(self._world.plan.safety_ms), hazard)

    def _boot(self, host: "Host") -> None:
        if host.replica is None and not self._is_over:
            host.boot()

    def _crash_one(self) -> None:
        host = self._rng.choice(self._world.hosts)
        if self._rng.random() < 0.6:
            host.fuse = self._rng.randint(1, FUSE_EFFECTS_MAX)
            return
        if host.replica is not None:
            host.crash()
            self.reboot_later(host)

    def _crash_all(self) -> None:
        outage_ms = self._rng.choice(OUTAGES_MS)
        for host in self._world.hosts:
            host.crash()
            self._world.heap.after(outage_ms + self._rng.randrange(50), self._boot, host)

    def _pause(self) -> None:
        host = self._rng.choice(self._world.hosts)
        host.pause()
        self._world.counts["pause"] += 1
        self._world.heap.after(self._rng.choice(PAUSES_MS), self._resume, host)

    def _resume(self, host: "Host") -> None:
        if host.is_paused and not self._is_over:
            host.resume()

    def _partition(self) -> None:
        addresses = [host.address for host in self._world.hosts]
        group = self._rng.sample(addresses, self._rng.randint(1, len(addresses) // 2))
        links = [(a, b) for a in group for b in addresses if b not in group]
        self._world.counts["partition"] += 1
        self._cut(links + [(b, a) for a, b in links], self._rng.randint(50, 3_000))

    def _cut_one_way(self) -> None:
        addresses = [host.address for host in self._world.hosts]
        source, target = self._rng.sample(addresses, 2)
        self._world.counts["one-way cut"] += 1
        self._cut([(source, target)], self._rng.randint(50, 3_000))

    def _cut(self, links: list[tuple[int, int]], duration_ms: int) -> None:
        for source, target in links:
            self._world.network.cut(source, target)
        self._world.heap.after(duration_ms, self._mend, links)

    def _mend(self, links: list[tuple[int, int]]) -> None:
        if not self._is_over:
            for source, target in links:
                self._world.network.mend(source, target)

    def _lose_log(self) -> None:
        """Put an older vote log in the place of the last one; half of the hosts notice."""
        host = self._rng.choice(self._world.correct_hosts)
        host.crash()
        host.disk.lose_end_of_log(self._rng)
        host.has_lost_votes = True
        host.log_is_damaged = self._rng.random() < 0.5 or not host.disk.votes
        self._world.counts["vote log lost or aged"] += 1
        self.reboot_later(host)

    def _new_segment(self) -> None:
        host = self._rng.choice(self._world.hosts)
        if host.replica is not None and not host.memory.is_busy:
            host.disk.new_segment(host.replica.durable_records())
            self._world.counts["new vote log segment"] += 1

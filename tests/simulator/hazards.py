"""Faults of machines in the safety phase: crashes, power cuts, pauses, clocks.

Rules of this file: everything is scheduled at the start; whatever a hazard breaks it mends again,
at the latest when the cluster heals. What a machine does not recover from by itself (a lost
promise, a lost chain, a clock far off) hits only ``spare`` machines: as many as the fault budget
leaves beside the dishonest ones. Links are broken in ``cuts``, disks in ``rot``.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator.cuts import Cuts
from tests.simulator.disk import Trouble
from tests.simulator.rot import Rot

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster
    from tests.simulator.host import Host

FUSE_EFFECTS_MAX = 15  # a power cut comes within so many effects of an armed host
LOOP_FUSE_MAX = 12  # shorter than what a restart does: it does not get through
PAUSES_MS = (30, 300, 3_000)
LONG_PAUSES_MS = (20_000, 60_000, 120_000)
OUTAGES_MS = (0, 20, 300, 1_500)
SMALL_JUMPS_MS = (-1_500, -200, 200, 1_500)  # with the skew still inside the allowed drift
LARGE_JUMPS_MS = (-3_600_000, -60_000, 60_000, 3_600_000)
RECOVERY_MS = 300  # a restarted machine is still asking the others


class Hazards:
    """Schedules the faults of one run."""

    def __init__(self, world: "Cluster") -> None:
        self._world = world
        self._rng: random.Random = world.streams.crash
        self._loops: dict[int, int] = {}  # address -> restarts that end in another power cut
        self.is_over = False
        spare_count = world.plan.fault_max - len(world.plan.byzantine)
        correct = [host for host in world.hosts if host.is_correct]
        self.spare = self._rng.sample(correct, max(0, spare_count))
        self._cuts = Cuts(world)
        self._rot = Rot(world, self)

    def schedule(self) -> None:
        planned = self._world.plan.hazards
        for count, hazard in (
            (planned.crashes, self._crash_one),
            (planned.crashes_of_all, self._crash_all),
            (planned.crash_loops, self._crash_in_a_loop),
            (planned.crashes_in_recovery, self._crash_in_recovery),
            (planned.pauses, self._pause),
            (planned.long_pauses, self._pause_long),
            (planned.clock_jumps, self._jump),
        ):
            self._scatter(count, hazard)
        if self.spare:
            self._scatter(planned.clocks_off, self._jump_far)
        self._rot.schedule(self._scatter)
        self._cuts.schedule(self._scatter)

    def end(self) -> None:
        """Mend everything: links, pauses, outages, disks, clocks."""
        self.is_over = True
        self._loops.clear()
        self._cuts.end()
        for host in self._world.hosts:
            host.fuse = None
            host.disk.trouble = Trouble.NONE
            if host.is_paused:
                host.resume()
            if host.is_correct:
                host.clock.set_skew(self._world.plan.skew_ms[host.replica_id])
            if host.replica is None:
                host.boot()

    def reboot_later(self, host: "Host") -> None:
        outage_ms = self._rng.choice(OUTAGES_MS)
        self._world.heap.after(outage_ms, self._boot, host, host.boot_count)

    def _scatter(self, count: int, hazard: Callable[[], None]) -> None:
        for _ in range(count):
            self._world.heap.at(self._rng.randrange(self._world.plan.safety_ms), hazard)

    def _boot(self, host: "Host", boot_count: int) -> None:
        """Start a machine again, unless it went down once more for another reason."""
        if host.replica is not None or host.boot_count != boot_count:
            return
        left = self._loops.get(host.address, 0)
        if left:
            self._loops[host.address] = left - 1
            host.fuse = self._rng.randint(1, LOOP_FUSE_MAX)
        host.boot()

    def any_up(self) -> "Host | None":
        host = self._rng.choice(self._world.hosts)
        return None if host.replica is None else host

    # --- crashes ------------------------------------------------------------------------------

    def _crash_one(self) -> None:
        host = self._rng.choice(self._world.hosts)
        if self._rng.random() < 0.6:
            host.fuse = self._rng.randint(1, FUSE_EFFECTS_MAX)
            return
        if host.replica is not None:
            host.crash()
            self.reboot_later(host)

    def _crash_all(self) -> None:
        self._world.counts["power cut of all"] += 1
        outage_ms = self._rng.choice(OUTAGES_MS)
        for host in self._world.hosts:
            host.crash()
        for host in self._world.hosts:
            delay_ms = outage_ms + self._rng.randrange(50)
            self._world.heap.after(delay_ms, self._boot, host, host.boot_count)

    def _crash_in_a_loop(self) -> None:
        host = self.any_up()
        if host is not None:
            self._world.counts["crash loop"] += 1
            self._loops[host.address] = self._rng.randint(2, 5)
            host.crash()
            self.reboot_later(host)

    def _crash_in_recovery(self) -> None:
        host = self.any_up()
        if host is not None:
            host.crash()
            self._boot(host, host.boot_count)
            delay_ms = self._rng.randint(1, RECOVERY_MS)
            self._world.heap.after(delay_ms, self._crash_again, host, host.boot_count)

    def _crash_again(self, host: "Host", boot_count: int) -> None:
        if host.boot_count == boot_count and host.replica is not None and not self.is_over:
            self._world.counts["crash during recovery"] += 1
            host.crash()
            self.reboot_later(host)

    # --- pauses and clocks --------------------------------------------------------------------

    def _pause(self) -> None:
        self._pause_for(self._rng.choice(PAUSES_MS), "pause")

    def _pause_long(self) -> None:
        self._pause_for(self._rng.choice(LONG_PAUSES_MS), "long pause")

    def _pause_for(self, duration_ms: int, name: str) -> None:
        host = self._rng.choice(self._world.hosts)
        host.pause()
        self._world.counts[name] += 1
        self._world.heap.after(duration_ms, self._resume, host)

    def _resume(self, host: "Host") -> None:
        if host.is_paused and not self.is_over:
            host.resume()

    def _jump(self) -> None:
        host = self._rng.choice(self._world.hosts)
        if host.is_correct and host not in self.spare:
            self._world.counts["clock jump"] += 1
            base_ms = self._world.plan.skew_ms[host.replica_id]
            host.clock.set_skew(base_ms + self._rng.choice(SMALL_JUMPS_MS))

    def _jump_far(self) -> None:
        self._world.counts["clock far off"] += 1
        clock = self._rng.choice(self.spare).clock
        clock.set_skew(clock.skew_ms + self._rng.choice(LARGE_JUMPS_MS))

"""Faults of disks in the safety phase: failing syncs, no room, lost, aged and damaged files.

Rules of this file: what can cost promises or blocks hits only the spare machines of ``hazards``.
Files change while their machine is down; whether that cost a promise is found by opening them.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from consensus.codec import encode_record
from tests.simulator.disk import Trouble
from tests.simulator.log_files import DAMAGES, LogFiles

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster
    from tests.simulator.hazards import Hazards
    from tests.simulator.host import Host

FULL_MS_MAX = 1_500
READ_MS_MAX = 500  # until somebody asks for a block that cannot be read any more


class Rot:
    """Schedules the faults of disks of one run."""

    def __init__(self, world: "Cluster", hazards: "Hazards") -> None:
        self._world = world
        self._hazards = hazards
        self._rng: random.Random = world.streams.disk

    def schedule(self, scatter: Callable[[int, Callable[[], None]], None]) -> None:
        planned = self._world.plan.hazards
        scatter(planned.new_segments, self._new_segment)
        scatter(planned.sync_failures, self._fail_sync)
        scatter(planned.disk_full, self._fill_disk)
        if self._hazards.spare:
            scatter(planned.amnesia, self._lose_log)
            scatter(planned.damages, self._damage)
            scatter(planned.chain_losses, self._lose_chain)

    # --- every machine ------------------------------------------------------------------------

    def _new_segment(self) -> None:
        host = self._rng.choice(self._world.hosts)
        if host.replica is None or host.memory.is_busy or host.disk.trouble is not Trouble.NONE:
            return
        host.disk.new_segment(host.replica.durable_records())
        self._world.counts["new vote log segment"] += 1

    def _fail_sync(self) -> None:
        host = self._rng.choice(self._world.hosts)
        if host.replica is not None and host.disk.trouble is Trouble.NONE:
            host.disk.trouble = Trouble.SYNC_FAILS

    def _fill_disk(self) -> None:
        host = self._rng.choice(self._world.hosts)
        host.disk.trouble = Trouble.FULL
        self._world.heap.after(self._rng.randint(50, FULL_MS_MAX), self._make_room, host)

    def _make_room(self, host: "Host") -> None:
        if host.disk.trouble is Trouble.FULL:
            host.disk.trouble = Trouble.NONE

    # --- the spare ones -----------------------------------------------------------------------

    def _lose_log(self) -> None:
        """Put an older vote log in the place of the last one; half of the hosts notice."""
        host = self._rng.choice(self._hazards.spare)
        if host.disk.files is not None:
            self._copy_files(host, host.disk.files)
            return
        host.crash()
        host.disk.lose_end_of_log(self._rng)
        host.has_lost_votes = True
        host.log_is_damaged = self._rng.random() < 0.5 or not host.disk.votes
        self._world.counts["vote log lost or aged"] += 1
        self._hazards.reboot_later(host)

    def _copy_files(self, host: "Host", files: LogFiles) -> None:
        """Copy the files of the vote log now, and put the copy back some time later."""
        if host.replica is None or host.memory.is_busy or not files.is_voting:
            return
        files.keep_copy([encode_record(record) for record in host.disk.votes])
        delay_ms = self._rng.randrange(self._world.plan.safety_ms // 2)
        self._world.heap.after(delay_ms, self._put_back, host, files)

    def _put_back(self, host: "Host", files: LogFiles) -> None:
        if self._hazards.is_over or not files.is_voting:
            return
        self._stop(host)
        if files.roll_back():
            self._world.counts["vote log rolled back"] += 1
        self._hazards.reboot_later(host)

    def _stop(self, host: "Host") -> None:
        """Stop a machine; what the crash left half done is finished first, as a start does it."""
        host.crash()
        host.open_disk()

    def _damage(self) -> None:
        """Spoil a byte, a sector or a file of a log while its machine is down."""
        host = self._rng.choice(self._hazards.spare)
        files = host.disk.files
        if files is None or not files.is_voting:
            return
        kind = self._rng.choice(tuple(DAMAGES))
        self._world.counts[f"damaged: {kind}"] += 1
        self._stop(host)
        if files.is_voting:
            files.damage(kind, self._rng)
        self._hazards.reboot_later(host)

    def _lose_chain(self) -> None:
        """Put back an older block store, lose it, or let one of its blocks rot."""
        host = self._rng.choice(self._hazards.spare)
        height = len(host.disk.blocks)
        if not height:
            return
        draw = self._rng.random()
        if draw < 0.6:
            host.disk.rotten = self._rng.randint(1, height)
            self._world.counts["block damaged"] += 1
            self._world.heap.after(self._rng.randrange(READ_MS_MAX), self._read_block, host)
            return
        host.crash()
        host.disk.lose_chain(0 if draw < 0.8 else self._rng.randrange(height))
        self._world.counts["chain lost or rolled back"] += 1
        self._hazards.reboot_later(host)

    def _read_block(self, host: "Host") -> None:
        """Ask for the damaged block, unless a start has found it before."""
        if host.replica is not None and host.disk.rotten is not None:
            host.stop_for_damage()

"""Every crash point of a short life: some fifty blocks, two changes of view.

Each write, each sync, each single message and each written block of each machine is an effect; a
run of the script ends one of them. Rules of this file:

* ``before``: the effect does not happen. A write that happened and was not synced comes out in each
  way: lost, written, torn, garbage, in the real logs on simulated files.
* ``all``: every machine loses power at that effect, not only the one that came to it.
* ``disk lost``: everybody loses power when a client hears for the first time that its bundle is in
  the chain, and the disk of the machine that said so does not come back.
* Afterwards the machines start, go on with a few blocks, and must keep every promise.

Snapshots do not exist yet, so none is in the script.
Source: checklist item 27; reliability.md P3 and section 2.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from consensus import Digest
from tests.damage.simulated_disk import Outcome
from tests.simulator.checkers import Violation
from tests.simulator.cluster import Cluster
from tests.simulator.host import Host, PowerCut
from tests.simulator.profiles import Machine, Plan, Timing

TIMEOUT_MS = 600
PACE_MS = 20  # between two bundles: blocks come one after the other, now and then two at once
PARTS = (16, 17, 17)  # blocks before, between and after the changes of view
AFTERWARDS = 4  # bundles after the crash, before the script ends
PLAN = Plan(
    seed=5,
    window=4,
    term=8,
    bundle_count=0,
    files=True,
    timing=Timing(status_ms=300, request_timeout_ms=TIMEOUT_MS),
    machine=Machine(bundles_per_batch=1, propose_ms=1),
)
UNSYNCED = "sync"  # the effect before which something is written and not synced


@dataclass(frozen=True, slots=True)
class Point:
    """One crash.

    Attributes:
        victim: who comes to the effect.
        number: of its effect, or of the acknowledgement, counted from 0.
        outcome: what becomes of what was not synced; None: drawn.
        scope: ``one``, ``all`` or ``disk lost``.
    """

    victim: int
    number: int
    outcome: Outcome | None = None
    scope: str = "one"

    def __str__(self) -> str:
        way = "" if self.outcome is None else f", unsynced data {self.outcome.value}"
        return f"{self.scope}: effect {self.number} of machine {self.victim}{way}"


class Life:
    """The script, lived once; ends early some bundles after the crash."""

    def __init__(self, point: Point | None) -> None:
        self.world = Cluster(PLAN)
        self.effects: list[list[str]] = [[] for _ in self.world.hosts]
        self.acknowledged = 0
        self.has_crashed = False
        self._point = point
        self._left = AFTERWARDS
        for host in self.world.hosts:
            host.on_effect = self._watch(host)
        self.world.clients.on_acknowledged = self._on_acknowledged

    def live(self) -> None:
        """Live through the script and what comes after a crash; see that nothing is broken."""
        world = self.world
        world.start()
        world.run_for(100)
        for part, count in enumerate(PARTS):
            if part and not self._is_over():
                self._change_view()
            for number in range(count):
                if not self._is_over():
                    self._submit(number)
        world.hazards.end()
        world.expect_executed(world.correct_hosts, 12 * TIMEOUT_MS)
        world.settle()
        world.clients.check_chains(world.correct_hosts)

    def _is_over(self) -> bool:
        return self.has_crashed and self._left <= 0

    def _submit(self, number: int) -> None:
        up = [host for host in self.world.hosts if host.replica is not None]
        if up:
            self.world.clients.request(up[number % len(up)])
        self._left -= self.has_crashed
        self.world.run_for(PACE_MS)

    def _change_view(self) -> None:
        """Let the present primary stand still with something owed."""
        world = self.world
        reports = [host.replica.report() for host in world.hosts if host.replica is not None]
        if not reports:
            return
        primary = world.hosts[max(reports, key=lambda report: report.view).primary]
        primary.pause()
        others = [h for h in world.hosts if h is not primary and h.replica is not None]
        if others:
            world.clients.request(others[0])
        world.run_for(2 * TIMEOUT_MS)
        if primary.is_paused:
            primary.resume()

    # --- the crash ----------------------------------------------------------------------------

    def _watch(self, host: Host):
        own = self.effects[host.address]

        def on_effect(what: str) -> None:
            own.append(what)
            point = self._point
            if point is None or point.scope == "disk lost" or self.has_crashed:
                return
            if (host.address, len(own) - 1) == (point.victim, point.number):
                self._crash(host)

        return on_effect

    def _crash(self, victim: Host) -> None:
        assert self._point is not None
        self.has_crashed = True
        if self._point.scope == "all":
            for host in self.world.hosts:
                if host is not victim:
                    self._stop(host)
        victim.disk.outcome = self._point.outcome
        raise PowerCut

    def _stop(self, host: Host) -> None:
        host.crash()
        self.world.hazards.reboot_later(host)

    def _on_acknowledged(self, host: Host, _digest: Digest) -> None:
        self.acknowledged += 1
        point = self._point
        if point is None or point.scope != "disk lost" or self.has_crashed:
            return
        if self.acknowledged - 1 == point.number:
            self.has_crashed = True
            self.world.heap.after(0, self._lose_disk, host)

    def _lose_disk(self, host: Host) -> None:
        """Everybody loses power; the disk that the word rested on is gone."""
        for other in self.world.hosts:
            other.crash()
        host.disk.lose_everything()
        host.has_lost_votes = host.log_is_damaged = True
        for other in self.world.hosts:
            self.world.hazards.reboot_later(other)


def script() -> Life:
    """Live through the whole script without a crash."""
    life = Life(None)
    life.live()
    return life


def points(life: Life) -> Iterator[Point]:
    """Name every crash point of a life: of one machine, of all, with a lost disk."""
    for victim, effects in enumerate(life.effects):
        for number, what in enumerate(effects):
            outcomes = tuple(Outcome) if what == UNSYNCED else (None,)
            yield from (Point(victim, number, outcome) for outcome in outcomes)
            yield Point(victim, number, None, "all")
    yield from (Point(0, number, None, "disk lost") for number in range(life.acknowledged))


def sample(life: Life, count: int) -> list[Point]:
    """Choose crash points spread evenly over all of them."""
    every = list(points(life))
    stride = max(1, len(every) // count)
    return list(itertools.islice(every, stride // 2, None, stride))[:count]


def crash_at(point: Point) -> str | None:
    """Live the script with one crash; return what was broken."""
    life = Life(point)
    try:
        life.live()
    except (Violation, AssertionError) as found:
        return f"{point}: {found}"
    if not life.has_crashed:
        return f"{point}: the script never came there"
    return None

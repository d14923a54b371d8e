"""One network of a storm, from its start to its check: bouts of bad and of fine weather.

A *bout* is a storm of some seconds, in which crashes and weather come at random and at once and one
node is ill; then everything heals and the time to the next commit is measured; then, all being
level, the primary is killed in fine weather and the time is measured again. Near its end the
network gets a fault that is for good.

Rules: at most f nodes are ill or dishonest at once; crashes may hit all. One thread makes faults,
others carry the load. The seed draws what happens; real processes decide when.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Sequence

from ledgerd.cli.homes import Home
from tests.chaos import disk
from tests.chaos.acts import CODE, NEWS, ActMaker
from tests.chaos.ailments import AILMENTS, Ailment
from tests.chaos.checker import ask_all, check_stopped
from tests.chaos.faults import CRASHES, WEATHER, Ending, Fault, Field
from tests.chaos.finales import Finale
from tests.chaos.journal import ACKNOWLEDGED, REFUSED, Journal, acknowledged_acts
from tests.chaos.open_load import OpenLoad
from tests.chaos.proxied_net import ProxiedNet
from tests.chaos.scenario import Plan
from tests.chaos.supervision import Supervisor, unexpected
from tests.chaos.tallies import PRIMARY_TIMEOUTS, TIMEOUT_S, Total

RATE = 20.0  # acts begun a second, when the plan names none
TICK_S = 0.05
STORM_S = 11.0
CRASH_EVERY_S = 0.65
KILLS_A_MINUTE = 33
WEATHER_EVERY_S = 1.5
FAULT_S = (0.5, 4.0)  # how long a fault lasts that lasts
WAIT_S_MAX = 120.0  # for anything; beyond it the run fails
MEMORY_MIB_MAX = 512  # promise P6
SAY_AFTER_S = 6.0
LEVEL_BLOCKS = 4  # apart, under load
FINALE_SHARE = 0.35  # of a network's life, with its last fault standing
QUIET_TICKS, QUIET_TICK_S = 10, 0.2
FINALE_SECONDS_MIN = 60.0  # a shorter run has none
NUMBER_COUNT = 1_000_000
ALL_AILMENTS: tuple[Ailment, ...] = AILMENTS + 5 * (disk.faulty_disk,)
Endings = list[tuple[float, Ending]]


class StoppedEarly(Exception):  # noqa: N818
    """Something that must come did not; the violation is noted."""


class Network:
    """Four nodes, their load and their faults."""

    def __init__(self, net: ProxiedNet, plan: Plan, rng: random.Random, total: Total) -> None:
        self._net = net
        self._plan = plan
        self._rng = rng
        self._total = total
        self._nodes = Supervisor(net)
        self._field = Field(net, self._nodes, rng, decks=total.decks)
        self._tick = threading.Event()
        self._ill: str | None = None  # for good, once the finale has begun
        self._journal = Journal(net.folder.parent / "journal.jsonl")
        self._began_s = 0.0
        self._load = self._begin()

    def live(self, seconds: float, finale: Finale) -> None:
        """Storm for so long, then check."""
        victim = self._rng.choice(self._net.names)
        self._load.begin()
        self._began_s = time.monotonic()
        try:
            finale.prepare(self._field, victim)
            while self._lived_s() < seconds * (1 - FINALE_SHARE):
                self._bout()
            if seconds >= FINALE_SECONDS_MIN:
                self._ill = victim
                finale.begin(self._field, victim)
                self._bout()
            while self._lived_s() < seconds:
                self._bout()
            if self._ill is not None:
                self._plan.say(f"{finale.name}: {victim}: {finale.end(self._field, victim)}")
            self._settle()
        except StoppedEarly:
            return
        finally:
            self._total.storm_s += self._lived_s()
            self._load.end()
            self._field.stop_extra()
            self._count()
        with contextlib.suppress(StoppedEarly):
            self._check(finale)
        self._journal.close()

    def _lived_s(self) -> float:
        return time.monotonic() - self._began_s

    def _check(self, finale: Finale) -> None:
        """Compare what clients were told with what all honest nodes hold."""
        honest = [name for name in self._net.names if name != self._ill or finale.keeps_word]
        told = self._journal.entries()
        for name in set(self._net.names) - set(honest):
            self._nodes.kill(name, None)  # a liar goes on making bundles, and nobody would rest
        self._wait(lambda: self._is_quiet(honest), "the nodes to come to rest at one height")
        verdicts = [ask_all(self._net, honest, told)]
        for name in honest:
            code = self._nodes[name].node.stop()
            if code != 0:
                self._total.violations.append(f"{name} ended with {code} on SIGTERM")
        verdicts += check_stopped(self._net, honest, told)
        if self._total.memory_mib > MEMORY_MIB_MAX:
            self._total.violations.append(f"a node held {self._total.memory_mib} MiB of its own")
        for verdict in verdicts:
            self._total.checks += verdict.counts
            self._total.violations += verdict.violations

    def _is_quiet(self, names: Sequence[str]) -> bool:
        """Say whether nodes stand at one height, and stay there for a while."""
        seen = set()
        for _ in range(QUIET_TICKS):
            told = [self._nodes.status(name) for name in names]
            seen |= {None if status is None else status.height for status in told}
            self._tick.wait(QUIET_TICK_S)
        return len(seen) == 1 and None not in seen

    def _begin(self) -> OpenLoad:
        """Start the nodes and allot numbers: the first thing that has to be committed."""
        disk.put_behind(list(self._net.nodes.values()), self._net.folder.parent)
        for name in self._net.names:
            self._nodes.launch(name)
        self._wait(self._is_level, "the network to start")
        hospital = Home(self._net.home("hospital"))
        allot = ("numbers", "allot", hospital.institution, "--code", CODE)
        made = self._net.ctl(*allot, "--count", str(NUMBER_COUNT), home="finance").json
        self._wait(lambda: self._are_at(int(made["height"])), "the numbers everywhere")
        range_id = bytes.fromhex(made["object"])[-16:]
        chance = random.Random(self._rng.getrandbits(64))
        maker = ActMaker(hospital, range_id, time.time_ns() // 1_000_000, chance)
        targets = {n: (lambda n=n: self._nodes.target(n)) for n in self._net.names}
        return OpenLoad(maker.next, targets, self._plan.rate or RATE, self._journal, chance)

    def _bout(self) -> None:
        self._storm(self._rng.choice(self._net.names))
        self._net.on_mesh(lambda mesh: mesh.mend())
        self._nodes.start_all()
        healed_s = self._wait_commit("healing", self._plan.patience_s)
        self._total.times.healed_s.append(healed_s)
        self._wait_level()
        primary = self._nodes.primary()
        if primary is not None and self._ill is None:
            self._field.faults["primary killed in fine weather"] += 1
            self._field.kill(primary, 2 * PRIMARY_TIMEOUTS * TIMEOUT_S)
            limit_s = max(self._plan.patience_s, PRIMARY_TIMEOUTS * TIMEOUT_S)
            killed_s = self._wait_commit("the primary's end", limit_s)
            self._total.times.primary_killed_s.append(killed_s)
            self._nodes.start_all()
        self._say()

    def _storm(self, victim: str) -> None:
        endings: Endings = []
        now_s = time.monotonic()
        ends_at_s, crash_at_s, weather_at_s = now_s + STORM_S, now_s, now_s
        ailing = [] if self._ill else self._drawn_ailments(now_s)
        while (now_s := time.monotonic()) < ends_at_s:
            self._nodes.tick()
            for ending in [e for e in endings if e[0] <= now_s]:
                endings.remove(ending)
                ending[1]()
            if crash_at_s <= now_s:
                crash_at_s = now_s + self._rng.expovariate(1) * self._crash_every_s()
                self._keep(self._drawn(CRASHES)(self._field), endings)
            if weather_at_s <= now_s:
                weather_at_s = now_s + self._rng.expovariate(1 / WEATHER_EVERY_S)
                self._keep(self._drawn(WEATHER)(self._field), endings)
            while ailing and ailing[0][0] <= now_s:
                self._keep(ailing.pop(0)[1](self._field, victim), endings)
            self._tick.wait(TICK_S)
        for _, end in endings:
            end()

    def _crash_every_s(self) -> float:
        """Crash more often when slow recoveries have left too few kills a minute."""
        wanted = KILLS_A_MINUTE * (self._load.elapsed_s() / 60)
        return CRASH_EVERY_S * min(1.0, max(0.4, self._field.faults["SIGKILL"] / max(wanted, 1)))

    def _drawn(self, table: dict[Fault, int]) -> Fault:
        return self._rng.choices(list(table), list(table.values()))[0]

    def _drawn_ailments(self, now_s: float) -> list[tuple[float, Ailment]]:
        """Draw some for the victim of a storm."""
        count = self._rng.choice((1, 2, 3))
        chosen = [self._field.dealt("ailments", ALL_AILMENTS) for _ in range(count)]
        times = sorted(now_s + self._rng.uniform(0, STORM_S * 0.7) for _ in chosen)
        return list(zip(times, chosen, strict=True))

    def _keep(self, ending: Ending | None, endings: Endings) -> None:
        if ending is not None:
            endings.append((time.monotonic() + self._rng.uniform(*FAULT_S), ending))

    def _wait_commit(self, what: str, limit_s: float) -> float:
        """Wait for a commit of something new, begun from now on; give the seconds.

        What was committed before is acknowledged again without a commit, and does not count.
        """
        since_s, seen = self._load.elapsed_s(), len(self._journal.entries())

        def is_told() -> bool:
            new = self._journal.since(seen)
            fresh = [t for t in new if t.kind in NEWS and t.begun_s >= since_s]
            return any(t.outcome == ACKNOWLEDGED for t in fresh)

        self._wait(is_told, f"a commit after {what}")
        took_s = self._load.elapsed_s() - since_s
        if took_s > limit_s:
            text = f"{what}: the next commit took {took_s:.1f} s, {limit_s:.0f} s are allowed"
            self._total.delays.append(text)
        return took_s

    def _wait_level(self) -> None:
        """Wait until all are level again; then nobody is ill any more but the one for good."""
        began_s = time.monotonic()
        self._wait(self._is_level, "all nodes to be level")
        self._total.times.level_s.append(time.monotonic() - began_s)
        self._total.violations += self._field.violations + unexpected(self._nodes.own_ends)
        for end in self._nodes.own_ends:
            self._total.own_ends[f"{end.faulty or 'nothing wrong'}: {end.code}"] += 1
        self._field.violations.clear()
        self._nodes.own_ends.clear()
        for name, node in self._nodes.watched.items():
            if name != self._ill:
                node.recover()
        if self._total.violations:
            raise StoppedEarly

    def _is_level(self) -> bool:
        """Say whether every node that can is ready, votes, and stands where the others do."""
        statuses = [self._nodes.status(name) for name in self._net.names if name != self._ill]
        heights = [s.height for s in statuses if s and s.ready and s.role == "validator"]
        return len(heights) == len(statuses) and max(heights) - min(heights) <= LEVEL_BLOCKS

    def _are_at(self, height: int) -> bool:
        told = [self._nodes.status(name) for name in self._net.names]
        return all(status is not None and status.height >= height for status in told)

    def _settle(self) -> None:
        """Let everything heal, and the load come to its end."""
        self._net.on_mesh(lambda mesh: mesh.mend())
        self._nodes.start_all()
        self._wait_level()

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        began_s = time.monotonic()
        said_s = SAY_AFTER_S
        while not condition():
            self._nodes.tick()
            waited_s = time.monotonic() - began_s
            if waited_s > said_s:
                said_s += SAY_AFTER_S
                self._plan.say(f"    waiting for {what}: {self._standings()}")
            if waited_s > WAIT_S_MAX:
                text = f"waited {WAIT_S_MAX:.0f} s for {what}: {self._standings()}"
                self._total.violations.append(text)
                raise StoppedEarly
            self._tick.wait(TICK_S)

    def _standings(self) -> str:
        """Say where every node stands, and what keeps it."""
        told = {name: self._nodes.status(name) for name in self._net.names}
        return "; ".join(
            f"{n} silent" if s is None else f"{n} {s.role} at {s.height}, view {s.view} {s.why}"
            for n, s in told.items()
        )

    def _count(self) -> None:
        """Add what this network saw to the total."""
        total, entries = self._total, self._journal.entries()
        total.faults += self._field.faults
        for proxy in self._net.mesh.proxies.values():
            total.faults["single connections reset"] += proxy.tally.resets
            total.faults["single bits flipped"] += proxy.tally.bits_flipped
        total.words += self._load.words
        total.begun += self._load.begun
        total.late += self._load.late
        told = acknowledged_acts(entries)
        total.acknowledged += told
        last = {t.act: t.outcome for t in entries}
        total.refused += sum(outcome == REFUSED for outcome in last.values())
        total.unknown += len(last) - told - sum(o == REFUSED for o in last.values())
        for node in self._nodes.watched.values():
            total.times.restart_s += node.restart_s

    def _say(self) -> None:
        entries = self._journal.entries()
        times = self._total.times
        self._total.memory_mib = max(self._total.memory_mib, self._nodes.memory_mib())
        self._plan.say(
            f"  {self._load.elapsed_s():5.0f} s: {acknowledged_acts(entries)} acknowledged of "
            f"{self._load.begun}; {self._field.faults['SIGKILL']} SIGKILLs, "
            f"{sum(self._field.faults.values())} faults; healed in {times.healed_s[-1]:.1f} s, "
            f"level in {times.level_s[-1]:.1f} s"
        )

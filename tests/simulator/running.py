"""Runs seeds: one seed in this process, many over a pool of processes, and the sums of both.

A worker gets a seed and a profile and hands back an ``Outcome``; nothing else crosses.
"""

import gc
import multiprocessing
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.simulator.bills import FalseBooks
from tests.simulator.checkers import Violation
from tests.simulator.cluster import Cluster, Outcome
from tests.simulator.log_files import ServedDamage
from tests.simulator.profiles import Plan, draw_plan

SEEDS_PER_TASK = 8  # enough to hide the queue, few enough to end together
LOG_BROKEN = tuple(
    f"{log} log {state}" for log in ("bundle", "vote") for state in ("damaged", "missing", "short")
)
# What a start found, which nobody injected as such: rare states.
FOUND_ON_DISK = (
    *LOG_BROKEN,
    "bundle lost unsynced",
    "part of a group survived",
    "records lost unsynced",
    "seal lost unsynced",
    "torn end cut off",
)


def run_plan(plan: Plan) -> Outcome:
    """Run one plan; a broken promise or a crash of the code under test is its violation."""
    started = time.process_time()
    world = Cluster(plan)
    outcome = Outcome(plan)
    try:
        world.run()
    except (Violation, FalseBooks, ServedDamage) as violation:
        outcome.violation = str(violation)
    except Exception:
        outcome.violation = "exception: " + traceback.format_exc(limit=-6)
    outcome.events = world.heap.event_count
    outcome.virtual_ms = world.heap.now_ms
    outcome.blocks = max(len(host.disk.blocks) for host in world.hosts)
    outcome.counts = world.counts + world.network.counts
    for host in world.hosts:
        outcome.counts += host.disk.counts
    outcome.sometimes = world.sometimes
    for name in FOUND_ON_DISK:
        if name in outcome.counts:
            count = outcome.counts.pop(name)
            outcome.sometimes[name] += count
            if name in LOG_BROKEN:
                outcome.sometimes["log found broken at a start"] += count
    outcome.fingerprint = world.trace.hexdigest()
    outcome.cpu_seconds = time.process_time() - started
    return outcome


def run_seed(task: tuple[int, str]) -> Outcome:
    seed, profile = task
    return run_plan(draw_plan(seed, profile))


def _quieten() -> None:
    """Let the collector of cycles look seldom: a run holds little and is thrown away whole."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def run_seeds(seeds: Iterable[int], profile: str, jobs: int) -> Iterator[Outcome]:
    """Run seeds on ``jobs`` processes, in the order of the seeds."""
    tasks = [(seed, profile) for seed in seeds]
    if jobs <= 1:
        yield from map(run_seed, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, _quieten) as pool:
        yield from pool.imap(run_seed, tasks, chunksize=SEEDS_PER_TASK)


@dataclass
class Totals:
    """Sums over many outcomes."""

    seeds: int = 0
    events: int = 0
    virtual_ms: int = 0
    blocks: int = 0
    cpu_seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    sometimes: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    @property
    def restarts(self) -> int:
        return self.counts["crash"]

    def add(self, outcome: Outcome) -> None:
        self.seeds += 1
        self.events += outcome.events
        self.virtual_ms += outcome.virtual_ms
        self.blocks += outcome.blocks
        self.cpu_seconds += outcome.cpu_seconds
        self.counts += outcome.counts
        self.sometimes += outcome.sometimes
        for _, strategies in outcome.plan.byzantine:
            self.counts.update(f"dishonest: {strategy}" for strategy in strategies)
        if outcome.violation is not None:
            self.failed.append(outcome)


def replay_command(outcome: Outcome, profile: str) -> str:
    return f"scripts/simulate --seed {outcome.plan.seed} --seeds 1 --profile {profile}"

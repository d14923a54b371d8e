"""What a seed stands for: the plan of one run, drawn before it starts.

A plan is a value. Targeted scenarios make one by hand; seeds draw one. Rules of this file:

* Every draw comes from the stream handed in; the number of faulty members never exceeds f.
* A way to be dishonest is plugged into a seed by its name: a function in ``adversaries.BENDERS``
  (bends what its replica says) or ``adversaries.TICKS`` (talks by itself), or a name that a host
  looks for, in ``adversaries.STRATEGIES``. Up to three of them are drawn for each dishonest member;
  ``scripts/floors.toml`` says how often each must have been drawn.
"""

import json
import random
from dataclasses import asdict, dataclass

from tests.simulator.adversaries import STRATEGIES
from tests.simulator.network import CALM, Weather

# Four most often: the size that most networks have; a run of seven costs four times as much.
REPLICA_COUNTS = (4,) * 20 + (5,) * 12 + (7,) * 6 + (10,)
WINDOWS = (1, 2, 4, 16)
TERMS = (1, 2, 2, 4, 4, 8, 32, 128)  # short ones most often; many are shorter than the window
PROFILES = ("mixed", "calm", "crash", "partition", "byzantine", "storm", "turmoil", "disk")
ED25519_SHARE = 0.02
BILLS_SHARE = 0.25  # of the runs execute by the rules of the ledger


@dataclass(frozen=True, slots=True)
class Machine:
    """How slow the machines are, in virtual milliseconds.

    Attributes:
        sync_ms: how long one synced append takes; 0 makes it part of the event.
        execute_ms: from decided to executed.
        propose_ms: age at which the host closes a batch.
        round_max: inputs whose steps are performed as one, with one synced append.
    """

    sync_ms: int = 0
    execute_ms: int = 0
    propose_ms: int = 5
    bundles_per_batch: int = 4
    round_max: int = 1


@dataclass(frozen=True, slots=True)
class Timing:
    """Timeouts of the run, in virtual milliseconds."""

    status_ms: int = 200
    request_timeout_ms: int = 1_000


@dataclass(frozen=True, slots=True)
class Hazards:
    """Faults of the safety phase: how many of each are drawn over its whole length.

    Attributes:
        amnesia, damages, chain_losses, clocks_off: hit only as many machines as may be faulty.
        damages: of the files of the logs; only in runs that have such files.
    """

    crashes: int = 0
    crashes_of_all: int = 0
    crash_loops: int = 0
    crashes_in_recovery: int = 0
    pauses: int = 0
    long_pauses: int = 0
    clock_jumps: int = 0
    clocks_off: int = 0
    partitions: int = 0
    one_way_cuts: int = 0
    bridges: int = 0
    storms: int = 0
    clogs: int = 0
    clog_rounds: int = 0
    new_segments: int = 0
    sync_failures: int = 0
    disk_full: int = 0
    amnesia: int = 0
    damages: int = 0
    chain_losses: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run is made from, beside its random streams.

    Attributes:
        byzantine: (replica, strategies) of each dishonest member, at most f of them.
        bills: bundles hold transactions, which are executed by the rules of the ledger.
        files: vote log and bundle log are the real ones, on simulated files.
        relays: False makes hosts keep a bundle to themselves (only a mutant does).
    """

    seed: int
    replica_count: int = 4
    window: int = 16
    term: int = 128
    byzantine: tuple[tuple[int, tuple[str, ...]], ...] = ()
    skew_ms: tuple[int, ...] = (0,) * 10
    weather: Weather = CALM
    machine: Machine = Machine()
    timing: Timing = Timing()
    hazards: Hazards = Hazards()
    bundle_count: int = 12
    safety_ms: int = 6_000
    scheme: str = "keyed-hash"
    through_codec: bool = False
    bills: bool = False
    files: bool = False
    relays: bool = True

    @property
    def fault_max(self) -> int:
        return (self.replica_count - 1) // 3


def draw_plan(seed: int, profile: str) -> Plan:
    """Draw the plan of ``seed``; the same profile and seed give the same plan."""
    rng = random.Random(f"{profile} {seed}")
    if profile == "mixed":
        profile = rng.choices(PROFILES[1:], (1, 3, 3, 5, 4, 4, 6))[0]
    n = rng.choice(REPLICA_COUNTS)
    byzantine = _draw_byzantine(rng, profile, n)
    spare_faults = (n - 1) // 3 - len(byzantine)
    files = rng.random() < (0.9 if profile == "disk" else 0.1)
    hazards = _draw_hazards(rng, profile, spare_faults)
    bills = rng.random() < BILLS_SHARE
    is_long = hazards.long_pauses > 0
    return Plan(
        seed=seed,
        replica_count=n,
        window=rng.choice(WINDOWS),
        term=rng.choice(TERMS),
        byzantine=byzantine,
        skew_ms=tuple(rng.randrange(-900, 900) for _ in range(n)),
        weather=_draw_weather(rng, profile),
        machine=_draw_machine(rng),
        timing=Timing(
            status_ms=rng.choice((150, 300, 600) if n < 7 and not is_long else (300, 600)),
            request_timeout_ms=rng.choice((600, 1_000, 1_500)),
        ),
        hazards=hazards,
        bundle_count=rng.randrange(4, 20) * (3 if bills else 1),
        safety_ms=130_000 if is_long else rng.randrange(1_500, 4_500 if n < 7 else 3_000),
        scheme="ed25519" if rng.random() < ED25519_SHARE else "keyed-hash",
        through_codec=rng.random() < 0.05,
        bills=bills,
        files=files,
    )


def _draw_machine(rng: random.Random) -> Machine:
    return Machine(
        sync_ms=rng.choice((0, 0, 1, 5)),
        execute_ms=rng.choice((0, 0, 3, 30, 300)),
        propose_ms=rng.choice((1, 5, 50)),
        bundles_per_batch=rng.choice((1, 2, 4)),
        round_max=rng.choice((1, 1, 16)),
    )


def plan_to_json(plan: Plan) -> str:
    return json.dumps(asdict(plan), indent=1, sort_keys=True) + "\n"


def plan_from_json(text: str) -> Plan:
    raw = json.loads(text)
    members = tuple((member, tuple(strategies)) for member, strategies in raw["byzantine"])
    loss_of = tuple((kind, share) for kind, share in raw["weather"]["loss_of"])
    parts = {
        "byzantine": members,
        "skew_ms": tuple(raw["skew_ms"]),
        "weather": Weather(**{**raw["weather"], "loss_of": loss_of}),
        "machine": Machine(**raw["machine"]),
        "timing": Timing(**raw["timing"]),
        "hazards": Hazards(**raw["hazards"]),
    }
    return Plan(**{**raw, **parts})


def _draw_byzantine(
    rng: random.Random, profile: str, n: int
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    if profile not in {"byzantine", "storm"} and (profile != "turmoil" or rng.random() < 0.5):
        return ()
    fault_max = (n - 1) // 3
    members = rng.sample(range(n), rng.randint(1, fault_max))
    return tuple(
        (member, tuple(rng.sample(STRATEGIES, rng.choice((1, 1, 2, 3))))) for member in members
    )


def _draw_weather(rng: random.Random, profile: str) -> Weather:
    if profile == "calm":
        return Weather(delay_ms_max=rng.choice((2, 20, 60)))
    return Weather(
        loss=rng.choice((0.0, 0.02, 0.1, 0.3)),
        repeat=rng.choice((0.0, 0.05)),
        delay_ms_max=rng.choice((5, 20, 60)),
        spike=rng.choice((0.0, 0.02, 0.1)),
        spike_ms=rng.choice((200, 1_500)),
        loss_of=_draw_loss_of(rng) if profile == "turmoil" else (),
    )


def _draw_loss_of(rng: random.Random) -> tuple[tuple[str, float], ...]:
    """Pick message types whose loss leaves batches half done: that is what views are changed in."""
    kinds = ("Commit", "Commit", "Prepare", "NewView", "Checkpoint", "Status", "PrePrepare")
    picked = sorted(set(rng.sample(kinds, 2)))
    return tuple((kind, rng.choice((0.3, 0.7, 0.95))) for kind in picked)


def _draw_hazards(rng: random.Random, profile: str, spare_faults: int) -> Hazards:
    if profile == "calm":
        return Hazards(new_segments=rng.randrange(2), clock_jumps=rng.randrange(2))
    is_mixture = profile in {"turmoil", "disk"}
    crashing = profile in {"crash", "storm"} or (is_mixture and rng.random() < 0.5)
    cutting = profile in {"partition", "storm", "turmoil"} or (is_mixture and rng.random() < 0.3)
    rotting = profile == "disk" or (crashing and rng.random() < 0.2)
    few, some = (lambda share: int(rng.random() < share)), rng.randrange
    return Hazards(
        crashes=some(1, 9) if crashing else some(3),
        crashes_of_all=few(0.3) if crashing or rotting else 0,
        crash_loops=few(0.3) if crashing or rotting else 0,
        crashes_in_recovery=some(3) if crashing else 0,
        pauses=some(3) if crashing else 0,
        long_pauses=few(0.04) if crashing and not rotting else 0,
        clock_jumps=few(0.3),
        clocks_off=few(0.3),
        partitions=some(1, 5) if cutting else 0,
        one_way_cuts=some(4) if cutting else 0,
        bridges=few(0.3) if cutting else 0,
        storms=few(0.3) if cutting else 0,
        clogs=some(4) if cutting else 0,
        clog_rounds=few(0.2) if cutting else 0,
        new_segments=some(4),
        sync_failures=some(3) if rotting else 0,
        disk_full=some(2) if rotting else 0,
        amnesia=few(0.7 if rotting else 0.2) if spare_faults > 0 and (crashing or rotting) else 0,
        damages=some(1, 5) if rotting and spare_faults > 0 else 0,
        chain_losses=some(1, 4) if rotting and spare_faults > 0 else 0,
    )

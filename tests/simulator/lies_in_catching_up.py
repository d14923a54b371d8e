"""Lies to whoever is behind: false heights, and blocks that are not what was asked for.

Rules of this file: every answer is built from blocks and seals that exist; each lie changes one
thing, so that one check of the receiver has to find it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from consensus import Digest, SequenceNumber, Status
from tests.simulator.forging import Said
from tests.simulator.letters import Blocks, SealedRun

if TYPE_CHECKING:
    from tests.simulator.adversaries import DishonestHost

HEIGHT_MAX = 2**60
RUNS_MAX = 200
BOAST_MAX = 1_000  # blocks; one fewer every ten milliseconds


def false_heights(host: "DishonestHost", said: Said) -> Said:
    bent: Said = []
    for target, message in said:
        is_bent = isinstance(message, Status) and host.rng.random() < 0.5
        bent.append((target, _at_false_height(host, message) if is_bent else message))
    return bent


def _at_false_height(host: "DishonestHost", status: Status) -> Status:
    height = SequenceNumber(host.rng.choice((HEIGHT_MAX, status.decided + 3, 0)))
    return replace(
        status, decided=height, executed=height, low_watermark=height, tip_sequence=height
    )


def shrinking_heights(host: "DishonestHost", said: Said) -> Said:
    """Boast, and boast of less each time: whoever waits for the highest waits for ever."""
    bent: Said = []
    for target, message in said:
        bent.append((target, _boast(host, message) if isinstance(message, Status) else message))
    return bent


def _boast(host: "DishonestHost", status: Status) -> Status:
    height = SequenceNumber(status.decided + max(0, BOAST_MAX - host.world.heap.now_ms // 10))
    return replace(status, decided=height, executed=height, low_watermark=height)


def poisoned(host: "DishonestHost", answer: Blocks) -> Blocks:
    """Spoil one thing of an answer."""
    runs = list(answer.runs)
    place = host.rng.randrange(len(runs))
    spoil = host.rng.choice(POISONS)
    runs[place : place + 1] = spoil(host, runs[place])
    host.world.counts[f"poisoned blocks: {spoil.__name__}"] += 1
    return Blocks(tuple(runs))


def wrong_seal(host: "DishonestHost", run: SealedRun) -> list[SealedRun]:
    """A real seal, of another block."""
    seals = list(host.disk.seals.values())
    return [replace(run, seal=host.rng.choice(seals))]


def wrong_index(host: "DishonestHost", run: SealedRun) -> list[SealedRun]:
    """A block that exists, at the place of another, under the seal of that one."""
    block = host.rng.choice(host.disk.blocks)
    place = host.rng.randrange(1, len(run.batches) + 1)
    batches = (*run.batches[:place], block.batch, *run.batches[place + 1 :])
    return [SealedRun(batches, run.seal, run.bundles)]


def shifted(_host: "DishonestHost", run: SealedRun) -> list[SealedRun]:
    """The right contents under the next number."""
    shifted = tuple(replace(b, sequence=SequenceNumber(b.sequence + 1)) for b in run.batches)
    return [replace(run, batches=shifted)]


def other_body(host: "DishonestHost", run: SealedRun) -> list[SealedRun]:
    body = replace(run.batches[-1], bundle_digests=(Digest(host.rng.randbytes(32)),))
    return [replace(run, batches=(*run.batches[:-1], body))]


def half_a_seal(_host: "DishonestHost", run: SealedRun) -> list[SealedRun]:
    """One signature fewer than a quorum, and one of them twice."""
    signatures = run.seal.signatures
    return [replace(run, seal=replace(run.seal, signatures=(*signatures[:-1], signatures[0])))]


def without_contents(_host: "DishonestHost", run: SealedRun) -> list[SealedRun]:
    return [replace(run, bundles=())]


def left_out(_host: "DishonestHost", _run: SealedRun) -> list[SealedRun]:
    return []


def repeated(_host: "DishonestHost", run: SealedRun) -> list[SealedRun]:
    return [run] * RUNS_MAX


POISONS = (
    wrong_seal,
    wrong_index,
    shifted,
    other_body,
    half_a_seal,
    without_contents,
    left_out,
    repeated,
)
BENDERS: dict[str, Callable[[Any, Said], Said]] = {
    "false heights": false_heights,
    "shrinking heights": shrinking_heights,
}

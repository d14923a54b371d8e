"""Python's collector of garbage: its pauses measured, its long ones moved to quiet moments.

A collection stops every thread of the process for as long as it walks. A full one walks each
object that is alive, some hundred thousand of them modules, classes and code that never die: a
tenth of a second on a loaded machine, in the middle of a block.

Rules: what stands when the node is ready is frozen: no collection looks at it again. Young objects
are collected by count, as Python does it, in larger steps. Old ones are *swept* here: at a quiet
moment if one comes, else when so many have gathered that a later sweep would be a long one, and at
the latest after some minutes. What survives a sweep is frozen too, so a sweep walks what is new and
not the caches; now and then, at a quiet moment, everything is thawed and walked, for what has died
since. Memory that is in no cycle, nearly all, never waits for any of this: it goes with its last
reference.
"""

import gc
import itertools
from collections.abc import Callable

import trio

from ledgerd.clock import stopwatch_ns
from ledgerd.node.views import NodeStatus

YOUNG_COUNT = 10_000  # objects made and not ended: a millisecond to walk; with 700 it is too often
MIDDLE_COUNT = 10  # young collections: what lived through some of them is walked once more
NEVER_COUNT = 1 << 30  # of middle ones before Python makes a full one by itself
LOOK_S = 1.0  # how often a quiet moment is looked for
SWEEP_S_MIN = 60.0  # between two sweeps: an idle node has better things to do, too
SWEEP_S_MAX = 600.0  # without a quiet moment: swept whatever is going on
OLD_COUNT = 2  # middle collections: two hundred thousand old objects, a twentieth of a second
WHOLE_COUNT = 24  # sweeps until one walks everything: half an hour of an idle node
WHOLE_COUNT_MAX = 1_000  # without a quiet moment


class PauseBook:
    """Notes how long collections took, whichever thread they stopped.

    Attributes:
        count: collections since the start of the process.
        total_ns: that they took together.
        longest_ns: that one of them took.
    """

    def __init__(self) -> None:
        self.count = 0
        self.total_ns = 0
        self.longest_ns = 0
        self._began_ns = 0

    def note(self, phase: str, _: dict[str, int]) -> None:
        """Be told of a collection that begins or ends: for ``gc.callbacks``."""
        now_ns = stopwatch_ns()
        if phase == "start":
            self._began_ns = now_ns
            return
        took_ns = now_ns - self._began_ns
        self.count += 1
        self.total_ns += took_ns
        self.longest_ns = max(self.longest_ns, took_ns)


class Sweeper:
    """One task that chooses when old objects are walked.

    Args:
        is_quiet: says whether nobody waits for this node just now.

    Attributes:
        pauses: of all collections while it runs.
        sweep_count: how often old objects were walked.
    """

    def __init__(self, is_quiet: Callable[[], bool]) -> None:
        self._is_quiet = is_quiet
        self.pauses = PauseBook()
        self.sweep_count = 0
        self._count_since_whole = 0

    async def run(self) -> None:
        """Sweep until cancelled; afterwards Python collects as it did before."""
        before = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_COUNT, MIDDLE_COUNT, NEVER_COUNT)
        gc.callbacks.append(self.pauses.note)
        try:
            while True:
                await self._wait_moment()
                self._sweep()
        finally:
            gc.callbacks.remove(self.pauses.note)
            gc.set_threshold(*before)
            gc.unfreeze()

    async def _wait_moment(self) -> None:
        for look in itertools.count():
            if self._is_due(look * LOOK_S):
                return
            await trio.sleep(LOOK_S)

    def _is_due(self, waited_s: float) -> bool:
        if gc.get_count()[2] >= OLD_COUNT:
            return True
        is_time = waited_s >= SWEEP_S_MIN and self._is_quiet()
        return is_time or waited_s >= SWEEP_S_MAX

    def _sweep(self) -> None:
        self.sweep_count += 1
        self._count_since_whole += 1
        count_max = WHOLE_COUNT if self._is_quiet() else WHOLE_COUNT_MAX
        if self._count_since_whole >= count_max:
            self._count_since_whole = 0
            gc.unfreeze()
        gc.collect()
        gc.freeze()


def is_quiet(status: NodeStatus) -> bool:
    """Say whether nothing that this node has taken in waits for a block."""
    return not (status.pending_transactions or status.pending_bundles)

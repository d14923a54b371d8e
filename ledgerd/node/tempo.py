"""How fast this node executes, how long agreement takes, and what follows for bundles and batches.

Rules: measured on the last blocks, newer ones count more; local, decides no vote. A block must take
a fraction of the timeout on a slow machine too, or an honest primary would look faulty; on a fast
one it may be large, because a block has a fixed cost.

Source: consensus.md section 4 (waiting in a long queue is not overdue).
"""

from collections import deque
from statistics import median_high

FADE = 0.8  # weight of what was known when a block comes; five blocks forget most of it
FIRST_PER_S = 1_000.0  # before anything was measured
BUNDLE_S = 0.25  # execution time of one bundle: what came while an earlier block was at work
LATELY_COUNT = 9  # own proposals whose median says how busy the machines are
SHORTEST_COUNT = 512  # own proposals after which a shorter way of before begins to be forgotten
MS_MAX = 60_000  # far above any timeout
BATCH_S = 0.4  # execution time of one batch
COUNT_MIN = 64  # transactions that always fit: below it the fixed costs of a block weigh more
BUNDLE_COUNT_MAX = 2_048  # transactions of one bundle; below the format's own limit
BATCH_COUNT_MAX = 4_096  # transactions of one batch


class Tempo:
    """The pace of execution."""

    def __init__(self) -> None:
        self._count = FIRST_PER_S
        self._seconds = 1.0

    def note(self, transaction_count: int, seconds: float) -> None:
        """Take a block into account, with the time from its turn until it was durable."""
        if transaction_count:
            self._count = self._count * FADE + transaction_count
            self._seconds = self._seconds * FADE + max(seconds, 1e-4)

    @property
    def per_s(self) -> float:
        """Transactions that this node executes in a second."""
        return self._count / self._seconds

    @property
    def bundle_count_max(self) -> int:
        """Transactions that one bundle may hold now."""
        return _within(BUNDLE_S * self.per_s, BUNDLE_COUNT_MAX)

    @property
    def batch_count_max(self) -> int:
        """Transactions that one batch may hold now."""
        return _within(BATCH_S * self.per_s, BATCH_COUNT_MAX)


class Agreement:
    """How long agreement on own proposals takes, from the proposal until it is decided here.

    The shortest of many tells how long the way between the nodes is. What the last ones took
    beyond it they waited for machines that were busy.
    """

    def __init__(self) -> None:
        self._since_ms: dict[int, int] = {}
        self._lately_ms: deque[int] = deque(maxlen=LATELY_COUNT)
        self._shortest_ms = self._earlier_ms = MS_MAX
        self._count = 0

    @property
    def shortest_ms(self) -> int:
        """Give the shortest time of many proposals; 0 before the first was decided."""
        return min(self._shortest_ms, self._earlier_ms) if self._lately_ms else 0

    @property
    def gathering_ms(self) -> int:
        """Say how long to gather for the next block: the longer, the busier the machines are.

        Nothing on machines with time to spare; as long as agreement itself takes when that is
        three times the shortest time, twice as long when it is five times. A block is at work for
        longer than agreement takes: so below that nobody waits for it, and beyond, where it is
        the machine that has no time, its fixed cost comes less often.
        """
        if not self._lately_ms:
            return 0
        lately_ms, shortest_ms = median_high(self._lately_ms), max(1, self.shortest_ms)
        return lately_ms * max(0, lately_ms - shortest_ms) // (2 * shortest_ms)

    def begin(self, sequence: int, now_ms: int) -> None:
        """Note an own proposal."""
        self._since_ms[sequence] = now_ms

    def note(self, decided: int, now_ms: int) -> None:
        """Note how far batches are decided here."""
        for sequence in [s for s in self._since_ms if s <= decided]:
            self._take(min(now_ms - self._since_ms.pop(sequence), MS_MAX))

    def give_up(self) -> None:
        """Forget proposals that nobody decided: their view has ended."""
        self._since_ms.clear()

    def _take(self, took_ms: int) -> None:
        self._lately_ms.append(took_ms)
        self._count += 1
        if self._count % SHORTEST_COUNT == 0:
            self._earlier_ms, self._shortest_ms = self._shortest_ms, MS_MAX
        self._shortest_ms = min(self._shortest_ms, took_ms)


def _within(wanted: float, count_max: int) -> int:
    return min(max(int(wanted), COUNT_MIN), count_max)

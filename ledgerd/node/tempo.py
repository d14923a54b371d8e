"""How fast this node executes, and what follows for the size of bundles and batches.

Rules: measured on the last blocks, newer ones count more; local, decides no vote. A block must take
a fraction of the timeout on a slow machine too, or an honest primary would look faulty; on a fast
one it may be large, because a block has a fixed cost.

Source: consensus.md section 4 (waiting in a long queue is not overdue).
"""

FADE = 0.8  # weight of what was known when a block comes; five blocks forget most of it
FIRST_PER_S = 1_000.0  # before anything was measured
BUNDLE_S = 0.05  # execution time of one bundle; eight of each node fit into a timeout
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


def _within(wanted: float, count_max: int) -> int:
    return min(max(int(wanted), COUNT_MIN), count_max)

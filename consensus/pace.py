"""How long bundles wait for the primary, and how long they waited under the ones before it.

Rules of this file: knows no clock and no replica; times are those of a clock that stands still
while the wait is not the primary's fault. A few samples prove nothing, and neither does the time
until the first batch of a view is decided: a view begins with a pause, which is the wait of all
that came in it, and longer for those who heard of the view first. That one has its timeout.

Source: consensus.md section 4, *Leave view v when* (it is slow).
"""

from collections import OrderedDict, deque
from collections.abc import Collection
from typing import Final

from consensus.ids import Digest

SAMPLE_MAX: Final = 64  # bundles: enough that a burst is no verdict, few enough to be of now
SAMPLE_MIN: Final = 8  # bundles: below it the median is chance
SLOWER_TIMES: Final = 2  # than the terms before
UNKNOWN_PART: Final = 4  # of the timeout: usual enough while not all replicas had their terms


class Pace:
    """Waits of the last bundles owed in this view, and the medians of the last terms.

    Args:
        term_count: terms that are remembered: one of each replica, so that the slow ones among
            them are never half.
        timeout_ms: what a primary gets.
    """

    def __init__(self, term_count: int, timeout_ms: int) -> None:
        assert term_count > 0
        self._waits: OrderedDict[Digest, tuple[int, int | None]] = OrderedDict()
        self._served_count = 0  # of those in the sample
        self._is_working = False  # a batch of this view was decided
        self._unknown_ms = timeout_ms // UNKNOWN_PART
        self._term_count = term_count
        self._terms_ms: deque[int] = deque(maxlen=term_count)

    def owe(self, digest: Digest, since_ms: int) -> None:
        """Take a bundle into the sample, the oldest one going when there are too many."""
        if digest in self._waits:
            return
        self._waits[digest] = (since_ms, None)
        if len(self._waits) > SAMPLE_MAX:
            _, (_, waited_ms) = self._waits.popitem(last=False)
            self._served_count -= waited_ms is not None

    def forgive(self, digest: Digest) -> None:
        """Drop a bundle that is not owed any more, as if it had never been."""
        wait = self._waits.get(digest)
        if wait is not None and wait[1] is None:
            del self._waits[digest]

    def serve(self, digest: Digest, at_ms: int) -> None:
        """Note that a bundle was decided."""
        wait = self._waits.get(digest)
        if wait is not None and wait[1] is None:
            self._waits[digest] = (wait[0], at_ms - wait[0])
            self._served_count += 1

    def begin_work(self, at_ms: int) -> None:
        """Begin to measure, with the first batch of a view that is decided; once a view.

        What is still open waits from now on; what was served until now says nothing.
        """
        if self._is_working:
            return
        self._is_working = True
        still_open = [digest for digest, (_, waited) in self._waits.items() if waited is None]
        self._waits = OrderedDict.fromkeys(still_open, (at_ms, None))
        self._served_count = 0

    def median_ms(self, at_ms: int) -> int:
        """Return the median wait of the sample, open ones with their present age; 0 for none."""
        return median(
            [at_ms - since if waited is None else waited for since, waited in self._waits.values()]
        )

    @property
    def usual_ms(self) -> int:
        """Return the median of the last terms' medians.

        Until each replica had a term, slow ones may be most of those known.
        """
        known_ms = list(self._terms_ms)
        if len(known_ms) == self._term_count:
            return median(known_ms)
        return min(median(known_ms or [self._unknown_ms]), self._unknown_ms)

    def is_slow(self, at_ms: int, floor_ms: int) -> bool:
        """Say whether this primary lets wait twice as long as was usual, and noticeably."""
        if len(self._waits) < SAMPLE_MIN or not (self._is_working and self._served_count):
            return False
        limit_ms = max(floor_ms, SLOWER_TIMES * self.usual_ms)
        return self.median_ms(at_ms) > limit_ms

    def begin_term(self, at_ms: int) -> None:
        """Close the sample of the term that ends, be it broken off.

        What is still owed does not count for the next primary: one pause at the beginning of its
        term would be the wait of them all.
        """
        if self._waits:
            self._terms_ms.append(self.median_ms(at_ms))
        self._waits.clear()
        self._served_count = 0
        self._is_working = False


def median(values: Collection[int]) -> int:
    """Return the middle value, the higher one of two; 0 for none."""
    return sorted(values)[len(values) // 2] if values else 0

"""How long bundles wait for the primary, and how long they waited under the ones before it.

Rules of this file: knows no clock and no replica; times are those of a clock that stands still
while the wait is not the primary's fault. A few samples prove nothing, and neither does the time
until the first batch of a view is decided: a view begins with a pause, which is the wait of all
that came in it, and longer for those who heard of the view first. That one has its timeout. Nor is
one pause a verdict, however many bundles waited for it: whoever gathers pauses. Long waits count
when they are a habit; one alone only if it was longer than anybody gathers.

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
PAUSES_MIN: Final = 3  # one is no habit, two may be chance
PAUSE_EIGHTHS: Final = 3  # of the timeout: hosts gather for a quarter at most, and then agree


class Pauses:
    """Long waits that followed one upon the other, since the first batch of a view was decided.

    Short ones are no part of this: else bundles that a slow primary makes itself, and serves at
    once, would stand between those that wait.

    Args:
        began_ms: when that was.
    """

    def __init__(self, began_ms: int = 0) -> None:
        self._began_ms = self._ended_ms = began_ms
        self._count = 0
        self._total_ms = 0

    def note(self, since_ms: int, at_ms: int, limit_ms: int) -> None:
        """Count a wait, if it was long; once for all that waited for the same."""
        if since_ms >= self._ended_ms and at_ms - since_ms > limit_ms:
            self._count += 1
            self._total_ms += at_ms - since_ms
            self._ended_ms = at_ms

    def are_habit(self, at_ms: int) -> bool:
        """Say whether there were several, and little else: most of the time went in them."""
        return self._count >= PAUSES_MIN and 2 * self._total_ms > at_ms - self._began_ms


class Pace:
    """Waits of the last bundles owed in this view, and the medians of the last terms.

    Args:
        term_count: terms that are remembered: one of each replica, so that the slow ones among
            them are never half.
        timeout_ms: what a primary gets.
        floor_ms: bundles that wait for less are served well enough.
    """

    def __init__(self, term_count: int, timeout_ms: int, floor_ms: int) -> None:
        assert term_count > 0
        assert floor_ms > 0
        self._waits: OrderedDict[Digest, tuple[int, int | None]] = OrderedDict()
        self._served_count = 0  # of those in the sample
        self._is_working = False  # a batch of this view was decided
        self._pauses = Pauses()
        self._floor_ms = floor_ms
        self._unknown_ms = timeout_ms // UNKNOWN_PART
        self._pause_ms = timeout_ms * PAUSE_EIGHTHS // 8  # one that honest primaries may make
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
            if at_ms - wait[0] > self._floor_ms:  # as few are: what is usual need not be asked
                self._pauses.note(wait[0], at_ms, self._limit_ms)

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
        self._pauses = Pauses(at_ms)

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

    @property
    def _limit_ms(self) -> int:
        return max(self._floor_ms, SLOWER_TIMES * self.usual_ms)

    def is_slow(self, at_ms: int) -> bool:
        """Say whether this primary lets wait twice as long as was usual, and noticeably.

        Again and again, that is; or once for longer than anybody gathers.
        """
        if len(self._waits) < SAMPLE_MIN or not (self._is_working and self._served_count):
            return False
        median_ms = self.median_ms(at_ms)
        if median_ms <= self._limit_ms:
            return False
        return median_ms > self._pause_ms or self._pauses.are_habit(at_ms)

    def begin_term(self, at_ms: int) -> None:
        """Close the sample of the term that ends, be it broken off.

        What is still owed does not count for the next primary: one pause at the beginning of its
        term would be the wait of them all.
        """
        if self._waits:
            self._terms_ms.append(self.median_ms(at_ms))
        self._waits.clear()
        self._served_count = 0
        self._pauses = Pauses()
        self._is_working = False


def median(values: Collection[int]) -> int:
    """Return the middle value, the higher one of two; 0 for none."""
    return sorted(values)[len(values) // 2] if values else 0

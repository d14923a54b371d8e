"""What each replica made of its last turns as primary, and the time that it gets for the next.

Rules of this file: local, needs no agreement. Whoever ended two turns without a batch is probed: it
gets a moment instead of a timeout, so that a dead replica costs little each time it comes round.
Nobody probes itself: it knows that it is there.
Only soon after a commit: from then on everybody gets the full time, or a slow network would never
find a primary that is quick enough.

Source: consensus.md section 4, *Timeouts*.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from consensus.config import ReplicaConfig
from consensus.ids import ReplicaId, SequenceNumber, View
from consensus.messages import Batch
from consensus.pace import median
from consensus.reign import Reign

IDLE_TURNS: Final = 2  # in a row: one may be bad luck
ROUND_TRIPS: Final = 4  # proposal, prepares, commits, and one lost message
MEASURED_MAX: Final = 16  # round trips that are remembered
REPEAT_TIMEOUT_PART: Final = 2  # at most: what was lost comes again before anybody is blamed


class Turns:
    """Idle turns of each replica, and how long a round trip takes."""

    def __init__(self, config: ReplicaConfig) -> None:
        self._membership = config.membership
        self._self_id = config.self_id
        self._timing = config.timing
        self._idle_turns: dict[ReplicaId, int] = {}
        self._view = View(0)  # whose turn is being watched
        self._was_owing = False
        self._has_batch = False
        self._accepted = SequenceNumber(0)  # the last one in the present turn
        self._accepted_ms: dict[SequenceNumber, int] = {}  # of those not decided yet
        self._round_trips_ms: deque[int] = deque(maxlen=MEASURED_MAX)

    def watch(self, reign: Reign, now_ms: int, *, is_owing: bool) -> None:
        """Look at the present turn; close the one before when the view has changed."""
        if reign.view != self._view:
            self._close()
            self._view = reign.view
        if not reign.active:
            return
        self._was_owing = self._was_owing or is_owing
        if reign.tip is not None:
            self._accept(reign.tip.sequence, now_ms)

    def _accept(self, sequence: SequenceNumber, now_ms: int) -> None:
        self._has_batch = True
        if sequence > self._accepted:
            self._accepted = sequence
            self._accepted_ms[sequence] = now_ms

    def _close(self) -> None:
        primary = self._membership.primary_of(self._view)
        if self._has_batch:
            self._idle_turns.pop(primary, None)
        elif self._was_owing and primary != self._self_id:
            self._idle_turns[primary] = self._idle_turns.get(primary, 0) + 1
        self._was_owing = self._has_batch = False
        self._accepted = SequenceNumber(0)
        self._accepted_ms.clear()

    def on_decided(self, batches: Iterable[Batch], now_ms: int) -> None:
        """Note that batches were decided: a round trip after they were accepted.

        One that this replica never voted for, as it was behind, is work of its primary as well.
        """
        for batch in batches:
            self._idle_turns.pop(batch.proposer, None)
            self._has_batch = self._has_batch or batch.proposed_in_view == self._view
            accepted_ms = self._accepted_ms.pop(batch.sequence, None)
            if accepted_ms is not None:
                self._round_trips_ms.append(now_ms - accepted_ms)

    def time_for(self, view: View, failed_views: int, timeout_ms: int) -> int:
        """Return what the primary of a view gets, where everybody else gets ``timeout_ms``.

        Views that failed in a row, without a commit, end the probing.
        """
        if not self._idle_turns:
            return timeout_ms  # as nearly always
        primary = self._membership.primary_of(view)
        is_idle = self._idle_turns.get(primary, 0) >= IDLE_TURNS
        is_working = self._has_batch and view == self._view
        is_soon = failed_views < self._membership.fault_max
        if not is_idle or is_working or not is_soon or not self._round_trips_ms:
            return timeout_ms
        return min(timeout_ms, max(self._timing.probe_ms, ROUND_TRIPS * self.round_trip_ms))

    @property
    def round_trip_ms(self) -> int:
        """Return the median time from accepted to decided; 0 before anything was measured."""
        return median(self._round_trips_ms)

    @property
    def repeat_ms(self) -> int:
        """Return the age from which things are repeated: what is younger is still under way.

        A period, or a round trip where that is longer: on slow machines or ways repeating sooner
        makes them slower still.
        """
        most_ms = self._membership.limits.request_timeout_ms // REPEAT_TIMEOUT_PART
        return max(self._timing.status_ms, min(self.round_trip_ms, most_ms))

"""What the primary owes, the clock that measures it, and when it is overdue.

Rules of this file: the clock stands still while the primary cannot be blamed, but not for ever;
it starts at zero with each view. Waiting in a long queue is not overdue; being passed over is.
Whoever has proposed has done its part: what is on its way gets a timeout of its own, once, because
then it is the votes that are slow. And who was passed over is judged by how long bundles wait here
anyway: one that came to this replica late, on a busy machine, may have been elsewhere long before.
Only what was new to the chain counts as progress, so that old bundles ordered once more cannot
feign it: what was owed, or what this replica could not look at. Of those who vote for a batch
enough are correct to complain, and all of them looked.

A second clock, for the pace, also stands still while a batch is on its way here: a bundle that
waits behind others, on a busy machine, does not make an honest primary look slow.

Source: consensus.md section 4, *Obligations*.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from consensus.admission import base_of
from consensus.hearing import Hearing
from consensus.ids import Digest
from consensus.messages import OWED_NAMED_MAX, Batch
from consensus.pace import SAMPLE_MAX, SAMPLE_MIN, Pace, median
from consensus.state import State
from consensus.step import Complaint

STANDSTILL_TIMEOUTS_MAX: Final = 8  # a primary that keeps the window closed is blamed in the end


class Obligations:
    """Bundles and batches owed in the present view, on a clock of their own.

    Attributes:
        clock_ms: time for which the present primary could be blamed.
        pace: how long bundles wait for it.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._owed: dict[Digest, int] = {}  # since when on the clock, oldest first
        self._progress_ms = 0  # on the clock: last new bundle decided, or first thing owed
        self._latest_served_ms = 0  # on the clock: when the youngest bundle decided here was owed
        self._stood_ms = 0
        self._was_owing = False
        self._idle_ms = 0  # the part of the clock in which nothing was on its way
        self._accepted_ms = 0  # on the clock: when the tip was last seen to have moved
        self._top = 0  # the highest tip that was seen in this view
        self._waits_ms: deque[int] = deque(maxlen=SAMPLE_MAX)  # of those served last, in any view
        self.clock_ms = 0
        membership = state.membership
        floor_ms = state.config.timing.slow_floor_ms
        self.pace = Pace(membership.replica_count, membership.limits.request_timeout_ms, floor_ms)

    def owe(self, bundle_digests: Iterable[Digest]) -> None:
        """Note bundles that must be ordered."""
        for digest in bundle_digests:
            if digest not in self._owed:
                self._owed[digest] = self.clock_ms
                if self._state.reign.active:  # else it is for nobody to serve yet
                    self.pace.owe(digest, self._idle_ms)
        self._note_beginning()

    def forgive(self, bundle_digests: Iterable[Digest]) -> None:
        """Drop bundles that need not be ordered any more."""
        for digest in bundle_digests:
            self._owed.pop(digest, None)
            self.pace.forgive(digest)
        self._note_beginning()

    def on_news(self) -> None:
        """Note that a batch was decided that this replica could not look at: it counts as new."""
        self._progress_ms = self.clock_ms

    def on_decided(self, batches: Iterable[Batch]) -> None:
        """Take what was decided off the list; what was on it is progress."""
        for batch in batches:
            for digest in batch.bundle_digests:
                since_ms = self._owed.pop(digest, None)
                if since_ms is not None:
                    self.pace.serve(digest, self._idle_ms)
                    self._progress_ms = self.clock_ms
                    self._waits_ms.append(self.clock_ms - since_ms)
                    self._latest_served_ms = max(self._latest_served_ms, since_ms)
            if batch.proposed_in_view == self._state.reign.view:
                self.pace.begin_work(self._idle_ms)
        self._note_beginning()

    def on_entered(self) -> None:
        """Start anew: this primary has been owing nothing until now."""
        self.pace.begin_term(self._idle_ms)
        self.clock_ms = 0
        self._idle_ms = 0
        self._progress_ms = 0
        self._latest_served_ms = 0
        self._accepted_ms = 0
        self._top = 0
        self._stood_ms = 0
        self._owed = dict.fromkeys(self._owed, 0)
        self._was_owing = self.is_owed()

    def is_owed(self) -> bool:
        """Say whether anything is owed: bundles, an accepted batch, or the anchor."""
        return bool(self._owed) or self._has_open_batch()

    def _has_open_batch(self) -> bool:
        reign = self._state.reign
        top = reign.anchor if reign.tip is None else reign.tip
        return reign.active and top.sequence > self._state.chain.decided.sequence

    def _note_beginning(self) -> bool:
        """Give the primary its full time from the moment at which something is owed again.

        Returns:
            Whether anything is owed.
        """
        is_owed = self.is_owed()
        if is_owed and not self._was_owing:
            self._progress_ms = self.clock_ms
        self._was_owing = is_owed
        return is_owed

    def _note_tip(self) -> None:
        """Note when the primary has got another batch accepted here."""
        tip = self._state.reign.tip
        if tip is not None and tip.sequence > self._top:
            self._top = tip.sequence
            self._accepted_ms = self.clock_ms

    def run(self, since_ms: int, elapsed_ms: int, timeout_ms: int, hearing: Hearing) -> None:
        """Let the clock follow real time, where the primary can be blamed for it.

        Args:
            since_ms: of the last call, monotonic.
            elapsed_ms: since then, already cut to one status period: whoever was stopped
                reads its inbox first.
            timeout_ms: what the primary gets.
            hearing: whether enough others were heard to form a quorum with them.
        """
        assert elapsed_ms >= 0
        is_owed = self._note_beginning()
        self._note_tip()
        if not is_owed or not self._state.reign.active:
            self._stood_ms = 0
            return
        if self._is_blameless() or not hearing.is_connected(since_ms):
            self._stood_ms += elapsed_ms
            if self._stood_ms < STANDSTILL_TIMEOUTS_MAX * timeout_ms:
                return
        else:
            self._stood_ms = 0
        self.clock_ms += elapsed_ms
        if base_of(self._state).sequence <= self._state.marks.executed:
            self._idle_ms += elapsed_ms

    def _is_blameless(self) -> bool:
        """Say whether it is not the primary that keeps us waiting."""
        state = self._state
        base = base_of(state)
        is_closed = base.sequence >= state.marks.high
        is_out_of_reach = base.sequence > state.marks.high  # an anchor that none here may vote for
        is_behind = state.marks.sealed > state.chain.decided.sequence
        return is_behind or is_out_of_reach or (is_closed and not self._has_open_batch())

    def complaint(self, timeout_ms: int) -> Complaint | None:
        """Return why the primary of the present view has to go, if it has to."""
        if not self._state.reign.active or not self.is_owed():
            return None
        if self.clock_ms >= self._due_ms(timeout_ms):
            return Complaint.OVERDUE
        if self._is_censored(timeout_ms):
            return Complaint.CENSORED
        return Complaint.SLOW if self._is_slow() else None

    def _is_slow(self) -> bool:
        """Say whether bundles wait too long; for less than two round trips here nobody is slow.

        A view begins with a pause, which is the wait of all that came in it: one round trip until
        everybody has heard of the view, and one for its first batch. On a busy machine it is long.
        """
        if not self.pace.is_slow(self._idle_ms):
            return False
        half_timeout_ms = self._state.membership.limits.request_timeout_ms // 2
        least_ms = min(2 * self._state.turns.round_trip_ms, half_timeout_ms)
        return self.pace.median_ms(self._idle_ms) > least_ms

    def _due_ms(self, timeout_ms: int) -> int:
        """Return when, on the clock, the primary has taken too long: two timeouts at the latest."""
        due_ms = self._progress_ms + timeout_ms
        if not self._has_open_batch() or self._accepted_ms <= self._progress_ms:
            return due_ms
        return min(self._accepted_ms, due_ms) + timeout_ms

    def _is_censored(self, timeout_ms: int) -> bool:
        """Say whether the oldest bundle was passed over by one that came a timeout later.

        And by what is the usual wait here, as far as one more timeout.
        """
        if not self._owed:
            return False
        oldest_ms = next(iter(self._owed.values()))
        is_late = self.clock_ms - oldest_ms > timeout_ms
        if not is_late or self._latest_served_ms < oldest_ms + timeout_ms:
            return False
        usual_ms = median(self._waits_ms) if len(self._waits_ms) >= SAMPLE_MIN else 0
        patience_ms = timeout_ms + min(usual_ms, timeout_ms)
        is_late = self.clock_ms - oldest_ms > patience_ms
        return is_late and self._latest_served_ms >= oldest_ms + patience_ms

    def remaining_ms(self, timeout_ms: int) -> int | None:
        """Return for how long the primary is safe; None when nothing is owed."""
        if not self._state.reign.active or not self.is_owed():
            return None
        return max(0, self._due_ms(timeout_ms) - self.clock_ms)

    def named(self) -> tuple[Digest, ...]:
        """Return the digests to name in a Status, oldest first."""
        return tuple(digest for digest, _ in zip(self._owed, range(OWED_NAMED_MAX), strict=False))

    def not_owed(self, digests: Iterable[Digest]) -> list[Digest]:
        """Return those of them that are not owed, in their order."""
        return [digest for digest in digests if digest not in self._owed]

    def count(self) -> int:
        return len(self._owed)

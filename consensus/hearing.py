"""Who was heard of lately.

Rules of this file: only a Status counts, because the link proves who sent it; an old vote passed
on by somebody else proves no presence.

Source: consensus.md section 4 (clock of obligations) and section 6 (a starting replica).
"""

from typing import Final

from consensus.ids import ReplicaId
from consensus.state import State

SILENT_PERIODS: Final = 3  # two lost Status messages in a row are bad luck, three are silence


class Hearing:
    """When each other replica was heard last."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._heard_ms: dict[ReplicaId, int] = {}
        self._others_of_quorum = state.membership.quorum - 1
        self._quorum_heard_ms: int | None = None  # since then so many were heard that all make one

    def on_status(self, replica: ReplicaId, now_ms: int) -> bool:
        """Note a Status; say whether it is the first of this replica since the start."""
        is_first = replica not in self._heard_ms
        self._heard_ms[replica] = now_ms
        if 0 < self._others_of_quorum <= len(self._heard_ms):
            latest_first = sorted(self._heard_ms.values(), reverse=True)
            self._quorum_heard_ms = latest_first[self._others_of_quorum - 1]
        return is_first

    def answered_count(self) -> int:
        """Return how many others have answered since the start."""
        return len(self._heard_ms)

    def silent(self, now_ms: int) -> tuple[ReplicaId, ...]:
        """Return the others that were not heard for a while, in replica order."""
        since_ms = self._silent_since_ms(now_ms)
        return tuple(
            ReplicaId(replica)
            for replica in self._state.membership.replicas()
            if replica != self._state.self_id
            and self._heard_ms.get(ReplicaId(replica), since_ms - 1) < since_ms
        )

    def is_connected(self, now_ms: int) -> bool:
        """Say whether enough others were heard lately to form a quorum with them."""
        if self._others_of_quorum == 0:
            return True
        heard_ms = self._quorum_heard_ms
        return heard_ms is not None and heard_ms >= self._silent_since_ms(now_ms)

    def _silent_since_ms(self, now_ms: int) -> int:
        return now_ms - SILENT_PERIODS * self._state.config.timing.status_ms

"""Which links are down: the own ones, as the host says, and those of others, as they say.

Rules of this file: a link counts as down only after a moment, so that one that flaps is never
heard of; what another says counts only while it is heard, and while the link to it is up. A replica
that cannot reach a quorum blames nobody: it is itself that is cut off.

Source: consensus.md section 4, *Leave view v when* (links to the primary).
"""

from consensus.hearing import Hearing
from consensus.ids import ReplicaId
from consensus.messages import Status
from consensus.state import State


class Links:
    """Since when own links are down, and what the newest Status of each other says of its own."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._down_since_ms: dict[ReplicaId, int] = {}
        self._told: dict[ReplicaId, tuple[ReplicaId, ...]] = {}
        self._named: tuple[ReplicaId, ...] = ()

    def changed(self, down: frozenset[ReplicaId], now_ms: int) -> None:
        """Note which links are down now; one that was down before stays so since then."""
        self._down_since_ms = {
            ReplicaId(replica): self._down_since_ms.get(ReplicaId(replica), now_ms)
            for replica in self._state.membership.replicas()
            if replica in down and replica != self._state.self_id
        }

    def on_status(self, status: Status) -> None:
        """Remember which of its links a replica says are down."""
        self._told[status.replica] = status.links_down

    def named(self, now_ms: int) -> tuple[ReplicaId, ...]:
        """Return the links to name in a Status, in replica order: down for long enough."""
        if not self._down_since_ms:
            return ()  # as nearly always
        patience_ms = self._state.config.timing.disconnected_ms
        return tuple(
            replica
            for replica, since_ms in self._down_since_ms.items()
            if now_ms - since_ms >= patience_ms
        )

    def have_changed(self, now_ms: int) -> bool:
        """Say, once, whether a Status would name other links than when this was asked last."""
        if not self._down_since_ms and not self._named:
            return False  # as nearly always
        named, self._named = self._named, self.named(now_ms)
        return named != self._named

    def ripe_at_ms(self, now_ms: int) -> int | None:
        """Return when the next link will be named, monotonic; None when none will."""
        if not self._down_since_ms:
            return None
        patience_ms = self._state.config.timing.disconnected_ms
        ripe = [since_ms + patience_ms for since_ms in self._down_since_ms.values()]
        return min((at_ms for at_ms in ripe if at_ms > now_ms), default=None)

    def have_lost(self, primary: ReplicaId, hearing: Hearing, now_ms: int) -> bool:
        """Say whether this replica and others, one of them surely correct, miss the primary."""
        if not self._down_since_ms:
            return False  # as nearly always
        if primary not in self.named(now_ms) or not self._reaches_quorum():
            return False
        unheard = {*hearing.silent(now_ms), *self._down_since_ms}
        missing = 1 + sum(
            primary in down for replica, down in self._told.items() if replica not in unheard
        )
        return missing >= self._state.membership.weak_quorum

    def _reaches_quorum(self) -> bool:
        membership = self._state.membership
        return membership.replica_count - len(self._down_since_ms) >= membership.quorum

"""Arithmetic of waiting: how fast a peer may be read, how soon it is dialled again.

Rules: no clock and no chance of its own; both are arguments. Source: architecture.md section 5.
"""

from ledgerd.network.settings import Chance, NetworkSettings


class Quota:
    """Bytes and messages of one peer per second; whoever exceeds them is read later.

    What was read is always accepted (it is in memory already) and paid off by a pause, so the
    rate holds in the mean. A quiet peer saves up at most one second.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        self._seconds_per_byte = 1 / settings.peer_bytes_per_s_max
        self._seconds_per_message = 1 / settings.peer_messages_per_s_max
        self._bytes_paid_at = float("-inf")
        self._messages_paid_at = float("-inf")

    def spend(self, byte_count: int, message_count: int, now: float) -> float:
        """Book what was read at ``now``; return the pause before reading on. Both in seconds."""
        floor = now - 1.0
        self._bytes_paid_at = max(self._bytes_paid_at, floor) + byte_count * self._seconds_per_byte
        self._messages_paid_at = (
            max(self._messages_paid_at, floor) + message_count * self._seconds_per_message
        )
        return max(0.0, self._bytes_paid_at - now, self._messages_paid_at - now)


class Backoff:
    """Pauses between attempts: doubling from ``redial_min_ms`` to ``redial_max_ms``.

    Each is drawn from its upper half, so that nodes that lost each other at one moment do not all
    come back at one moment.
    """

    def __init__(self, settings: NetworkSettings, chance: Chance) -> None:
        self._min_ms = settings.redial_min_ms
        self._max_ms = settings.redial_max_ms
        self._chance = chance
        self._next_ms = self._min_ms

    def pause_ms(self) -> int:
        """Return the next pause, in ``[redial_min_ms / 2, redial_max_ms]``."""
        whole = self._next_ms
        self._next_ms = min(2 * whole, self._max_ms)
        return int(whole * (0.5 + 0.5 * self._chance.random()))

    def reset(self) -> None:
        """Begin again with the shortest pause."""
        self._next_ms = self._min_ms

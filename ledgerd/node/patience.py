"""How long a peer is not listened to after it brought signatures that do not hold.

Verifying is the dearest thing that a peer can make a node do, and the one flood that no quota of
bytes holds off: a frame of a few kilobytes costs what thousands of honest bytes cost. A correct
peer passes on only what it has verified itself, so each false signature is a misdeed of whoever is
at the other end of the link, never an accident of the way.

Rules: after the first misdeed what a peer sends is dropped unread for a moment, after each further
one for twice as long; a peer that behaves for a while is forgiven. Its link stays up: it may come
to its senses, and others may need its votes. What it lacks or asks for meanwhile it asks for again.

Source: architecture.md section 5 (quotas per peer).
"""

from dataclasses import dataclass
from math import inf

FIRST_S = 0.5
DOUBLINGS_MAX = 7  # a minute: with an answer of a few milliseconds' work to each attempt, nothing
FORGIVEN_S = 120.0  # without a misdeed, and it begins anew


@dataclass(slots=True)
class _Record:
    """What is held against one peer; times in seconds, monotonic."""

    misdeed_count: int = 0
    unheard_until: float = 0.0


class Patience:
    """Who is not listened to for now."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}

    def __len__(self) -> int:
        """Count the peers against whom something was held: mostly none."""
        return len(self._records)

    def blame(self, peer: str, now: float) -> None:
        """Note a signature that does not hold; several found at once count as one."""
        record = self._records.setdefault(peer, _Record())
        if now < record.unheard_until:
            return
        if now - record.unheard_until > FORGIVEN_S:
            record.misdeed_count = 0
        pause_s = FIRST_S * 2 ** min(record.misdeed_count, DOUBLINGS_MAX)
        record.misdeed_count += 1
        record.unheard_until = now + pause_s

    def is_heard(self, peer: str, now: float) -> bool:
        """Say whether what a peer sends is looked at."""
        record = self._records.get(peer)
        return record is None or now >= record.unheard_until

    def next_heard_at(self, now: float) -> float:
        """Give the next time at which one who is not listened to now is heard again, or never."""
        times = (record.unheard_until for record in self._records.values())
        return min((until for until in times if until > now), default=inf)

"""A cache bounded in bytes, for values that may be read by many threads and change with a block.

Two generations: entries used since the last turn are young, the others old; when the young ones
fill half the bound, the old ones are dropped and the young ones grow old. A hit costs one or two
dictionary look-ups, and what is used often stays.

The rule that keeps a stale value out: a reader that missed takes a ``ticket`` before it reads the
disk and hands it in with what it found; a value that changed meanwhile makes the ticket void.
"""

import threading
from collections.abc import Mapping
from typing import Final

_ENTRY_BYTES: Final = 150  # what an entry costs beside its own bytes, roughly, in CPython 3.11


class Absent:
    """What the cache answers when it knows nothing. None means: known not to exist."""


ABSENT: Final = Absent()


class ByteCache:
    """Keys to values or None, at most ``bytes_max`` in all.

    Attributes:
        hit_count, miss_count: for metrics; not exact under threads.
    """

    def __init__(self, bytes_max: int) -> None:
        assert bytes_max > 0
        self._half_bytes = bytes_max // 2
        self._lock = threading.Lock()
        self._young: dict[bytes, bytes | None] = {}
        self._old: dict[bytes, bytes | None] = {}
        self._young_bytes = 0
        self._old_bytes = 0
        self._turn = 0
        self.hit_count = 0
        self.miss_count = 0

    @property
    def bytes_held(self) -> int:
        """Return about how much memory the entries take."""
        return self._young_bytes + self._old_bytes

    @property
    def ticket(self) -> int:
        """Return a number that changes with every ``replace``."""
        return self._turn

    def get(self, key: bytes) -> bytes | Absent | None:
        """Return the value, None for a key known not to exist, or ``ABSENT``."""
        with self._lock:
            value = self._young.get(key, ABSENT)
            if value is ABSENT:
                value = self._old.get(key, ABSENT)
                if isinstance(value, Absent):
                    self.miss_count += 1
                    return value
                self._keep(key, value)
            self.hit_count += 1
            return value

    def offer(self, key: bytes, value: bytes | None, ticket: int) -> None:
        """Remember what was read from disk, unless something changed since ``ticket``."""
        with self._lock:
            if ticket == self._turn:
                self._keep(key, value)

    def replace(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Take over values that have just become durable; void all tickets."""
        with self._lock:
            self._turn += 1
            for key, value in changes.items():
                self._keep(key, value)

    def clear(self) -> None:
        """Forget everything; void all tickets."""
        with self._lock:
            self._turn += 1
            self._young, self._old = {}, {}
            self._young_bytes = self._old_bytes = 0

    def _keep(self, key: bytes, value: bytes | None) -> None:
        if key in self._young:
            self._young_bytes -= _size(key, self._young[key])
        self._young[key] = value
        self._young_bytes += _size(key, value)
        if self._young_bytes > self._half_bytes:
            self._old, self._young = self._young, {}
            self._old_bytes, self._young_bytes = self._young_bytes, 0


def _size(key: bytes, value: bytes | None) -> int:
    return _ENTRY_BYTES + len(key) + (len(value) if value is not None else 0)

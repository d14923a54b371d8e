"""A key-value store in memory, for tests and tools: the slow, obvious twin of ``leveldb``."""

import bisect
from collections.abc import Sequence

from ledgerd.storage import envelope
from ledgerd.storage.kv import Direction, Span, StoreClosed, WriteBatch


class MemoryStore:
    """Implements ``KeyValueStore``. What was written is gone with the object."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._keys: list[bytes] = []
        self._is_closed = False

    def get(self, key: bytes) -> bytes | None:
        self._require_open()
        stored = self._values.get(key)
        return None if stored is None else envelope.unwrap(key, stored)

    def scan(
        self, span: Span, *, limit: int, direction: Direction = Direction.ASCENDING
    ) -> list[tuple[bytes, bytes]]:
        self._require_open()
        assert limit > 0
        first = bisect.bisect_left(self._keys, span.start)
        stop = max(first, bisect.bisect_left(self._keys, span.stop))
        keys = self._keys[first:stop]
        if direction is Direction.DESCENDING:
            keys.reverse()
        return [(key, envelope.unwrap(key, self._values[key])) for key in keys[:limit]]

    def write(self, batch: WriteBatch) -> None:
        self._require_open()
        for key, value in batch.changes.items():
            if value is not None:
                if key not in self._values:
                    bisect.insort(self._keys, key)
                self._values[key] = envelope.wrap(key, value)
            elif key in self._values:
                del self._values[key]
                self._keys.remove(key)

    def purge(self, keys: Sequence[bytes]) -> None:
        self._require_open()
        assert all(keys)  # a former value is gone already, with its place in the dictionary

    def close(self) -> None:
        self._is_closed = True

    def _require_open(self) -> None:
        if self._is_closed:
            raise StoreClosed("the store is closed")

"""Changes of the block under execution, over the state of the block before.

Rules: nothing is deleted from the state, so a change is a key and its new value. Levels nest: the
block, an atomic transaction, one operation; what fails is rolled back to where it began.

Source: architecture.md section 2.
"""

from typing import Final, Protocol

DEPTH_MAX: Final = 3  # block, transaction, operation


class StateReader(Protocol):
    """The state of one height, as a map of keys to canonical values."""

    def get(self, key: bytes) -> bytes | None: ...


class Overlay:
    """A ``StateReader`` that can also be written, in nested levels."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader
        self._levels: list[dict[bytes, bytes]] = [{}]

    def get(self, key: bytes) -> bytes | None:
        for level in reversed(self._levels):
            value = level.get(key)
            if value is not None:
                return value
        return self._reader.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self._levels[-1][key] = value

    def begin(self) -> None:
        """Open a level; every ``begin`` is followed by one ``commit`` or ``rollback``."""
        assert len(self._levels) < DEPTH_MAX
        self._levels.append({})

    def commit(self) -> None:
        """Move the innermost level's changes one level out."""
        assert len(self._levels) > 1
        changes = self._levels.pop()
        self._levels[-1].update(changes)

    def rollback(self) -> None:
        """Forget the innermost level's changes."""
        assert len(self._levels) > 1
        self._levels.pop()

    def changes(self) -> dict[bytes, bytes]:
        """Give all committed changes, sorted by key."""
        assert len(self._levels) == 1
        return dict(sorted(self._levels[0].items()))

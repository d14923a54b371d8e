"""Objects of the block under execution, over the state of the block before.

Rules: nothing is deleted from the state, so a change is a key and its new object. An object is read
and decoded once a block and encoded once, at its end, however many operations ask for it or change
it: objects are immutable, so whoever asks may be given the same one. What is held follows from what
the operations of one block name, so the block's own limits bound it. Levels nest: the block, an
atomic transaction, one operation; what fails is rolled back to where it began.

Source: architecture.md section 2; ADR 0180.
"""

from typing import Final, Protocol, TypeVar

from ledgerd.primitives.canonical import decode, encode

DEPTH_MAX: Final = 3  # block, transaction, operation
OBJECT_BYTES_MAX: Final = 65_536  # a bill with all payments and payers has under 5 KiB

_T = TypeVar("_T")
_NOTHING: Final = object()  # known neither to exist nor not to exist; None says: does not exist


class StateReader(Protocol):
    """The state of one height, as a map of keys to canonical values."""

    def get(self, key: bytes) -> bytes | None: ...


class Overlay:
    """A ``StateReader`` that can also be written, in nested levels, and gives objects."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader
        self._below: dict[bytes, object] = {}
        self._written: dict[bytes, object] = {}
        self._undo: list[tuple[bytes, object]] = []
        self._begins: list[int] = []

    def get(self, key: bytes) -> bytes | None:
        """Give the canonical bytes of a key's object, encoded at each call when it was written."""
        value = self._written.get(key, _NOTHING)
        return self._reader.get(key) if value is _NOTHING else encode(value)

    def find(self, key: bytes, type_: type[_T]) -> _T | None:
        """Give the object of a key; a key holds objects of one type."""
        value = self._written.get(key, _NOTHING)
        if value is _NOTHING:
            value = self._below.get(key, _NOTHING)
            if value is _NOTHING:
                value = self._below[key] = decode_object(self._reader.get(key), type_)
        assert value is None or isinstance(value, type_)
        return value

    def put(self, key: bytes, value: object) -> None:
        """Set the object of a key; it must not change any more."""
        if self._begins:
            self._undo.append((key, self._written.get(key, _NOTHING)))
        self._written[key] = value

    def begin(self) -> None:
        """Open a level; every ``begin`` is followed by one ``commit`` or ``rollback``."""
        assert len(self._begins) + 1 < DEPTH_MAX
        self._begins.append(len(self._undo))

    def commit(self) -> None:
        """Move the innermost level's changes one level out."""
        self._begins.pop()
        if not self._begins:
            self._undo.clear()

    def rollback(self) -> None:
        """Forget the innermost level's changes."""
        begin = self._begins.pop()
        for key, before in reversed(self._undo[begin:]):
            if before is _NOTHING:
                del self._written[key]
            else:
                self._written[key] = before
        del self._undo[begin:]

    def changes(self) -> dict[bytes, bytes]:
        """Give the canonical bytes of all committed changes, sorted by key."""
        assert not self._begins
        return {key: encode(self._written[key]) for key in sorted(self._written)}


def decode_object(value: bytes | None, type_: type[_T]) -> _T | None:
    """Read an object of the state; None for one that does not exist."""
    return None if value is None else decode(value, type_, bytes_max=OBJECT_BYTES_MAX)

"""What a key-value store promises, whichever one it is.

Rules: keys are ordered as unsigned bytes; a batch is written whole and durable, or not at all;
a read never returns a value that was not written under this very key; a scan is bounded, so that
no reader holds the store longer than one page. Any failure of the disk is a ``StorageError``,
which nobody handles: the process ends and restarts from disk.
"""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ledgerd.errors import LedgerdError

KEY_BYTES_MAX: Final = 1_024  # the longest state key with its prefix stays well below
VALUE_BYTES_MAX: Final = 64 << 20  # a block is the largest value; its own limit is lower
PAGE_COUNT: Final = 1_000  # rows a whole-range iteration reads under one lease


class StoreClosed(LedgerdError):  # noqa: N818  named as errors.py names its own
    """The store was closed before this call. A late reader sees it at shutdown; not damage."""


class StoreLocked(LedgerdError):  # noqa: N818  named as errors.py names its own
    """Another process has this directory open."""


class Direction(enum.Enum):
    """The order in which a scan returns its rows."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


@dataclass(frozen=True, slots=True)
class Span:
    """The keys ``start <= key < stop``, compared as unsigned bytes."""

    start: bytes
    stop: bytes

    def __contains__(self, key: bytes) -> bool:
        return self.start <= key < self.stop


EVERYTHING: Final = Span(b"\x01", b"\xff\xff")  # all keys of a caller; a store keeps some around


class WriteBatch:
    """Changes that become durable together. The last change of a key counts.

    Attributes:
        changes: key to its new value, or to None when the key goes.
    """

    __slots__ = ("changes",)

    def __init__(self) -> None:
        self.changes: dict[bytes, bytes | None] = {}

    def put(self, key: bytes, value: bytes) -> None:
        assert 0 < len(key) <= KEY_BYTES_MAX
        assert len(value) <= VALUE_BYTES_MAX
        self.changes[key] = value

    def delete(self, key: bytes) -> None:
        assert 0 < len(key) <= KEY_BYTES_MAX
        self.changes[key] = None


class KeyValueStore(Protocol):
    """An ordered store of bytes. Any thread may read; one thread at a time writes."""

    def get(self, key: bytes) -> bytes | None:
        """Return the value last written under ``key``, or None.

        Raises:
            StorageCorrupted: what is stored there is not what was written.
            StoreClosed: after ``close``.
        """
        ...

    def scan(
        self, span: Span, *, limit: int, direction: Direction = Direction.ASCENDING
    ) -> list[tuple[bytes, bytes]]:
        """Return the first ``limit`` rows of ``span`` in ``direction``.

        Raises:
            StorageCorrupted: a row is damaged, or the range could not be read to its end.
            StoreClosed: after ``close``.
        """
        ...

    def write(self, batch: WriteBatch) -> None:
        """Make ``batch`` durable, whole. Returns after the disk has it.

        Raises:
            StorageWriteFailed: and every later write fails too, for after one failed sync nobody
                knows what the disk holds.
            StoreClosed: after ``close``.
        """
        ...

    def purge(self, keys: Sequence[bytes]) -> None:
        """Make former values of these keys leave the files, too; the present ones stay.

        Slow: it rewrites the files in which the keys lie.

        Raises:
            StorageError: as ``write``; the disk may still hold what should have gone.
            StoreClosed: after ``close``.
        """
        ...

    def close(self) -> None:
        """Wait until the running reads have ended, then close. A second call does nothing."""
        ...


def prefix_span(prefix: bytes) -> Span:
    """Return the span of all keys that begin with ``prefix`` (non-empty, not all 0xff)."""
    stripped = prefix.rstrip(b"\xff")
    assert stripped
    return Span(prefix, stripped[:-1] + bytes([stripped[-1] + 1]))


def iterate(store: KeyValueStore, span: Span) -> Iterator[tuple[bytes, bytes]]:
    """Yield every row of ``span``, ascending, page by page.

    No lease is held between pages: rows written meanwhile may or may not be seen.
    """
    while True:
        page = store.scan(span, limit=PAGE_COUNT)
        yield from page
        if len(page) < PAGE_COUNT:
            return
        span = Span(page[-1][0] + b"\x00", span.stop)


def check_store(store: KeyValueStore) -> int:
    """Read every row; return how many there are.

    Raises:
        StorageCorrupted: a row is damaged, or some could not be read.
    """
    return sum(1 for _ in iterate(store, EVERYTHING))

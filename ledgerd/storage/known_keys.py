"""The filter of a store's keys, kept whole over stops and crashes.

    KEYS                the filter as it was after a certain batch       ``absence``
    rows of marks       what each batch since then added, in that very batch

Rules: marks are added before their batch is written, so no reader is told of an absence that has
ended. A new key is asked for several times before its batch comes: the filter is walked for the
first of them, and the answer is remembered until the next batch (``rows_for``). The rows behind the
file must be there for every batch; else the filter would forget a key, and it is made anew from all
keys. Nothing here is of record.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledgerd.storage import schema
from ledgerd.storage.absence import MARK_BYTES, KeyFilter, mark_of, split_marks
from ledgerd.storage.disk import RealDirectory, read_error
from ledgerd.storage.kv import Span, prefix_span

FILE_NAME: Final = "KEYS"
SAVE_MARK_COUNT: Final = 1 << 19  # added at an opening after a crash: 4 MB of rows, half a second
SAVE_BATCH_COUNT: Final = 1 << 14  # and so many rows at most, when blocks are small
PAGE_COUNT: Final = 1_000
DENIED_COUNT_MAX: Final = 1 << 13  # answers remembered at a time: 2 MB at most

Rows = list[tuple[bytes, bytes]]
Scan = Callable[[Span, int], Rows]  # span, limit -> rows, ascending


@dataclass(frozen=True, slots=True)
class StoreState:
    """The store at its opening: who it is, how many batches it holds, and how to read it.

    Attributes:
        kinds: prefixes (one byte each) of the keys that are marked; none: no filter is kept.
    """

    path: Path
    identity: bytes
    batch_count: int
    kinds: bytes
    scan: Scan


class KnownKeys:
    """Says of some kinds of keys that they are absent. The store's writer keeps it."""

    def __init__(self, store: StoreState) -> None:
        self._directory = RealDirectory(store.path)
        self._identity = store.identity
        self._kinds = frozenset(store.kinds)
        self._filter = KeyFilter()
        self._denied: dict[bytes, bytes] = {}  # keys that were found absent since the last batch
        self._unsaved_marks = 0
        self._first_row = 0  # the oldest row that may still stand in the store
        self._saved_count: int | None = None  # batches that the file covers; None: there is none
        self._last_count = store.batch_count
        if self._kinds:
            self._open(store)

    @property
    def bytes_held(self) -> int:
        """Return how much memory the filter takes."""
        return self._filter.bytes_held

    def is_absent(self, key: bytes) -> bool:
        """Say whether a key was certainly never written. Any thread."""
        if key[0] not in self._kinds:
            return False
        denied = self._denied  # taken before the filter is asked: else it could be the next one
        if key in denied:
            return True
        mark = mark_of(key)
        if self._filter.may_hold(mark):
            return False
        if len(denied) < DENIED_COUNT_MAX:
            denied[key] = mark
        return True

    def rows_for(self, changes: Iterable[bytes], batch_count: int) -> Mapping[bytes, bytes | None]:
        """Mark the keys of a batch that is about to be written; give the rows to add to it."""
        kinds = self._kinds
        if not kinds:
            return {}
        added = self._add_new(key for key in changes if key[0] in kinds)
        # Only now, when all marks are there. Who asked the filter before puts its answer into the
        # dictionary that nobody looks into any more; who takes the new one finds the marks.
        self._denied = {}
        self._unsaved_marks += len(added)
        rows: dict[bytes, bytes | None] = {schema.marks_key(batch_count): b"".join(added)}
        if self._saved_count is not None:
            for count in range(self._first_row, self._saved_count + 1):
                rows[schema.marks_key(count)] = None
            self._first_row = max(self._first_row, self._saved_count + 1)
        return rows

    def _add_new(self, keys: Iterable[bytes]) -> list[bytes]:
        """Add the marks of keys that have none; give those."""
        added = []
        denied, key_filter = self._denied, self._filter
        for key in keys:
            mark = denied.get(key)
            if mark is None:
                mark = mark_of(key)
                if key_filter.may_hold(mark):
                    continue
            key_filter.add(mark)
            added.append(mark)
        return added

    def on_written(self, batch_count: int) -> None:
        """Go on from a batch that is durable; write the file when much has come since the last.

        Raises:
            StorageWriteFailed: the disk refused.
        """
        self._last_count = batch_count
        behind = batch_count - (self._saved_count or 0)
        if self._unsaved_marks >= SAVE_MARK_COUNT or behind >= SAVE_BATCH_COUNT:
            self.save()

    def save(self) -> None:
        """Write the file, durable, if anything came since the last.

        Raises:
            StorageWriteFailed: the disk refused.
        """
        if not self._kinds or self._saved_count == self._last_count:
            return
        unfinished = FILE_NAME + ".new"
        if unfinished in self._directory.names():
            self._directory.remove(unfinished)
        file = self._directory.create(unfinished)
        position = 0
        for part in self._filter.parts(self._identity, self._last_count):
            file.write_at(position, part)
            position += len(part)
        file.sync()
        file.close()
        self._directory.rename(unfinished, FILE_NAME)
        self._directory.sync()
        self._saved_count = self._last_count
        self._unsaved_marks = 0

    def _open(self, store: StoreState) -> None:
        rows = _all_rows(store.scan, prefix_span(schema.MARKS_PREFIX))
        numbers = {schema.marks_number(key): joined for key, joined in rows}
        self._first_row = min(numbers, default=store.batch_count + 1)
        found = KeyFilter.decode(_read(store.path / FILE_NAME), store.identity)
        if found is not None:
            key_filter, saved_count = found
            behind = range(saved_count + 1, store.batch_count + 1)
            if saved_count <= store.batch_count and all(number in numbers for number in behind):
                self._take_over(key_filter, saved_count, [numbers[n] for n in behind])
                return
        for kind in sorted(self._kinds):
            for key, _ in _all_rows(store.scan, prefix_span(bytes([kind]))):
                self._filter.add_new((mark_of(key),))

    def _take_over(self, key_filter: KeyFilter, saved_count: int, rows: list[bytes]) -> None:
        self._filter = key_filter
        self._saved_count = saved_count
        for joined in rows:
            self._filter.add_new(split_marks(joined))
            self._unsaved_marks += len(joined) // MARK_BYTES


def _all_rows(scan: Scan, span: Span) -> Iterable[tuple[bytes, bytes]]:
    while True:
        page = scan(span, PAGE_COUNT)
        yield from page
        if len(page) < PAGE_COUNT:
            return
        span = Span(page[-1][0] + b"\x00", span.stop)


def _read(path: Path) -> bytes:
    """Read the file; empty when there is none.

    Raises:
        StorageError: it is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise read_error(f"reading {path.parent.name}/{path.name}", error) from error

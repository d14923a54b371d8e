"""An append-only log in segments, with a sentinel that says how long it must be.

The rules of this file:

* ``append`` returns after the records are on disk and the sentinel is written; that becomes
  durable with ``settle``, when nobody waits, at the latest with the next append. So the sentinel
  never promises what the disk does not have, and lags at most one append behind after a power
  cut, not at all after a crash of the process.
* Opening checks every byte of every segment. The log must reach the sentinel. What stands behind
  it is kept as far as it is whole and cut after that: an append that never returned. Anything
  else is ``LogBroken`` and changes nothing on disk.
* The segment that grows is longer than its records, by zeros: a sync that has no new length to
  note does not wait for the file system's journal. They are cut at its end and by a clean close,
  after a crash by the opening.
* A new segment is prepared under another name, then promised by the sentinel, then given its
  name. So a crash between any two of these leaves exactly one of both states.

Source: architecture.md section 4. The bytes: ``segment_format``; start: ``segment_opening``.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ledgerd.errors import StorageCorrupted, StorageError, StorageWriteFailed
from ledgerd.storage.disk import File
from ledgerd.storage.segment_format import (
    CHAIN_BYTES,
    RECORD_OVERHEAD_BYTES,
    RUN_COUNT_MAX,
    Extent,
    Kind,
    decode_record,
    encode_extent,
    encode_header,
    encode_record,
    run_count,
)
from ledgerd.storage.segment_opening import (
    LogParts,
    OpenSegments,
    RecordAddress,
    Visitor,
    create_segments,
    name_segment,
    open_segments,
    prepare_segment,
    segment_name,
)

GROWTH_BYTES: Final = 256 << 10  # some hundred appends; zeros take no room on the disk


class SegmentLog:
    """The log, open. One thread appends, restarts and drops; any thread reads."""

    def __init__(self, parts: LogParts, opened: OpenSegments) -> None:
        """Take over what ``create_segments`` or ``open_segments`` opened."""
        self._parts = parts
        self._opened = opened
        self._file_bytes = opened.extent.length  # of the segment that grows, zeros included
        self._files_lock = threading.Lock()  # a file must not close under a reader
        self._is_failed = False

    @classmethod
    def create(cls, parts: LogParts) -> "SegmentLog":
        """Create an empty log where none is; see ``create_segments``."""
        return cls(parts, create_segments(parts))

    @classmethod
    def open(cls, parts: LogParts, visit: Visitor) -> "SegmentLog":
        """Check a log whole and open it; see ``open_segments``."""
        return cls(parts, open_segments(parts, visit))

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the live segments, ascending; the last one grows."""
        return self._opened.extent.numbers

    @property
    def newest_bytes(self) -> int:
        """Return the length of the segment that grows."""
        return self._opened.extent.length

    def append(self, payloads: Sequence[bytes]) -> tuple[RecordAddress, ...]:
        """Make records durable, in order, and return where they stand.

        Raises:
            StorageWriteFailed: what the disk holds is unknown; every later call fails as well.
        """
        addresses: list[RecordAddress] = []
        with self._changing():
            waiting = bytearray()
            chain = self._opened.extent.chain
            for payload in payloads:
                assert len(payload) <= self._parts.limits.record_bytes_max
                if not self._has_room(len(waiting) + len(payload)):
                    self._write(bytes(waiting))
                    self._end_segment()
                    waiting, chain = bytearray(), self._opened.extent.chain
                record = encode_record(chain, Kind.DATA, payload)
                offset = self.newest_bytes + len(waiting)
                addresses.append(RecordAddress(self.numbers[-1], offset, len(record)))
                waiting += record
                chain = record[-CHAIN_BYTES:]
            self._write(bytes(waiting))
        return tuple(addresses)

    def settle(self) -> None:
        """Make durable what the sentinel says, so that the next append need not wait for it.

        Raises:
            StorageWriteFailed: as `append`.
        """
        with self._changing():
            self._opened.sentinel.sync()

    def read(self, address: RecordAddress) -> bytes:
        """Return the payload of a record.

        Raises:
            StorageCorrupted: it is damaged.
            KeyError: its segment was dropped.
        """
        with self._files_lock:
            file = self._opened.files[address.number]
            data = file.read_at(address.offset - CHAIN_BYTES, CHAIN_BYTES + address.count)
        record = decode_record(data, CHAIN_BYTES, data[:CHAIN_BYTES])
        if record is None or record.stop != len(data):
            raise StorageCorrupted(f"a record of segment {address.number} is damaged")
        return record.payload

    def roll(self) -> None:
        """End the segment that grows and begin another, so that it can be dropped.

        Raises:
            StorageWriteFailed: as `append`.
        """
        with self._changing():
            self._end_segment()

    def restart(self, payloads: Sequence[bytes]) -> None:
        """Replace the whole log by ``payloads`` in a new segment; the older ones go after that."""
        with self._changing():
            old = self.numbers
            self._begin_segment((), payloads)
            self._remove(old)

    def drop(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Remove segments for good, never the one that grows.

        Returns:
            Those that went: a sentinel names a bounded number of gaps, so that in odd orders of
            dropping some stay for later.
        """
        kept = self.numbers
        gone: list[int] = []
        for number in numbers:
            assert number in kept[:-1]
            rest = tuple(n for n in kept if n != number)
            if run_count(rest) <= RUN_COUNT_MAX:
                kept = rest
                gone.append(number)
        if gone:
            with self._changing():
                extent = self._opened.extent
                self._promise(Extent(kept, extent.length, extent.chain))
                self._remove(tuple(gone))
        return tuple(gone)

    def close(self) -> None:
        """Make the sentinel durable and close the files. A failed log is closed as it is."""
        if not self._is_failed:
            self._cut_zeros(self.newest_bytes)
            self._opened.sentinel.sync()
        with self._files_lock:
            self._opened.close()
        self._is_failed = True

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Refuse after a failure: a disk that failed once may acknowledge and lose."""
        if self._is_failed:
            raise StorageWriteFailed("the log failed or was closed before")
        try:
            yield
        except StorageError:
            self._is_failed = True
            raise

    def _has_room(self, more_bytes: int) -> bool:
        # Room for this record and for the one that will end the segment.
        length = self.newest_bytes + more_bytes + 2 * RECORD_OVERHEAD_BYTES
        return length <= self._parts.limits.segment_bytes_max

    def _write(self, data: bytes) -> None:
        """Write and sync whole records; then the sentinel, whose former state is durable then."""
        if not data:
            return
        file = self._opened.files[self.numbers[-1]]
        extent = Extent(self.numbers, self.newest_bytes + len(data), data[-CHAIN_BYTES:])
        self._lengthen(file, extent.length)
        file.write_at(self.newest_bytes, data)
        file.sync()
        self._opened.sentinel.write(encode_extent(extent))
        self._opened.extent = extent

    def _lengthen(self, file: File, least_bytes: int) -> None:
        """Make room for an append, and with it for the next ones."""
        if least_bytes > self._file_bytes:
            whole_steps = -(-least_bytes // GROWTH_BYTES) * GROWTH_BYTES
            self._file_bytes = min(whole_steps, self._parts.limits.segment_bytes_max)
            file.truncate(self._file_bytes)

    def _cut_zeros(self, stop: int) -> None:
        if self._file_bytes > stop:
            self._opened.files[self.numbers[-1]].truncate(stop)
            self._file_bytes = stop

    def _end_segment(self) -> None:
        file = self._opened.files[self.numbers[-1]]
        end = encode_record(self._opened.extent.chain, Kind.END, b"")
        file.write_at(self.newest_bytes, end)
        self._cut_zeros(self.newest_bytes + len(end))
        file.sync()
        self._begin_segment(self.numbers, ())

    def _begin_segment(self, before: tuple[int, ...], payloads: Sequence[bytes]) -> None:
        number = self.numbers[-1] + 1
        data = bytearray(encode_header(self._parts.identity, number))
        for payload in payloads:
            data += encode_record(bytes(data[-CHAIN_BYTES:]), Kind.DATA, payload)
        assert len(data) + RECORD_OVERHEAD_BYTES <= self._parts.limits.segment_bytes_max
        file = prepare_segment(self._parts.directory, bytes(data))
        self._promise(Extent((*before, number), len(data), bytes(data[-CHAIN_BYTES:])))
        name_segment(self._parts.directory, number)
        self._opened.files[number] = file
        self._file_bytes = len(data)

    def _promise(self, extent: Extent) -> None:
        """Make the sentinel say ``extent``, durably."""
        self._opened.sentinel.write(encode_extent(extent))
        self._opened.sentinel.sync()
        self._opened.extent = extent

    def _remove(self, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            with self._files_lock:
                self._opened.files.pop(number).close()
            self._parts.directory.remove(segment_name(number))
        self._parts.directory.sync()

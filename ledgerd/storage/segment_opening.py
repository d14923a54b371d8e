"""How a log is created, and how it is opened: check everything, then change what must change.

Nothing on disk is touched before the whole log was found good. Then at most three things happen,
each repeatable: a prepared segment that the sentinel promises gets its name; segments that the
sentinel does not name any more go; what stands behind the last whole record is cut.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ledgerd.errors import StorageCorrupted, StorageError
from ledgerd.storage.disk import Directory, File
from ledgerd.storage.segment_format import (
    CHAIN_BYTES,
    HEADER_BYTES,
    RECORD_OVERHEAD_BYTES,
    Extent,
    Kind,
    LogIdentity,
    LogState,
    decode_extent,
    encode_extent,
    encode_header,
    is_of_another_owner,
    read_records,
)
from ledgerd.storage.sentinel import Sentinel

SENTINEL_NAME: Final = "TAIL"
NEXT_NAME: Final = "next"  # a segment being prepared
_SUFFIX: Final = ".seg"


class LogBroken(StorageCorrupted):
    """A log does not hold what it must.

    Attributes:
        state: MISSING, SHORT, DAMAGED or FOREIGN.
    """

    def __init__(self, state: LogState, detail: str) -> None:
        assert state is not LogState.INTACT
        self.state = state
        super().__init__(f"log {state.value}: {detail}")


@dataclass(frozen=True, slots=True)
class SegmentLimits:
    """Bounds of one log.

    Attributes:
        record_bytes_max: longest payload; longer ones are a bug of the caller.
        segment_bytes_max: a segment that would grow longer ends, and a new one begins.
    """

    record_bytes_max: int
    segment_bytes_max: int

    def __post_init__(self) -> None:
        # A segment holds at least one record and the one that ends it.
        overhead = HEADER_BYTES + 2 * RECORD_OVERHEAD_BYTES
        assert self.record_bytes_max + overhead <= self.segment_bytes_max


@dataclass(frozen=True, slots=True)
class LogParts:
    """Where a log lives, whose it is, how large it may be."""

    directory: Directory
    identity: LogIdentity
    limits: SegmentLimits


@dataclass(frozen=True, slots=True)
class RecordAddress:
    """Where a record stands: segment, offset of its first byte, bytes of the whole record."""

    number: int
    offset: int
    count: int


Visitor = Callable[[RecordAddress, bytes], None]


@dataclass(slots=True)
class OpenSegments:
    """What is open of a log: the sentinel, what it says, the file of each live segment."""

    sentinel: Sentinel
    extent: Extent
    files: dict[int, File] = field(default_factory=dict)

    def close(self) -> None:
        self.sentinel.close()
        for file in self.files.values():
            file.close()
        self.files.clear()


def segment_name(number: int) -> str:
    """Return the file name of a segment."""
    return f"{number:020d}{_SUFFIX}"


def create_segments(parts: LogParts) -> OpenSegments:
    """Create an empty log where none is.

    Raises:
        LogBroken: there is one, or the rest of one.
        StorageWriteFailed: the disk refused.
    """
    names = parts.directory.names()
    if set(names) - {NEXT_NAME}:
        raise LogBroken(LogState.DAMAGED, "a log to be created exists already, whole or in part")
    header = encode_header(parts.identity, 1)
    extent = Extent((1,), len(header), header[-CHAIN_BYTES:])
    file = prepare_segment(parts.directory, header)
    sentinel = Sentinel(parts.directory.create(SENTINEL_NAME))
    sentinel.write(encode_extent(extent))
    sentinel.sync()
    # The sentinel's name must be durable before the segment's: a log without one looks lost.
    parts.directory.sync()
    name_segment(parts.directory, 1)
    return OpenSegments(sentinel, extent, {1: file})


def prepare_segment(directory: Directory, data: bytes) -> File:
    """Write a segment, durably, under the name of one that is being prepared."""
    if NEXT_NAME in directory.names():
        directory.remove(NEXT_NAME)
    file = directory.create(NEXT_NAME)
    file.write_at(0, data)
    file.sync()
    directory.sync()
    return file


def name_segment(directory: Directory, number: int) -> None:
    """Give the prepared segment its name, durably."""
    directory.rename(NEXT_NAME, segment_name(number))
    directory.sync()


def open_segments(parts: LogParts, visit: Visitor) -> OpenSegments:
    """Check a log from its first byte to its last and open it.

    ``visit`` is called for every record, in order, before the log is known to be good: what it
    gathered counts only when this function returns.

    Raises:
        LogBroken: the log is not what it was; nothing on disk was changed.
    """
    names = parts.directory.names()
    if SENTINEL_NAME not in names:
        raise LogBroken(LogState.MISSING, "it has no sentinel")
    sentinel = Sentinel(parts.directory.open(SENTINEL_NAME))
    payload = sentinel.read()
    if payload is None:
        sentinel.close()
        raise LogBroken(LogState.DAMAGED, "its sentinel is not readable")
    opened = OpenSegments(sentinel, decode_extent(payload))
    try:
        strays = _strays(names, opened.extent)
        stop = _check_segments(parts, opened, visit)
    except StorageError:
        opened.close()
        raise
    _settle(parts, opened, strays)
    _cut(opened, stop)
    return opened


def _strays(names: list[str], extent: Extent) -> list[str]:
    """Return files the sentinel names no more; refuse ones that it does not know yet."""
    live = {segment_name(number) for number in extent.numbers}
    strays = [name for name in names if name.endswith(_SUFFIX) and name not in live]
    newest = segment_name(extent.numbers[-1])
    if strays and max(strays) > newest:
        raise LogBroken(LogState.DAMAGED, f"it has {max(strays)}, its sentinel ends at {newest}")
    if newest in names and NEXT_NAME in names:
        strays.append(NEXT_NAME)
    return strays


def _check_segments(parts: LogParts, opened: OpenSegments, visit: Visitor) -> tuple[int, bytes]:
    """Check all live segments; return where the newest one ends, and its chain there."""
    names = parts.directory.names()
    newest = opened.extent.numbers[-1]
    for number in opened.extent.numbers:
        name = segment_name(number)
        if name not in names and number == newest:
            name = NEXT_NAME
        if name not in names:
            raise LogBroken(LogState.MISSING, f"segment {number} of {newest} is gone")
        opened.files[number] = parts.directory.open(name)
        data = _read_segment(parts, opened.files[number], number)
        if number == newest:
            return _check_newest(opened.extent, data, visit)
        _check_ended(number, data, visit)
    raise AssertionError("an extent names at least one segment")


def _read_segment(parts: LogParts, file: File, number: int) -> bytes:
    bytes_max = parts.limits.segment_bytes_max
    if file.size() > bytes_max:
        raise LogBroken(LogState.DAMAGED, f"segment {number} has more than {bytes_max} bytes")
    data = file.read_at(0, file.size())
    if len(data) < HEADER_BYTES:
        raise LogBroken(LogState.SHORT, f"segment {number} ends within its header")
    header = data[:HEADER_BYTES]
    if is_of_another_owner(header, parts.identity, number):
        raise LogBroken(LogState.FOREIGN, "it belongs to another key or another chain")
    if header != encode_header(parts.identity, number):
        raise LogBroken(LogState.DAMAGED, f"segment {number} is not the one it should be")
    return data


def _check_ended(number: int, data: bytes, visit: Visitor) -> None:
    stop = HEADER_BYTES
    for record in read_records(data):
        stop = record.stop
        if record.kind is Kind.END:
            break
        visit(RecordAddress(number, record.offset, stop - record.offset), record.payload)
    else:
        state = LogState.SHORT if stop == len(data) else LogState.DAMAGED
        raise LogBroken(state, f"segment {number} does not reach its end")
    if stop != len(data):
        raise LogBroken(LogState.DAMAGED, f"segment {number} goes on behind its end")


def _check_newest(extent: Extent, data: bytes, visit: Visitor) -> tuple[int, bytes]:
    number = extent.numbers[-1]
    if len(data) < extent.length:
        detail = f"segment {number} has {len(data)} bytes, at least {extent.length} were promised"
        raise LogBroken(LogState.SHORT, detail)
    stop, chain = HEADER_BYTES, data[HEADER_BYTES - CHAIN_BYTES : HEADER_BYTES]
    has_reached = (stop, chain) == (extent.length, extent.chain)
    for record in read_records(data):
        if record.kind is Kind.END:
            break
        visit(RecordAddress(number, record.offset, record.stop - record.offset), record.payload)
        stop, chain = record.stop, record.chain
        has_reached = has_reached or (stop, chain) == (extent.length, extent.chain)
    if not has_reached:
        raise LogBroken(LogState.DAMAGED, f"segment {number} is damaged behind byte {stop}")
    return stop, chain


def _settle(parts: LogParts, opened: OpenSegments, strays: list[str]) -> None:
    """Finish what a crash interrupted: a segment without its name, files named no more."""
    newest = opened.extent.numbers[-1]
    for name in strays:
        parts.directory.remove(name)
    if segment_name(newest) not in parts.directory.names():
        name_segment(parts.directory, newest)
    elif strays:
        parts.directory.sync()


def _cut(opened: OpenSegments, end: tuple[int, bytes]) -> None:
    """Drop what stands behind the last whole record; promise what stays."""
    length, chain = end
    numbers = opened.extent.numbers
    file = opened.files[numbers[-1]]
    if file.size() != length:
        file.truncate(length)
    # Records behind the sentinel were written, perhaps not synced: from now on they count.
    file.sync()
    opened.extent = Extent(numbers, length, chain)
    opened.sentinel.write(encode_extent(opened.extent))
    opened.sentinel.sync()

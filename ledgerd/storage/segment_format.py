"""The bytes of a log segment and of the sentinel's payload. Pure; no files here.

Segment
    magic "ledgseg1" | log name (16) | identity (32) | number u64 | chain (32)
    record | record | ...
Record
    length u32 | kind u8 | payload | chain (32)

``chain`` of the header is the SHA-256 of what stands before it; ``chain`` of a record is the
SHA-256 of the chain before it, length, kind and payload. So every byte of a segment is covered,
a record cannot be moved, left out or put into another segment, and one record can be checked with
the 32 bytes before it. A segment that will not grow any more ends with a record of kind END: one
that lost its end is noticed. Behind the records of the one that grows there may be zeros, or what
an append left that never returned: none of it continues the chain. The identity binds a log to one
chain and one key: the log of another node is not taken for the own one.

Sentinel
    length u64 of the newest segment | chain (32) there | run | run | ...
    run: first number u64 | last number u64
"""

import enum
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CHAIN_BYTES: Final = 32
IDENTITY_BYTES: Final = 32
MAGIC: Final = b"ledgseg1"
HEADER_BYTES: Final = 96
RECORD_HEAD_BYTES: Final = 5
RECORD_OVERHEAD_BYTES: Final = RECORD_HEAD_BYTES + CHAIN_BYTES
RUN_COUNT_MAX: Final = 200  # what fits into a sentinel; more only after odd orders of dropping
_DOMAIN: Final = b"ledgerd.segment\x00"


class Kind(enum.IntEnum):
    """What a record is."""

    DATA = 1
    END = 2


class LogState(enum.Enum):
    """What an opened log turned out to be. Only an intact one may be voted with."""

    INTACT = "intact"
    MISSING = "missing"
    SHORT = "short"
    DAMAGED = "damaged"
    RETIRED = "retired"  # its owner said so; see ``retired_keys``
    FOREIGN = "foreign"  # whole so far, but of another key or chain: somebody put it there


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """What a log is and whose.

    Attributes:
        name: at most 16 ASCII characters, as "votes".
        owner: 32 bytes; see ``log_owner``.
    """

    name: str
    owner: bytes


def log_owner(chain_id: bytes, public_key: bytes) -> bytes:
    """Return the 32 bytes that bind a log to one chain and one key."""
    assert len(chain_id) == 32
    assert len(public_key) == 32
    return hashlib.sha256(b"ledgerd.logowner" + chain_id + public_key).digest()


@dataclass(frozen=True, slots=True)
class Record:
    """One whole record as found in a segment.

    Attributes:
        offset: of its first byte; ``stop``: one behind its last.
        chain: its own, which the next record continues.
    """

    kind: Kind
    payload: bytes
    offset: int
    stop: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Extent:
    """What the sentinel promises: these segments, the newest one at least that long.

    Attributes:
        numbers: live segments, ascending, non-empty; the last is the newest.
        length: bytes of the newest.
        chain: of its last record at that length, or of its header.
    """

    numbers: tuple[int, ...]
    length: int
    chain: bytes


def encode_header(identity: LogIdentity, number: int) -> bytes:
    """Return the 96 bytes that open a segment."""
    name = identity.name.encode("ascii").ljust(16, b"\x00")
    assert len(name) == 16
    assert len(identity.owner) == IDENTITY_BYTES
    head = MAGIC + name + identity.owner + number.to_bytes(8, "big")
    return head + hashlib.sha256(_DOMAIN + head).digest()


def is_of_another_owner(header: bytes, identity: LogIdentity, number: int) -> bool:
    """Say whether this is a whole header of the same log and number, of another key or chain."""
    owner = header[len(MAGIC) + 16 : len(MAGIC) + 16 + IDENTITY_BYTES]
    if len(owner) < IDENTITY_BYTES or owner == identity.owner:
        return False
    return header == encode_header(LogIdentity(identity.name, owner), number)


def encode_record(chain: bytes, kind: Kind, payload: bytes) -> bytes:
    """Return a record that continues ``chain``."""
    head = len(payload).to_bytes(4, "big") + bytes([kind])
    return head + payload + hashlib.sha256(_DOMAIN + chain + head + payload).digest()


def decode_record(data: bytes, offset: int, chain: bytes) -> Record | None:
    """Return the record at ``offset``, or None when no whole record continues ``chain`` there."""
    start = offset + RECORD_HEAD_BYTES
    stop = start + int.from_bytes(data[offset : offset + 4], "big")
    found = data[stop : stop + CHAIN_BYTES]
    if len(found) < CHAIN_BYTES:
        return None
    if hashlib.sha256(_DOMAIN + chain + data[offset:stop]).digest() != found:
        return None
    if data[offset + 4] not in (Kind.DATA, Kind.END):
        return None
    return Record(Kind(data[offset + 4]), data[start:stop], offset, stop + CHAIN_BYTES, found)


def read_records(data: bytes) -> Iterator[Record]:
    """Yield whole records of a segment until one does not continue the chain."""
    offset = HEADER_BYTES
    chain = data[HEADER_BYTES - CHAIN_BYTES : HEADER_BYTES]
    while (record := decode_record(data, offset, chain)) is not None:
        yield record
        offset, chain = record.stop, record.chain


def encode_extent(extent: Extent) -> bytes:
    """Return the sentinel's payload."""
    runs = _runs(extent.numbers)
    assert 0 < len(runs) <= RUN_COUNT_MAX
    encoded = b"".join(first.to_bytes(8, "big") + last.to_bytes(8, "big") for first, last in runs)
    return extent.length.to_bytes(8, "big") + extent.chain + encoded


def decode_extent(payload: bytes) -> Extent:
    """Return what ``encode_extent`` wrote; the sentinel has checked the bytes."""
    words = [int.from_bytes(payload[i : i + 8], "big") for i in range(40, len(payload), 8)]
    numbers = [
        number
        for first, last in zip(words[::2], words[1::2], strict=True)
        for number in range(first, last + 1)
    ]
    return Extent(tuple(numbers), int.from_bytes(payload[:8], "big"), payload[8:40])


def run_count(numbers: tuple[int, ...]) -> int:
    """Return into how many runs ``numbers`` fall."""
    return len(_runs(numbers))


def _runs(numbers: tuple[int, ...]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] + 1 == number:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs

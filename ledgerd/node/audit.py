"""The audit log: who opened what and who asked this node to act, in lines that hang together.

Rules: one JSON object a line; each carries the hash of the line before it, so that a line taken
out or changed shows (``ledgerctl audit verify``), and the office anchors the head on chain.
Names of institutions and clients, ids of objects: never contents, never a person. A line is written
before the act it tells of goes on; so the beginning of a line at the end, where the power went,
tells of nothing that was done, and goes.

``audit.tail`` says how long the log must be and how its last line reads, so that an end that was
lost or changed shows too. A log that is not what was written is moved aside, never written on; the
new one begins with a line that says so.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from ledgerd.clock import Clock
from ledgerd.errors import StorageCorrupted, StorageWriteFailed
from ledgerd.primitives.hashing import ZERO_HASH
from ledgerd.storage.audit_lines import follow_lines, line_hash
from ledgerd.storage.disk import File, RealDirectory, read_error
from ledgerd.storage.sentinel import Sentinel
from ledgerd.storage.setting_aside import set_aside

TAIL_NAME = "audit.tail"
LINE_BYTES_MAX = 4_096  # one write of this size reaches the file whole or not at all
_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True)

log = structlog.get_logger()


class AuditLog:
    """Appends to ``audit.log``; mode 0600.

    Raises:
        StorageError: the file cannot be opened or read now.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._tail, promise = _open_tail(RealDirectory(path.parent))
        trouble = ""
        try:
            self._last, self._bytes, self._lines = _check(path, promise)
        except StorageCorrupted as error:
            aside = set_aside(path, "damaged") if os.path.lexists(path) else "nothing: it is gone"
            trouble = f"{error}; moved aside as {aside}"
            log.warning("audit log is not what was written; moved aside", reason=trouble)
            self._last, self._bytes, self._lines = ZERO_HASH, 0, 0
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.ftruncate(self._file, self._bytes)
        except OSError as error:
            raise StorageWriteFailed(f"{path.name}: {error.strerror}") from error
        self._promise()
        if trouble:
            self.record("begun_anew", {"reason": trouble[:1_000]})

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return self._lines

    @property
    def head(self) -> bytes:
        """The hash of the last line, which covers all before it."""
        return self._last

    def record_opening(self, reader: str, bill: str, purpose: str) -> None:
        """Note that a sealed part was opened."""
        self.record("opened", {"reader": reader, "bill": bill, "purpose": purpose})

    def record(self, act: str, fields: dict[str, str]) -> None:
        """Append a line."""
        self.record_all(act, (fields,))

    def record_all(self, act: str, lines: Sequence[dict[str, str]]) -> None:
        """Append lines of acts that are asked for together: one write, one promise."""
        at_ms, after = self._clock.wall_ms(), self._last
        encoded: list[bytes] = []
        for fields in lines:
            line = {"at_ms": at_ms, "act": act, **fields, "after": after.hex()}
            data = _ENCODER.encode(line).encode() + b"\n"
            assert len(data) <= LINE_BYTES_MAX
            after = line_hash(data)
            encoded.append(data)
        self._append(b"".join(encoded))
        self._last = after
        self._lines += len(encoded)
        self._promise()

    def _append(self, data: bytes) -> None:
        try:
            written = os.write(self._file, data)
        except OSError as error:
            raise StorageWriteFailed(f"audit.log: {error.strerror}") from error
        if written != len(data):
            raise StorageWriteFailed(f"audit.log: {written} of {len(data)} bytes were written")
        self._bytes += len(data)

    def close(self) -> None:
        os.close(self._file)
        self._tail.close()

    def _promise(self) -> None:
        self._tail.write(self._bytes.to_bytes(8, "big") + self._last)


class _SyncedByTheSystem:
    """A file that outlives its process as it is; after a power cut it may be older.

    The lines themselves are not synced one by one either: syncing would hold up the loop.
    """

    def __init__(self, file: File) -> None:
        self.read_at = file.read_at
        self.write_at = file.write_at
        self.size = file.size
        self.truncate = file.truncate
        self.close = file.close

    def sync(self) -> None:
        """Leave it to the system."""


def _open_tail(folder: RealDirectory) -> tuple[Sentinel, tuple[int, bytes] | None]:
    """Open the sentinel; give the bytes and the last hash that it promises, if it does."""
    is_there = TAIL_NAME in folder.names()
    opened = folder.open(TAIL_NAME) if is_there else folder.create(TAIL_NAME)
    tail = Sentinel(_SyncedByTheSystem(opened))
    payload = tail.read()
    if payload is None:
        if is_there:
            log.warning("audit.tail is not readable; whether audit.log lost its end is not known")
        return tail, None
    return tail, (int.from_bytes(payload[:8], "big"), payload[8:])


def _check(path: Path, promise: tuple[int, bytes] | None) -> tuple[bytes, int, int]:
    """Read all lines; give the hash of the last whole one, the bytes up to its end, the lines.

    Raises:
        StorageCorrupted: a line does not follow, or the log does not reach its promise.
    """
    last, byte_count, line_count = ZERO_HASH, 0, 0
    has_reached = promise in (None, (0, ZERO_HASH))
    for count, named in follow_lines(_whole_lines(path)):
        last, byte_count, line_count = named, byte_count + count, line_count + 1
        has_reached = has_reached or (byte_count, last) == promise
    if not has_reached:
        raise StorageCorrupted(f"audit.log: it does not reach its last line ({byte_count} bytes)")
    return last, byte_count, line_count


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Yield lines with their ends; what the power cut off at the very end is none."""
    try:
        with path.open("rb") as file:
            while line := file.readline(LINE_BYTES_MAX + 1):
                if len(line) > LINE_BYTES_MAX:
                    raise StorageCorrupted("audit.log: it holds something that is no line of it")
                if line.endswith(b"\n"):
                    yield line
    except FileNotFoundError:
        return
    except OSError as error:
        raise read_error("audit.log: reading", error) from error

"""The audit log: who opened what and who asked this node to act, in lines that hang together.

Rules: one JSON object a line; each carries the hash of the line before it, so that a line taken
out or changed shows (``ledgerctl audit verify``). Names of institutions and clients, ids of
objects: never contents, never a person. A line is written before the act it tells of goes on; so
the beginning of a line at the end, where the power went, tells of nothing that was done, and goes.
"""

import json
import os
from pathlib import Path

from ledgerd.clock import Clock
from ledgerd.errors import StorageCorrupted, StorageWriteFailed
from ledgerd.primitives.hashing import ZERO_HASH, Domain, digest

LINE_BYTES_MAX = 4_096  # one write of this size reaches the file whole or not at all


class AuditLog:
    """Appends to ``audit.log``; mode 0600.

    Raises:
        StorageError: the file cannot be opened, or ends in something that is no line of it.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._last, whole_bytes = _read_end(path)
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.ftruncate(self._file, whole_bytes)
        except OSError as error:
            raise StorageWriteFailed(f"{path.name}: {error.strerror}") from error

    def record_opening(self, reader: str, bill: str, purpose: str) -> None:
        """Note that a sealed part was opened."""
        self.record("opened", {"reader": reader, "bill": bill, "purpose": purpose})

    def record(self, act: str, fields: dict[str, str]) -> None:
        """Append a line."""
        line = {"at_ms": self._clock.wall_ms(), "act": act, **fields, "after": self._last.hex()}
        data = json.dumps(line, separators=(",", ":"), sort_keys=True).encode() + b"\n"
        assert len(data) <= LINE_BYTES_MAX
        try:
            written = os.write(self._file, data)
        except OSError as error:
            raise StorageWriteFailed(f"audit.log: {error.strerror}") from error
        if written != len(data):
            raise StorageWriteFailed(f"audit.log: {written} of {len(data)} bytes were written")
        self._last = line_hash(data)

    def close(self) -> None:
        os.close(self._file)


def line_hash(line: bytes) -> bytes:
    """Name a line, with its line end."""
    return digest(Domain.AUDIT, line)


def verify_audit_log(data: bytes) -> int:
    """Check that every line follows the one before; give the number of lines.

    Raises:
        StorageCorrupted: names the first line that does not.
    """
    last = ZERO_HASH
    lines = data.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            after = json.loads(line)["after"]
        except (ValueError, KeyError, TypeError) as error:
            raise StorageCorrupted(f"audit.log: line {number} is no line of this log") from error
        if after != last.hex():
            raise StorageCorrupted(f"audit.log: line {number} does not follow the one before")
        last = line_hash(line)
    return len(lines)


def _read_end(path: Path) -> tuple[bytes, int]:
    """Give the hash of the last whole line, and the bytes up to its end."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 2 * LINE_BYTES_MAX))
            end = file.read()
    except FileNotFoundError:
        return ZERO_HASH, 0
    except OSError as error:
        raise StorageCorrupted(f"{path.name}: {error.strerror}") from error
    whole, line_end, begun = end.rpartition(b"\n")
    if not line_end and size > LINE_BYTES_MAX:
        raise StorageCorrupted(f"{path.name}: ends in something that is no line of it")
    last = whole.rpartition(b"\n")[2] + line_end
    return (line_hash(last) if line_end else ZERO_HASH), size - len(begun)

"""How the lines of an audit log hang together: each carries the hash of the one before it."""

import json
from collections.abc import Iterable, Iterator

from ledgerd.errors import StorageCorrupted
from ledgerd.primitives.hashing import ZERO_HASH, Domain, digest


def line_hash(line: bytes) -> bytes:
    """Name a line, with its line end."""
    return digest(Domain.AUDIT, line)


def verify_audit_log(data: bytes) -> int:
    """Check that every line follows the one before; give the number of lines.

    Raises:
        StorageCorrupted: names the first line that does not.
    """
    return len(heads_of(data))


def heads_of(data: bytes) -> tuple[bytes, ...]:
    """Check that every line follows the one before; give the hash of each.

    Raises:
        StorageCorrupted: names the first line that does not.
    """
    return tuple(named for _, named in follow_lines(data.splitlines(keepends=True)))


def follow_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield length and hash of each line, which must follow the one before."""
    last = ZERO_HASH
    for number, line in enumerate(lines, start=1):
        try:
            after = json.loads(line)["after"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StorageCorrupted(f"audit.log: line {number} is no line of this log") from error
        if after != last.hex():
            raise StorageCorrupted(f"audit.log: line {number} does not follow the one before")
        last = line_hash(line)
        yield len(line), last

"""The importer's journal: every acknowledgement that a node gave, synced before it is counted.

Rules: one JSON object a line, appended with fsync by one writer at a time, before the step counts
as done. So an import that was killed goes on where it was, and a test can compare what clients were
told with what all nodes hold. It holds references, transaction ids and object keys, nothing about a
person. A torn last line (killed while writing) was never counted and is cut off.
"""

import os
import threading
from pathlib import Path
from typing import Final

import msgspec

from ledgerd.errors import ConfigError

JOURNAL_BYTES_MAX: Final = 256 << 20  # a million acknowledgements


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a node answered to one act.

    Attributes:
        client_ref: the caller's key of the act.
        act: which act it was, as ``noun_verb``.
        reason: ``OK`` or the reject code.
        tx_id: hex; empty when the act made none.
        height: of the block that holds it; 0 when that is not known.
        object: what it made or moved: hex, or ``code-number`` of a bill.
    """

    client_ref: str
    act: str
    reason: str
    tx_id: str = ""
    height: int = 0
    object: str = ""


class Journal:
    """The acknowledgements of one import, on disk; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._entries = {entry.client_ref: entry for entry in read_journal(path)}
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(self._file, _whole_bytes(path))

    def close(self) -> None:
        os.close(self._file)

    def find(self, client_ref: str) -> Acknowledgement | None:
        """Return what was answered to an act before, None when nothing was."""
        with self._lock:
            return self._entries.get(client_ref)

    def entries(self) -> tuple[Acknowledgement, ...]:
        """Return all acknowledgements, in the order in which they came."""
        with self._lock:
            return tuple(self._entries.values())

    def add(self, entry: Acknowledgement) -> None:
        """Write an acknowledgement down; it is durable when this returns."""
        line = msgspec.json.encode(entry) + b"\n"
        with self._lock:
            assert os.write(self._file, line) == len(line)
            os.fsync(self._file)
            self._entries[entry.client_ref] = entry


def read_journal(path: Path) -> tuple[Acknowledgement, ...]:
    """Read a journal in the order of writing; a missing one is empty, a torn last line is left out.

    Raises:
        ConfigError: too large, or a whole line is not an acknowledgement.
    """
    data = _bytes_of(path)[: _whole_bytes(path)]
    entries: list[Acknowledgement] = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            entries.append(msgspec.json.decode(line, type=Acknowledgement))
        except msgspec.MsgspecError as error:
            raise ConfigError(f"{path.name}: line {number} is no acknowledgement") from error
    return tuple(entries)


def _bytes_of(path: Path) -> bytes:
    if not path.exists():
        return b""
    if path.stat().st_size > JOURNAL_BYTES_MAX:
        raise ConfigError(f"{path.name}: larger than {JOURNAL_BYTES_MAX} bytes")
    return path.read_bytes()


def _whole_bytes(path: Path) -> int:
    return _bytes_of(path).rfind(b"\n") + 1

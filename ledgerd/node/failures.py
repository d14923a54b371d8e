"""Ends with exit code 70, remembered: a node that keeps failing begins its chain anew.

Rules: a supervisor restarts the node; restart recovers from most things. The third failure within
ten minutes says that it does not recover from this one: then the chain, which peers have too, is
moved aside and fetched again. Never the vote log, never the offices' store.

Source: architecture.md section 4.
"""

import json
from pathlib import Path

import structlog

from ledgerd.config import HomePaths
from ledgerd.errors import StorageCorrupted

WINDOW_MS = 600_000  # failures further apart have reasons of their own
COUNT_MAX = 3  # restarting helped against none of so many
KEPT_COUNT = 10

log = structlog.get_logger()


class FailureBook:
    """Times of the last failures of one home."""

    def __init__(self, paths: HomePaths) -> None:
        self._file = paths.home / "data" / "failures.json"
        self._chain = paths.chain

    def note(self, now_ms: int) -> None:
        """Remember a failure; one that cannot be written down is not counted."""
        times = [*self._times(), now_ms][-KEPT_COUNT:]
        try:
            self._file.write_text(json.dumps(times), encoding="ascii")
        except OSError as error:
            log.warning("failure not noted", reason=error.strerror)

    def is_repeated(self, now_ms: int) -> bool:
        """Say whether restarting has not helped."""
        recent = [at for at in self._times() if 0 <= now_ms - at < WINDOW_MS]
        return len(recent) >= COUNT_MAX

    def begin_anew(self) -> None:
        """Move the chain aside and forget the failures. The home must be locked by the caller.

        Raises:
            StorageCorrupted: it cannot be moved.
        """
        number = 1
        while (aside := self._chain.with_name(f"{self._chain.name}.failing-{number}")).exists():
            number += 1
        try:
            if self._chain.exists():
                self._chain.rename(aside)
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise StorageCorrupted(f"moving the chain aside failed: {error.strerror}") from error
        log.warning("failed three times within ten minutes; chain moved aside", aside=aside.name)

    def _times(self) -> list[int]:
        try:
            times = json.loads(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return []
        return [at for at in times if isinstance(at, int)] if isinstance(times, list) else []


def book_of(home: Path) -> FailureBook:
    """Open the book of a home."""
    return FailureBook(HomePaths(home))

"""Read leases: closing waits until nobody reads, and nobody begins to read after that.

LevelDB closed during a read may crash the process; so each read is inside a lease.
"""

import threading
from types import TracebackType

from ledgerd.storage.kv import StoreClosed


class ReadLeases:
    """A context manager to enter around each read, from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reader_count = 0
        self._is_closed = False

    def __enter__(self) -> None:
        with self._changed:
            if self._is_closed:
                raise StoreClosed("the store is closed")
            self._reader_count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._changed:
            self._reader_count -= 1
            if self._is_closed and self._reader_count == 0:
                self._changed.notify_all()

    def refuse_and_wait(self) -> None:
        """Refuse new leases and wait until the running ones have ended."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: self._reader_count == 0)

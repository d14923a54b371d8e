"""Read leases: closing waits until nobody reads, and nobody begins to read after that.

LevelDB closed during a read may crash the process; so each read is inside a lease. A state read
costs a microsecond or two, a lease may cost little of that: so there is no lock on the way. Each of
the steps below is atomic in CPython, and their order is what makes them safe: a reader shows itself
before it looks whether the store is closed, the closer closes before it looks for readers. Whoever
comes second sees the other.
"""

import threading
from collections import deque
from types import TracebackType

from ledgerd.storage.kv import StoreClosed


class ReadLeases:
    """A context manager to enter around each read, from any thread."""

    def __init__(self) -> None:
        self._readers: deque[None] = deque()  # one entry for each lease: a count without a lock
        self._is_closed = False
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        self._readers.append(None)
        if self._is_closed:
            self.__exit__(None, None, None)
            raise StoreClosed("the store is closed")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._readers.pop()
        if self._is_closed:
            with self._changed:
                self._changed.notify_all()

    def refuse_and_wait(self) -> None:
        """Refuse new leases and wait until the running ones have ended."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: not self._readers)

"""One process per home: a second one with the same keys would promise against the first."""

import fcntl
import os
from pathlib import Path

from ledgerd.errors import StorageWriteFailed
from ledgerd.storage.kv import StoreLocked

LOCK_NAME = "LOCK"


class HomeLock:
    """Holds a home until ``release`` or the end of the process. Taken before anything is read."""

    def __init__(self, home: Path) -> None:
        """Take the lock.

        Raises:
            StoreLocked: another process has this home.
            StorageWriteFailed: the lock file cannot be made.
        """
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(home / LOCK_NAME, flags, 0o600)
        except OSError as error:
            raise StorageWriteFailed(f"making {LOCK_NAME} failed: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise StoreLocked(f"another process uses {home}") from error
        except OSError as error:
            os.close(self._descriptor)
            raise StorageWriteFailed(f"locking {LOCK_NAME} failed: {error.strerror}") from error

    def release(self) -> None:
        """Give the home free. The file stays: removing it would let two processes lock it."""
        os.close(self._descriptor)

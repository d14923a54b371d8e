"""Directories and files as the logs need them, and where the operating system's errors end.

Rules: a failed write or sync is ``StorageWriteFailed``. A read that failed is ``StorageCorrupted``
when it shows that something is not there any more, else ``StorageUnavailable``: whoever is out of
descriptors has lost nothing. No other exception leaves. What is written is durable after ``sync``;
a name is durable after its directory's ``sync``. Tests put a simulated disk in the place of
``RealDirectory``.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from ledgerd.errors import StorageCorrupted, StorageError, StorageUnavailable, StorageWriteFailed
from ledgerd.primitives.tally import TALLY

# What says that something is gone or in pieces; everything else may pass by itself.
_DAMAGE: Final = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EBADMSG, errno.EUCLEAN}
)

_Result = TypeVar("_Result")


class File(Protocol):
    """An open file."""

    def read_at(self, offset: int, count: int) -> bytes:
        """Return ``count`` bytes from ``offset``, fewer only where the file ends."""
        ...

    def write_at(self, offset: int, data: bytes) -> None:
        """Write all of ``data``. Not durable before ``sync``."""
        ...

    def size(self) -> int: ...

    def truncate(self, size: int) -> None:
        """Cut the file, or lengthen it with zeros, which take no room before they are written."""
        ...

    def sync(self) -> None:
        """Make the contents and the size durable."""
        ...

    def close(self) -> None: ...


class Directory(Protocol):
    """A directory that one log owns."""

    def names(self) -> list[str]:
        """Return the names of its files, sorted."""
        ...

    def create(self, name: str) -> File:
        """Create an empty file that must not exist yet."""
        ...

    def open(self, name: str) -> File:
        """Open a file that must exist."""
        ...

    def rename(self, old: str, new: str) -> None: ...

    def remove(self, name: str) -> None: ...

    def sync(self) -> None:
        """Make names durable."""
        ...


def read_error(what: str, error: OSError) -> StorageError:
    """Translate a failed read: is something lost, or only not to be had now?"""
    kind = StorageCorrupted if error.errno in _DAMAGE else StorageUnavailable
    return kind(f"{what} failed: {error.strerror}")


def tell_of_damage(words: str) -> bool:
    """Judge an error of which only the words are left, as LevelDB passes them on.

    EINVAL comes of mapping a table that was cut to nothing.
    """
    return any(os.strerror(number) in words for number in (*_DAMAGE, errno.EINVAL))


def _reading(what: str, action: Callable[[], _Result]) -> _Result:
    try:
        return action()
    except OSError as error:
        raise read_error(what, error) from error


def _writing(what: str, action: Callable[[], _Result]) -> _Result:
    try:
        return action()
    except OSError as error:
        raise StorageWriteFailed(f"{what} failed: {error.strerror}") from error


class RealFile:
    """A file of the operating system."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._name = name

    def read_at(self, offset: int, count: int) -> bytes:
        parts = []
        while count > 0:
            part = _reading(
                f"reading {self._name}",
                lambda: os.pread(self._descriptor, count, offset),  # noqa: B023  called at once
            )
            if not part:
                break
            parts.append(part)
            offset += len(part)
            count -= len(part)
        return b"".join(parts)

    def write_at(self, offset: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = _writing(
                f"writing {self._name}",
                lambda: os.pwrite(self._descriptor, view, offset),  # noqa: B023  called at once
            )
            view = view[written:]
            offset += written

    def size(self) -> int:
        return _reading(f"asking {self._name}", lambda: os.fstat(self._descriptor).st_size)

    def truncate(self, size: int) -> None:
        _writing(f"cutting {self._name}", lambda: os.ftruncate(self._descriptor, size))

    def sync(self) -> None:
        _writing(f"syncing {self._name}", lambda: os.fdatasync(self._descriptor))
        TALLY.file_syncs += 1

    def close(self) -> None:
        _writing(f"closing {self._name}", lambda: os.close(self._descriptor))


class RealDirectory:
    """A directory of the operating system; mode 0700, its files 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def make(cls, path: Path) -> "RealDirectory":
        """Make a directory, its name durable; it may be there already."""

        def make() -> None:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            cls(path.parent).sync()

        _writing(f"making {path.name}", make)
        return cls(path)

    def names(self) -> list[str]:
        def find() -> list[str]:
            return sorted(os.listdir(self._path)) if self._path.is_dir() else []

        return _reading(f"listing {self._path.name}", find)

    def create(self, name: str) -> RealFile:
        return self._open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, _writing)

    def open(self, name: str) -> RealFile:
        return self._open(name, os.O_RDWR, _reading)

    def _open(
        self, name: str, flags: int, guard: Callable[[str, Callable[[], int]], int]
    ) -> RealFile:
        path = self._path / name
        what = f"opening {self._path.name}/{name}"
        return RealFile(guard(what, lambda: os.open(path, flags | os.O_CLOEXEC, 0o600)), name)

    def rename(self, old: str, new: str) -> None:
        _writing(f"renaming {old}", lambda: os.rename(self._path / old, self._path / new))

    def remove(self, name: str) -> None:
        _writing(f"removing {name}", lambda: os.unlink(self._path / name))

    def sync(self) -> None:
        def sync() -> None:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

        _writing(f"syncing {self._path.name}", sync)

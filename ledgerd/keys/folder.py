"""Reading and writing below ``keys/``: modes are checked, files appear whole or not at all.

Rules: folders 0700, files 0600, owned by who runs the node, no links; anything wider is refused,
for a key that others could read has to be thought stolen. Source: reliability.md section 6.
"""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ledgerd.errors import ConfigError

FILE_BYTES_MAX: Final = 16 << 10  # a key file has less than 1 KiB
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_UMASK: Final = 0o077


def restrict_umask() -> None:
    """Let nothing that this process creates be read by others; the first act of each program."""
    os.umask(_UMASK)


def create_folder(path: Path) -> None:
    """Make one new folder that only its owner may enter.

    Raises:
        ConfigError: it is there already, or cannot be made.
    """
    try:
        path.mkdir(mode=_FOLDER_MODE)
        path.chmod(_FOLDER_MODE)  # whatever the umask says
    except OSError as error:
        raise ConfigError(f"{path}: cannot be created ({type(error).__name__})") from error


def verify_folder(path: Path) -> None:
    """Check that a folder is one, ours, and closed to others.

    Raises:
        ConfigError: says what was found and how to put it right.
    """
    _verify_mode(path, _stat(path), _FOLDER_MODE, is_kind=stat.S_ISDIR)


def write_new(path: Path, data: bytes) -> None:
    """Write a new file, synced; an existing one is never replaced. Then ``sync_folder``.

    Raises:
        ConfigError: it is there already, or cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.unlink(missing_ok=True)  # of a process that died in between
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename this fails when the name is taken
        draft.unlink()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({type(error).__name__})") from error


def replace(path: Path, target: Path) -> None:
    """Put a file in the place of another one, synced.

    Raises:
        ConfigError: the disk refuses.
    """
    try:
        path.replace(target)
    except OSError as error:
        raise ConfigError(f"{target}: cannot be replaced ({type(error).__name__})") from error
    sync_folder(target.parent)


def remove_draft(path: Path) -> None:
    """Remove what a process left that died while it filled a new folder.

    Raises:
        ConfigError: the disk refuses.
    """
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path}: cannot be removed ({type(error).__name__})") from error


def put_in_place(draft: Path, path: Path) -> None:
    """Give a filled folder its name, durably; it appears whole or not at all.

    Raises:
        ConfigError: the name is taken, or the disk refuses.
    """
    try:
        draft.rename(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be put in place ({type(error).__name__})") from error
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names of new files durable.

    Raises:
        ConfigError: the disk refuses.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be synced ({type(error).__name__})") from error


def read(path: Path) -> bytes:
    """Read a file that only its owner may read.

    Raises:
        ConfigError: missing, no plain file, open to others, or larger than any key.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be opened ({type(error).__name__})") from error
    with os.fdopen(descriptor, "rb") as file:
        _verify_mode(path, os.fstat(file.fileno()), _FILE_MODE, is_kind=stat.S_ISREG)
        data = file.read(FILE_BYTES_MAX + 1)
    if len(data) > FILE_BYTES_MAX:
        raise ConfigError(f"{path}: above {FILE_BYTES_MAX} bytes, no key file is")
    return data


def _stat(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be found ({type(error).__name__})") from error


def _verify_mode(
    path: Path, found: os.stat_result, wanted: int, *, is_kind: Callable[[int], bool]
) -> None:
    if not is_kind(found.st_mode):
        raise ConfigError(f"{path}: is not of the kind it should be (a link, or file for folder)")
    mode = stat.S_IMODE(found.st_mode)
    if mode & ~wanted:
        raise ConfigError(f"{path}: mode is {mode:04o}, at most {wanted:04o} is allowed (chmod)")
    if found.st_uid != os.geteuid():
        raise ConfigError(f"{path}: belongs to user {found.st_uid}, not to {os.geteuid()}")

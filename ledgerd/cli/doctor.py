"""Checks of a home that need no node: configuration, keys, genesis, disk, file limit.

Rules: every check is ok, warning or failure with one line of advice; a check never changes
anything.
"""

import os
import resource
import shutil
from collections.abc import Callable, Iterator

from ledgerd.chain.genesis import genesis_hash
from ledgerd.cli.homes import Home
from ledgerd.errors import LedgerdError
from ledgerd.rpc.answers import Check

FILES_MIN = 1_024  # LevelDB, links and connections together
SOCKET_PATH_BYTES_MAX = 107  # of the operating system


def local_checks(home: Home) -> Iterator[Check]:
    """Run every check on a home."""
    yield _guarded("configuration", lambda: home.config.institution)
    yield _guarded("keys", lambda: f"{len(home.keys.own.roles)} operator keys")
    yield _guarded("genesis", lambda: genesis_hash(home.genesis).hex())
    yield from _disk(home)
    yield _files()
    yield _socket(home)


def _guarded(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, result="ok", advice=look())
    except LedgerdError as error:
        return Check(name=name, result="failure", advice=str(error))


def _disk(home: Home) -> Iterator[Check]:
    try:
        needed = home.config.storage.free_bytes_min
    except LedgerdError:
        return  # the configuration's own check says so
    free = shutil.disk_usage(home.path).free
    result = "ok" if free > 2 * needed else "warning" if free > needed else "failure"
    advice = f"{free >> 20} MiB free; below {needed >> 20} MiB the node accepts nothing new"
    yield Check(name="disk", result=result, advice=advice)


def _files() -> Check:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    result = "ok" if soft >= FILES_MIN else "warning"
    return Check(name="open files", result=result, advice=f"limit {soft}, at least {FILES_MIN}")


def _socket(home: Home) -> Check:
    length = len(os.fsencode(home.path.resolve() / "rpc.sock"))
    result = "ok" if length <= SOCKET_PATH_BYTES_MAX else "failure"
    advice = f"path of {length} bytes, at most {SOCKET_PATH_BYTES_MAX}: choose a shorter home"
    return Check(
        name="socket", result=result, advice=advice if result != "ok" else f"{length} bytes"
    )

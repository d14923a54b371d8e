"""``db``: the files of a stopped node.

Rules: nothing is changed or repaired; the home's lock is held, so that no node starts meanwhile.
"""

from collections.abc import Iterator
from typing import Final

import click
import msgspec

from ledgerd.cli.output import show_rows
from ledgerd.cli.session import Session
from ledgerd.config import HomePaths
from ledgerd.storage import schema
from ledgerd.storage.home_lock import HomeLock
from ledgerd.storage.kv import EVERYTHING, iterate
from ledgerd.storage.leveldb import open_leveldb


class StoreView(msgspec.Struct, frozen=True):
    """One store that was read from its first to its last key."""

    store: str
    keys: int
    value_bytes: int


@click.group()
def db() -> None:
    """Stores of a stopped node."""


@db.command()
@click.pass_obj
def check(session: Session, /) -> None:
    """Read every value of every store against its digest; exit 9 when one is damaged."""
    lock = HomeLock(session.home.path)
    try:
        show_rows(list(_checked(HomePaths(session.home.path))), session.options.output)
    finally:
        lock.release()


def _checked(paths: HomePaths) -> Iterator[StoreView]:
    stores: Final = {
        schema.CHAIN_STORE: paths.chain,
        schema.SIDECAR_STORE: paths.sidecars,
        schema.OFFICE_STORE: paths.offices,
    }
    for name, path in stores.items():
        store = open_leveldb(path, name)
        try:
            count = value_bytes = 0
            for _, value in iterate(store, EVERYTHING):
                count += 1
                value_bytes += len(value)
        finally:
            store.close()
        yield StoreView(name.decode("ascii"), count, value_bytes)

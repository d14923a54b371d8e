"""How much of a store is read before it is used: what must agree, or every single row.

Rules: nothing is changed or repaired. Whoever asks for everything has a reason to doubt the disk:
then what it cannot read counts as damage too.

Source: architecture.md section 4.
"""

import enum
import errno
import itertools
import os
from pathlib import Path

import structlog

from ledgerd.errors import StorageCorrupted, StorageError, StorageUnavailable
from ledgerd.primitives.state_tree import StateTree
from ledgerd.storage import schema
from ledgerd.storage.block_store import BlockStore
from ledgerd.storage.kv import KeyValueStore, check_store, iterate, prefix_span
from ledgerd.storage.leveldb import LevelDbStore, open_or_create_leveldb
from ledgerd.storage.setting_aside import set_aside
from ledgerd.storage.state_store import StateStore

log = structlog.get_logger()


class Scrutiny(enum.Enum):
    """How much of a store is read before it is used."""

    USUAL = "usual"
    WHOLE = "whole"  # everything, after ends that may have come from damage


def open_scrutinised(path: Path, name: bytes, scrutiny: Scrutiny = Scrutiny.USUAL) -> LevelDbStore:
    """Open a store, made first where none is; read every row when everything is in doubt.

    Raises:
        StorageCorrupted: it is damaged; when all is in doubt also what the disk cannot read.
        StorageUnavailable: it cannot be read now.
        StorageWriteFailed: the disk refuses.
    """
    try:
        store = open_or_create_leveldb(path, name)
        if scrutiny is Scrutiny.WHOLE:
            _check_rows(store, name)
    except StorageUnavailable as error:
        if scrutiny is Scrutiny.WHOLE and os.strerror(errno.EIO) in str(error):
            raise StorageCorrupted(f"the disk cannot read it: {error}") from error
        raise
    return store


def _check_rows(store: LevelDbStore, name: bytes) -> None:
    try:
        count = check_store(store)
    except StorageError:
        store.close()
        raise
    log.info("store read whole", store=name.decode("ascii"), rows=count)


def set_damaged_aside(path: Path, reason: StorageCorrupted) -> None:
    """Move a damaged store aside and say so; whoever calls makes a new one.

    Raises:
        StorageWriteFailed: the disk refuses.
    """
    aside = set_aside(path, "damaged")
    log.warning("store damaged; moved aside", store=path.name, reason=str(reason), aside=aside)


def check_chain(database: KeyValueStore, blocks: BlockStore, state: StateStore) -> None:
    """Check that no block is missing, and that the latest values are those of the tree.

    Raises:
        StorageCorrupted: something is missing or wrong.
    """
    tip = blocks.tip
    assert tip is not None
    blocks.check_recent(tip.height + 1)
    rows = iterate(database, prefix_span(schema.LEAF_PREFIX))
    latest = ((key[len(schema.LEAF_PREFIX) :], value) for key, value in rows)
    of_record = StateTree(state, tip.state_root, tip.height).items()
    pairs = itertools.zip_longest(latest, of_record)
    if any(found != expected for found, expected in pairs):
        raise StorageCorrupted("the latest values are not those of the state tree")

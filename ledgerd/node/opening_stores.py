"""Opening what lies beside the chain: sidecars, and what the offices remember.

Rules: damaged sidecars are moved aside and fetched again. What only this node knows, the offices'
store, is never begun anew in silence: lost or damaged, it stops the start with words that say what
to do, until an operator accepts the loss.

Source: architecture.md section 4.
"""

from pathlib import Path

import structlog

from ledgerd.errors import ConfigError, StorageCorrupted
from ledgerd.node.scrutiny import Scrutiny, open_scrutinised, set_damaged_aside
from ledgerd.storage import schema
from ledgerd.storage.kv import KeyValueStore
from ledgerd.storage.leveldb import exists_leveldb

ANEW_SUFFIX = ".begin-anew"  # of the file with which an operator accepts an empty offices' store

log = structlog.get_logger()


def open_sidecars(path: Path, scrutiny: Scrutiny) -> KeyValueStore:
    """Open the sidecars; move damaged ones aside and begin with none."""
    try:
        return open_scrutinised(path, schema.SIDECAR_STORE, scrutiny)
    except StorageCorrupted as error:
        set_damaged_aside(path, error)
        return open_scrutinised(path, schema.SIDECAR_STORE)


def open_offices(path: Path, lived_to: int | None, scrutiny: Scrutiny) -> KeyValueStore:
    """Open the offices' store; make it in a new home only, or when an operator accepts the loss.

    What the offices have promised and not yet sent stands nowhere else. ``lived_to`` is the height
    of a node that is not new.

    Raises:
        ConfigError: it is missing or damaged, and nobody has accepted that.
    """
    accepted = path.with_name(path.name + ANEW_SUFFIX)
    if not exists_leveldb(path) and lived_to is not None and not accepted.exists():
        raise ConfigError(
            f"{path}: missing, though this node has lived to height {lived_to}: what its "
            f"offices had not sent yet, and where they stood, is lost. {_what_to_do(accepted)}"
        )
    try:
        store = open_scrutinised(path, schema.OFFICE_STORE, scrutiny)
    except StorageCorrupted as error:
        if not accepted.exists():
            raise ConfigError(
                f"{path}: damaged ({error}). Nobody else has what the offices had not sent yet, "
                f"and where they stood. {_what_to_do(accepted)}"
            ) from error
        set_damaged_aside(path, error)
        store = open_scrutinised(path, schema.OFFICE_STORE)
    if accepted.exists():
        log.warning("the offices begin anew where nothing is left, as an operator accepted")
        accepted.unlink()
    return store


def _what_to_do(accepted: Path) -> str:
    return (
        "Put it back from a backup; or, to go on without it, make an empty file "
        f"{accepted.name} beside it"
    )

"""Opening a home, in the one order that is safe, before anything is said to anybody.

    lock · key modes · crypto self-test · genesis · vote log against its sentinel · bundle log ·
    chain · height, root and header agree · after an unclean end the last blocks · replay · peers

Rules: a vote log that is missing, short or damaged is never made anew for the same key: the node
follows as an observer and says so. A damaged ``chain/`` is moved aside (never the vote log) and
fetched again from peers. Nothing is repaired in place.

Source: architecture.md section 4; consensus.md section 6.
"""

from dataclasses import dataclass, field
from pathlib import Path

import structlog

from consensus import DecodeError as RecordError
from consensus import Record
from consensus.codec import decode_record
from ledgerd.chain.block import Block, decode_header, header_hash
from ledgerd.chain.genesis import Genesis, decode_genesis, genesis_header
from ledgerd.chain.trust import Epoch, first_epoch
from ledgerd.config import HomePaths
from ledgerd.errors import (
    ConfigError,
    DecodeError,
    StorageCorrupted,
    StorageError,
    VerificationFailed,
)
from ledgerd.keys.keyring import KeyRing
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.node.opening_logs import OpenedLogs, open_logs
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.state_tree import StateTree
from ledgerd.storage import schema
from ledgerd.storage.block_store import BlockStore, BlockWrite
from ledgerd.storage.home_lock import HomeLock
from ledgerd.storage.indexes import Indexes
from ledgerd.storage.kv import KeyValueStore
from ledgerd.storage.leveldb import LevelDbStore, create_leveldb, exists_leveldb, open_leveldb
from ledgerd.storage.sealed_store import SealedStore
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.sidecar_store import SidecarStore
from ledgerd.storage.state_store import StateStore, StateWrite

RECENT_BLOCK_COUNT = 1_000  # read whole after an unclean end: what a lost cache could have touched
CACHE_BYTES = 64 << 20  # state leaves in memory, when the configuration does not say
ASIDE_COUNT_MAX = 100  # damaged chains kept beside; an operator should have looked by then

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ChainStores:
    """The stores of the chain, open and agreeing with each other."""

    database: KeyValueStore
    blocks: BlockStore
    state: StateStore
    indexes: Indexes


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """Everything of a home, open.

    Attributes:
        self_id: own replica index, None when this institution is no validator.
        records: of the vote log, decoded; empty for observers and broken logs.
        is_log_damaged: this key may have forgotten promises: it never votes again.
    """

    paths: HomePaths
    genesis: Genesis
    epoch: Epoch
    keys: KeyRing
    self_id: int | None
    chain: ChainStores
    sidecars: SidecarStore
    sidecar_database: KeyValueStore
    offices: SealedStore
    office_database: KeyValueStore
    logs: OpenedLogs
    records: tuple[Record, ...] = field(repr=False)
    is_log_damaged: bool
    lock: HomeLock

    def close(self) -> None:
        """Close everything, in the order opposite to opening."""
        self.logs.close()
        for database in (self.office_database, self.sidecar_database, self.chain.database):
            database.close()
        self.lock.release()


def read_genesis(path: Path) -> Genesis:
    """Read and check ``genesis.json``.

    Raises:
        ConfigError: missing, or not a genesis file.
    """
    try:
        return decode_genesis(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (DecodeError, VerificationFailed) as error:
        raise ConfigError(f"{path}: {error}") from error


def open_home(paths: HomePaths, institution: str, cache_bytes: int = CACHE_BYTES) -> OpenedHome:
    """Open a home.

    Raises:
        ConfigError: keys or genesis are missing, damaged or not those of this institution.
        StoreLocked: another process has this home.
        StorageError: what is stored cannot be used, or the disk refuses.
    """
    lock = HomeLock(paths.home)
    keys = KeyRing.open(paths.keys)
    if keys.institution_id != institution:
        raise ConfigError(
            f"{paths.keys}: keys of {keys.institution_id}, config.toml names {institution}"
        )
    genesis = read_genesis(paths.genesis)
    epoch = first_epoch(genesis)
    self_id = _own_index(epoch, keys)
    logs = open_logs(paths, epoch.membership.chain, keys.consensus.public_key, self_id)
    records = _decode_records(logs.records)
    chain = open_chain_or_begin_anew(paths.chain, genesis, cache_bytes)
    sidecar_database = _open_or_create(paths.sidecars, schema.SIDECAR_STORE)
    office_database = _open_or_create(paths.offices, schema.OFFICE_STORE)
    return OpenedHome(
        paths=paths,
        genesis=genesis,
        epoch=epoch,
        keys=keys,
        self_id=self_id,
        chain=chain,
        sidecars=SidecarStore(sidecar_database),
        sidecar_database=sidecar_database,
        offices=SealedStore(office_database, keys.storage_key),
        office_database=office_database,
        logs=logs,
        records=records,
        is_log_damaged=self_id is not None and logs.state is not LogState.INTACT,
        lock=lock,
    )


def _own_index(epoch: Epoch, keys: KeyRing) -> int | None:
    for index, member in enumerate(epoch.record.members):
        if member.institution_id == keys.institution_id:
            if member.consensus_key != keys.consensus.public_key:
                raise ConfigError("keys/consensus.json is not the key that genesis names")
            return index
    return None


def _decode_records(stored: tuple[bytes, ...]) -> tuple[Record, ...]:
    try:
        return tuple(decode_record(data) for data in stored)
    except RecordError as error:
        raise StorageCorrupted(f"vote log: a record cannot be read: {error}") from error


def open_chain_or_begin_anew(path: Path, genesis: Genesis, cache_bytes: int) -> ChainStores:
    """Open the chain; move a damaged one aside and begin with genesis again."""
    try:
        return open_chain(path, genesis, cache_bytes)
    except StorageCorrupted as error:
        aside = _move_aside(path)
        log.warning("chain damaged; moved aside, fetched again", reason=str(error), aside=aside)
        return open_chain(path, genesis, cache_bytes)


def open_chain(path: Path, genesis: Genesis, cache_bytes: int = CACHE_BYTES) -> ChainStores:
    """Open the stores of the chain, write genesis if nothing is there, and check that they agree.

    Raises:
        StorageCorrupted: they do not.
        ConfigError: the chain on disk began with another genesis.
    """
    database = _open_or_create(path, schema.CHAIN_STORE)
    try:
        state = StateStore(database, leaf_cache_bytes=cache_bytes)
        indexes = Indexes(database)
        blocks = BlockStore(database, state, indexes)
        if blocks.tip is None:
            _write_genesis(blocks, state, genesis)
        _check_agreement(blocks, state, genesis)
        if not database.was_clean:
            blocks.check_recent(RECENT_BLOCK_COUNT)
    except (StorageError, ConfigError):
        database.close()
        raise
    return ChainStores(database, blocks, state, indexes)


def _write_genesis(blocks: BlockStore, state: StateStore, genesis: Genesis) -> None:
    values = genesis_state(genesis)
    update = StateTree(state).update(values, 0)
    header = genesis_header(genesis, update.root)
    blocks.commit(
        BlockWrite(
            height=0,
            header_hash=header_hash(header),
            header=encode(header),
            block=encode(Block(header=header, batch=b"\x00", bundles=())),
            state=StateWrite(update.root, update.new_nodes, tuple(update.superseded), values),
        )
    )


def _check_agreement(blocks: BlockStore, state: StateStore, genesis: Genesis) -> None:
    tip = blocks.tip
    assert tip is not None
    first, last = blocks.header(0), blocks.header(tip.height)
    if first is None or last is None:
        raise StorageCorrupted("the first or the last header is missing")
    begun = decode_header(first)
    if begun != genesis_header(genesis, begun.state_root):
        raise ConfigError("the chain on disk began with another genesis file")
    header = decode_header(last)
    if (header.height, header_hash(header)) != (tip.height, tip.header_hash):
        raise StorageCorrupted(f"the header of block {tip.height} is not the one of the tip")
    if header.state_root != tip.state_root:
        raise StorageCorrupted(f"the state root at height {tip.height} is not the header's")
    tree = StateTree(state, tip.state_root, tip.height)
    next(tree.items(), None)  # reads the path to the first leaf and checks its hashes


def _open_or_create(path: Path, name: bytes) -> LevelDbStore:
    if not exists_leveldb(path):
        create_leveldb(path, name)
    return open_leveldb(path, name)


def _move_aside(path: Path) -> str:
    for number in range(1, ASIDE_COUNT_MAX):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not aside.exists():
            path.rename(aside)
            return aside.name
    raise StorageCorrupted(f"{ASIDE_COUNT_MAX} damaged chains lie beside; an operator must look")

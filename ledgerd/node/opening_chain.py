"""Opening the stores of the chain, and checking that they agree with each other and with genesis.

Rules: genesis is written where nothing is; a damaged ``chain/`` is moved aside and begun anew, for
peers have all of it; nothing is repaired in place. After an unclean end the last blocks are read
whole before anything is said to anybody.

Source: architecture.md section 4.
"""

from dataclasses import dataclass
from pathlib import Path

from ledgerd.chain.block import Block, decode_header, header_hash
from ledgerd.chain.genesis import Genesis, genesis_header
from ledgerd.errors import ConfigError, StorageCorrupted, StorageError
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.node.scrutiny import Scrutiny, check_chain, open_scrutinised, set_damaged_aside
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.state_tree import StateTree
from ledgerd.storage import schema
from ledgerd.storage.block_store import BlockStore, BlockWrite
from ledgerd.storage.indexes import Indexes
from ledgerd.storage.kv import KeyValueStore
from ledgerd.storage.state_store import StateStore, StateWrite

RECENT_BLOCK_COUNT = 1_000  # read whole after an unclean end: what a lost cache could have touched
CACHE_BYTES = 64 << 20  # state leaves in memory, when the configuration does not say


@dataclass(frozen=True, slots=True)
class ChainStores:
    """The stores of the chain, open and agreeing with each other."""

    database: KeyValueStore
    blocks: BlockStore
    state: StateStore
    indexes: Indexes

    @property
    def height(self) -> int:
        """Of the last block; genesis is there at least."""
        tip = self.blocks.tip
        assert tip is not None
        return tip.height


def open_chain_or_begin_anew(
    path: Path, genesis: Genesis, cache_bytes: int, scrutiny: Scrutiny = Scrutiny.USUAL
) -> ChainStores:
    """Open the chain; move a damaged one aside and begin with genesis again."""
    try:
        return open_chain(path, genesis, cache_bytes, scrutiny)
    except StorageCorrupted as error:
        set_damaged_aside(path, error)
        return open_chain(path, genesis, cache_bytes)


def open_chain(
    path: Path,
    genesis: Genesis,
    cache_bytes: int = CACHE_BYTES,
    scrutiny: Scrutiny = Scrutiny.USUAL,
) -> ChainStores:
    """Open the stores of the chain, write genesis if nothing is there, and check that they agree.

    Raises:
        StorageCorrupted: they do not.
        StorageUnavailable: they cannot be read now.
        ConfigError: the chain on disk began with another genesis.
    """
    database = open_scrutinised(path, schema.CHAIN_STORE, scrutiny)
    try:
        state = StateStore(database, leaf_cache_bytes=cache_bytes)
        indexes = Indexes(database)
        blocks = BlockStore(database, state, indexes)
        if blocks.tip is None:
            _write_genesis(blocks, state, genesis)
        _check_agreement(blocks, state, genesis)
        if scrutiny is Scrutiny.WHOLE:
            check_chain(database, blocks, state)
        elif not database.was_clean:
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

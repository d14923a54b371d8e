"""Opening the chain: it agrees with itself and with genesis, or is not used."""

from pathlib import Path

import msgspec
import pytest

from ledgerd.chain.block import decode_block, header_hash
from ledgerd.chain.genesis import genesis_header
from ledgerd.errors import ConfigError, StorageCorrupted, StorageUnavailable
from ledgerd.node.executor import Executor
from ledgerd.node.opening_chain import ChainStores, open_chain, open_chain_or_begin_anew
from ledgerd.node.scrutiny import Scrutiny
from ledgerd.storage import schema
from ledgerd.storage.kv import WriteBatch
from ledgerd.storage.leveldb import SENTINEL_NAME, open_or_create_leveldb
from ledgerd.storage.sidecar_store import SidecarStore
from tests.damage.full_disk import no_more_descriptors
from tests.unit.ledgerd.node.samples import allot, genesis, signed
from tests.unit.ledgerd.node.worlds import Chain

CACHE_BYTES = 1 << 20


def grower(stores: ChainStores) -> Chain:
    sidecars = SidecarStore(stores.database)
    executor = Executor(stores.blocks, stores.state)
    return Chain(stores.database, stores.blocks, stores.state, stores.indexes, sidecars, executor)


async def grown(path: Path, block_count: int) -> None:
    """Make a chain of so many blocks above genesis."""
    stores = open_chain(path, genesis(), CACHE_BYTES)
    for number in range(block_count):
        await grower(stores).grow(signed(allot(number)))
    stores.database.close()


def overwrite(path: Path, key: bytes, value: bytes | None) -> None:
    """Change what is stored behind the back of the chain, with a checksum that holds."""
    database = open_or_create_leveldb(path, schema.CHAIN_STORE)
    batch = WriteBatch()
    if value is None:
        batch.delete(key)
    else:
        batch.put(key, value)
    database.write(batch)
    database.close()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_new_chain_holds_genesis_and_nothing_else(tmp_path: Path) -> None:
    stores = open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)

    stored = stores.blocks.block(0)
    assert stored is not None
    header = decode_block(stored).header
    assert stores.height == 0
    assert header == genesis_header(genesis(), header.state_root)
    stores.database.close()


async def test_a_chain_is_found_again_at_the_height_it_had(tmp_path: Path) -> None:
    await grown(tmp_path / "chain", 2)

    stores = open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)
    assert stores.height == 2
    assert stores.blocks.tip is not None
    assert stores.blocks.tip.header_hash == header_hash(grower(stores).header)
    stores.database.close()


async def test_a_chain_that_was_found_again_goes_on_growing(tmp_path: Path) -> None:
    await grown(tmp_path / "chain", 1)

    stores = open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)
    executed = await grower(stores).grow(signed(allot(5)))

    assert executed.header.height == 2
    assert [r.is_in_force for r in executed.receipts[0]] == [True]
    stores.database.close()


def test_a_chain_of_another_genesis_is_a_wrong_configuration(tmp_path: Path) -> None:
    open_chain(tmp_path / "chain", genesis(), CACHE_BYTES).database.close()
    other = msgspec.structs.replace(genesis(), chain_name="another")

    with pytest.raises(ConfigError, match="another genesis"):
        open_chain_or_begin_anew(tmp_path / "chain", other, CACHE_BYTES)

    assert open_chain(tmp_path / "chain", genesis(), CACHE_BYTES).height == 0


@pytest.mark.parametrize("height", [0, 2])
async def test_a_missing_header_is_noticed(tmp_path: Path, height: int) -> None:
    await grown(tmp_path / "chain", 2)
    overwrite(tmp_path / "chain", schema.header_key(height), None)

    with pytest.raises(StorageCorrupted, match="header is missing"):
        open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)


async def test_a_header_that_is_not_the_one_of_the_tip_is_noticed(tmp_path: Path) -> None:
    await grown(tmp_path / "chain", 2)
    stores = open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)
    before = stores.blocks.header(1)
    stores.database.close()
    overwrite(tmp_path / "chain", schema.header_key(2), before)

    with pytest.raises(StorageCorrupted, match="not the one of the tip"):
        open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)


async def test_a_root_other_than_the_headers_is_noticed(tmp_path: Path) -> None:
    await grown(tmp_path / "chain", 1)
    stores = open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)
    tip = stores.blocks.tip
    stores.database.close()
    assert tip is not None
    overwrite(tmp_path / "chain", schema.TIP_KEY, schema.u64(1) + tip.header_hash + bytes(32))

    with pytest.raises(StorageCorrupted, match="state root"):
        open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)


async def test_a_damaged_chain_lies_beside_a_new_one_that_begins_with_genesis(
    tmp_path: Path,
) -> None:
    await grown(tmp_path / "chain", 2)
    overwrite(tmp_path / "chain", schema.header_key(2), None)

    stores = open_chain_or_begin_anew(tmp_path / "chain", genesis(), CACHE_BYTES)

    assert stores.height == 0
    assert (tmp_path / "chain.damaged-1").is_dir()
    stores.database.close()


async def test_each_damaged_chain_is_kept_under_its_own_name(tmp_path: Path) -> None:
    for _ in range(2):
        await grown(tmp_path / "chain", 1)
        overwrite(tmp_path / "chain", schema.header_key(1), None)
        open_chain_or_begin_anew(tmp_path / "chain", genesis(), CACHE_BYTES).database.close()

    assert set(names_in(tmp_path)) == {"chain", "chain.damaged-1", "chain.damaged-2"}


async def test_after_an_unclean_end_the_last_blocks_are_read_whole(tmp_path: Path) -> None:
    """A block below the tip is gone: a clean end does not look for it, an unclean one does."""
    await grown(tmp_path / "chain", 3)
    overwrite(tmp_path / "chain", schema.block_key(2), None)
    open_chain(tmp_path / "chain", genesis(), CACHE_BYTES).database.close()
    sentinel = tmp_path / "chain" / SENTINEL_NAME
    clean = sentinel.read_bytes()
    stores = open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)
    unclean = sentinel.read_bytes()
    stores.database.close()
    assert unclean != clean
    sentinel.write_bytes(unclean)

    with pytest.raises(StorageCorrupted, match="block 2 is missing"):
        open_chain(tmp_path / "chain", genesis(), CACHE_BYTES)


@pytest.mark.parametrize("key", [schema.block_key(1), schema.leaf_key(b"\x01nothing")])
async def test_a_chain_in_doubt_is_read_whole(tmp_path: Path, key: bytes) -> None:
    """A block far below the tip is gone, a latest value stands in no tree: no usual start looks."""
    await grown(tmp_path / "chain", 3)
    overwrite(tmp_path / "chain", key, None if key.startswith(b"b") else b"invented")
    open_chain(tmp_path / "chain", genesis(), CACHE_BYTES).database.close()

    with pytest.raises(StorageCorrupted):
        open_chain(tmp_path / "chain", genesis(), CACHE_BYTES, Scrutiny.WHOLE)


async def test_a_sound_chain_in_doubt_stays(tmp_path: Path) -> None:
    await grown(tmp_path / "chain", 3)

    stores = open_chain_or_begin_anew(tmp_path / "chain", genesis(), CACHE_BYTES, Scrutiny.WHOLE)

    assert stores.height == 3
    stores.database.close()


async def test_a_chain_that_the_system_does_not_open_now_is_not_moved_aside(
    tmp_path: Path,
) -> None:
    await grown(tmp_path / "chain", 1)
    with no_more_descriptors(), pytest.raises(StorageUnavailable):
        open_chain_or_begin_anew(tmp_path / "chain", genesis(), CACHE_BYTES)

    assert names_in(tmp_path) == ["chain"]

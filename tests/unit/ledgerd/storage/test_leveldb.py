"""What LevelDB adds to the contract: durability, its own end, one owner. Damage: tests/damage."""

import shutil
from pathlib import Path

import pytest

from ledgerd.errors import StorageCorrupted, StorageUnavailable, StorageWriteFailed
from ledgerd.storage import schema
from ledgerd.storage.kv import StoreLocked, WriteBatch, check_store, prefix_span
from ledgerd.storage.leveldb import (
    LevelDbStore,
    exists_leveldb,
    open_leveldb,
    open_or_create_leveldb,
)
from tests.damage.full_disk import file_size_at_most, no_more_descriptors
from tests.damage.wrong_values import digests_wrong_of


def batch(key: bytes, value: bytes) -> WriteBatch:
    made = WriteBatch()
    made.put(key, value)
    return made


def make(path: Path) -> LevelDbStore:
    return open_or_create_leveldb(path, schema.CHAIN_STORE)


def test_values_are_there_after_closing_and_opening(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    store.write(batch(b"b1", b"one"))
    store.close()
    again = make(tmp_path / "chain")
    assert again.get(b"b1") == b"one"
    assert again.was_clean
    again.close()


def test_values_are_there_after_the_process_ended_without_closing(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    store.write(batch(b"b1", b"one"))
    shutil.copytree(tmp_path / "chain", tmp_path / "crashed")
    store.close()
    again = make(tmp_path / "crashed")
    assert again.get(b"b1") == b"one"
    assert not again.was_clean
    again.close()


def test_a_second_owner_is_refused(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    with pytest.raises(StoreLocked):
        open_leveldb(tmp_path / "chain", schema.CHAIN_STORE)
    store.close()


def test_an_interrupted_creation_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "chain.new").mkdir()
    (tmp_path / "chain.new" / "CURRENT").write_text("half")
    assert not exists_leveldb(tmp_path / "chain")
    make(tmp_path / "chain").close()
    assert not (tmp_path / "chain.new").exists()


def test_a_store_of_another_format_does_not_open(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    store.write(batch(schema.FORMAT_KEY, schema.CHAIN_STORE + schema.u32(2)))
    store.close()
    with pytest.raises(StorageCorrupted, match="format"):
        open_leveldb(tmp_path / "chain", schema.CHAIN_STORE)


def test_a_store_put_back_under_a_newer_sentinel_does_not_open(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    store.write(batch(b"b1", b"one"))
    store.close()
    shutil.copytree(tmp_path / "chain", tmp_path / "older")
    again = make(tmp_path / "chain")
    again.write(batch(b"b2", b"two"))
    again.close()
    shutil.copy(tmp_path / "chain" / "TAIL", tmp_path / "older" / "TAIL")
    with pytest.raises(StorageCorrupted, match="list of tables"):
        open_leveldb(tmp_path / "older", schema.CHAIN_STORE)


def test_after_a_failed_write_every_write_is_refused_and_nothing_acknowledged_is_lost(
    tmp_path: Path,
) -> None:
    store = make(tmp_path / "chain")
    store.write(batch(b"b1", b"acknowledged"))
    with file_size_at_most(100_000), pytest.raises(StorageWriteFailed):
        store.write(batch(b"b2", bytes(200_000)))
    with pytest.raises(StorageWriteFailed):
        store.write(batch(b"b3", b"small"))
    store.close()
    again = make(tmp_path / "chain")
    assert again.get(b"b1") == b"acknowledged"
    assert again.get(b"b2") is None
    assert again.get(b"b3") is None
    again.close()


def test_a_value_that_leveldb_gives_back_wrongly_is_noticed(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    with digests_wrong_of(b"b1"):
        store.write(batch(b"b1", b"one"))
    with pytest.raises(StorageCorrupted):
        store.get(b"b1")
    with pytest.raises(StorageCorrupted):
        check_store(store)
    store.close()


def test_a_store_that_the_system_does_not_open_now_is_not_called_damaged(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    store.write(batch(b"b1", b"one"))
    store.close()
    with no_more_descriptors(), pytest.raises(StorageUnavailable):
        open_leveldb(tmp_path / "chain", schema.CHAIN_STORE)
    again = make(tmp_path / "chain")
    assert again.get(b"b1") == b"one"
    again.close()


def test_a_file_in_the_place_of_a_store_is_damage(tmp_path: Path) -> None:
    (tmp_path / "chain").write_bytes(b"not a folder")
    with pytest.raises(StorageCorrupted):
        make(tmp_path / "chain")


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.iterdir() if file.is_file())


@pytest.mark.parametrize("is_reopened", [False, True])
def test_what_was_deleted_or_overwritten_is_in_no_file_after_a_purge(
    tmp_path: Path, *, is_reopened: bool
) -> None:
    path = tmp_path / "store"
    store = open_or_create_leveldb(path, schema.CHAIN_STORE)
    changes = WriteBatch()
    changes.put(b"b1", b"first marker" * 9)
    changes.put(b"b2", b"second marker" * 9)
    store.write(changes)
    if is_reopened:
        store.close()
        store = open_or_create_leveldb(path, schema.CHAIN_STORE)
    after = WriteBatch()
    after.delete(b"b1")
    after.put(b"b2", b"third marker" * 9)
    store.write(after)
    assert b"first marker" in bytes_of(path)

    store.purge([b"b1", b"b2"])

    assert b"first marker" not in bytes_of(path)
    assert b"second marker" not in bytes_of(path)
    assert store.get(b"b2") == b"third marker" * 9
    store.close()
    store = open_or_create_leveldb(path, schema.CHAIN_STORE)
    assert store.get(b"b1") is None
    store.close()


def test_a_store_says_how_much_its_kinds_of_rows_and_its_caches_take(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    made = WriteBatch()
    for number in range(1_000):
        made.put(b"l%04d" % number, bytes(1_000))
    store.write(made)
    store.purge([b"l0500"])
    leaves, blocks = store.table_bytes([prefix_span(b"l"), prefix_span(b"b")])
    assert leaves >= 900_000
    assert blocks < 10_000
    assert store.memory_bytes() > 0
    assert store.filter_bytes() > 0
    store.close()

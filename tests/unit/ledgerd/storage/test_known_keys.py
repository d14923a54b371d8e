"""The filter of a store's keys stays whole over stops, crashes, damage and other releases."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerd.storage import known_keys, schema
from ledgerd.storage.known_keys import FILE_NAME, KnownKeys, StoreState
from ledgerd.storage.kv import Span, WriteBatch
from ledgerd.storage.leveldb import LevelDbStore, open_leveldb, open_or_create_leveldb
from ledgerd.storage.memory import MemoryStore

IDENTITY = bytes(16)


class SmallStore:
    """A store in memory that counts its batches and keeps their marks, and forgets on demand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = MemoryStore()
        self.count = 0
        self.scans = 0
        self.open()

    def open(self) -> None:
        def scan(span: Span, limit: int) -> list[tuple[bytes, bytes]]:
            self.scans += span.start >= b"l"
            return self.rows.scan(span, limit=limit)

        self.known = KnownKeys(StoreState(self.path, IDENTITY, self.count, b"lt", scan))

    def write(self, *keys: bytes, is_marked: bool = True) -> None:
        self.count += 1
        batch = WriteBatch()
        batch.changes = dict.fromkeys(keys, b"")
        if is_marked:
            batch.changes.update(self.known.rows_for(keys, self.count))
        self.rows.write(batch)
        if is_marked:
            self.known.on_written(self.count)

    def marks_rows(self) -> list[int]:
        rows = self.rows.scan(Span(schema.marks_key(0), schema.marks_key(1 << 40)), limit=1_000)
        return [schema.marks_number(key) for key, _ in rows]


@pytest.fixture
def store(tmp_path: Path) -> SmallStore:
    return SmallStore(tmp_path)


def test_only_keys_of_the_marked_kinds_are_ever_called_absent(store: SmallStore) -> None:
    store.write(b"l1", b"b1")
    assert not store.known.is_absent(b"l1")
    assert store.known.is_absent(b"l2")
    assert not store.known.is_absent(b"b2")


def test_a_key_that_was_called_absent_is_not_once_its_batch_came(store: SmallStore) -> None:
    keys = (b"l1", b"t" + bytes(32))
    assert all(store.known.is_absent(key) for key in keys for _ in range(2))
    store.write(*keys)
    assert not any(store.known.is_absent(key) for key in keys)
    store.open()
    assert not any(store.known.is_absent(key) for key in keys)


def test_more_keys_than_are_remembered_are_called_absent(
    store: SmallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "DENIED_COUNT_MAX", 2)
    keys = [b"l%d" % n for n in range(5)]
    assert all(store.known.is_absent(key) for key in keys for _ in range(2))
    store.write(*keys)
    assert not any(store.known.is_absent(key) for key in keys)


def test_who_asks_while_a_batch_is_marked_leaves_nothing_stale(store: SmallStore) -> None:
    def keys_of_a_batch() -> Iterator[bytes]:
        yield b"l1"
        assert store.known.is_absent(b"l2")  # as another thread would, just before its mark is set
        yield b"l2"

    store.known.rows_for(keys_of_a_batch(), 1)
    assert not store.known.is_absent(b"l1")
    assert not store.known.is_absent(b"l2")


def test_after_a_clean_stop_the_file_says_all_and_no_key_is_read(store: SmallStore) -> None:
    store.write(b"l1")
    store.known.save()
    store.scans = 0
    store.open()
    assert store.scans == 0
    assert not store.known.is_absent(b"l1")
    assert store.known.is_absent(b"l2")


def test_after_a_crash_the_rows_behind_the_file_are_added(store: SmallStore) -> None:
    store.write(b"l1")
    store.known.save()
    store.write(b"l2", b"t2")
    store.write(b"b3")
    store.scans = 0
    store.open()
    assert store.scans == 0
    assert [store.known.is_absent(key) for key in (b"l1", b"l2", b"t2")] == [False] * 3


def test_rows_that_the_file_covers_go_with_the_next_batch(store: SmallStore) -> None:
    store.write(b"l1")
    store.write(b"l2")
    store.known.save()
    assert store.marks_rows() == [1, 2]
    store.write(b"l3")
    assert store.marks_rows() == [3]
    store.open()
    assert not store.known.is_absent(b"l3")


def test_a_batch_without_its_row_has_all_keys_read(store: SmallStore) -> None:
    store.write(b"l1")
    store.known.save()
    store.write(b"l2", is_marked=False)  # an older release wrote it
    store.open()
    assert not store.known.is_absent(b"l2")
    assert store.known.is_absent(b"l3")


@pytest.mark.parametrize("data", [None, b"", b"x" * 100])
def test_a_missing_or_damaged_file_has_all_keys_read(store: SmallStore, data: bytes | None) -> None:
    store.write(b"l1")
    store.known.save()
    store.write(b"l2")  # the row of the first batch goes
    (store.path / FILE_NAME).unlink()
    if data is not None:
        (store.path / FILE_NAME).write_bytes(data)
    store.open()
    assert [store.known.is_absent(key) for key in (b"l1", b"l2", b"l3")] == [False, False, True]


def test_an_older_file_in_its_place_is_noticed(store: SmallStore) -> None:
    store.write(b"l1")
    store.known.save()
    older = (store.path / FILE_NAME).read_bytes()
    store.write(b"l2")
    store.known.save()
    store.write(b"l3")
    (store.path / FILE_NAME).write_bytes(older)
    store.open()
    assert not any(store.known.is_absent(key) for key in (b"l1", b"l2", b"l3"))


def test_the_file_is_written_when_enough_has_come(
    store: SmallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "SAVE_MARK_COUNT", 3)
    store.write(b"l1", b"l2")
    assert not (store.path / FILE_NAME).exists()
    store.write(b"l3")
    assert (store.path / FILE_NAME).exists()


def make(path: Path) -> LevelDbStore:
    return open_or_create_leveldb(path, schema.CHAIN_STORE)


def put(store: LevelDbStore, *keys: bytes) -> None:
    batch = WriteBatch()
    for key in keys:
        batch.put(key, b"value of " + key)
    store.write(batch)


@pytest.mark.parametrize("is_clean", [True, False])
def test_a_database_finds_all_its_keys_again(tmp_path: Path, is_clean: bool) -> None:
    store = make(tmp_path / "chain")
    keys = [b"t" + os.urandom(32) for _ in range(200)] + [b"l%d" % n for n in range(200)]
    for start in range(0, 400, 100):
        put(store, *keys[start : start + 100])
    copy = tmp_path / "copy"
    if is_clean:
        store.close()
    shutil.copytree(tmp_path / "chain", copy)
    again = open_leveldb(copy, schema.CHAIN_STORE)
    assert again.was_clean == is_clean
    assert all(again.get(key) == b"value of " + key for key in keys)
    assert again.get(b"t" + bytes(32)) is None
    put(again, b"l-another")
    again.close()
    last = open_leveldb(copy, schema.CHAIN_STORE)
    assert last.get(b"l-another") is not None
    last.close()
    store.close()


def test_an_unfinished_file_is_no_obstacle(tmp_path: Path) -> None:
    store = make(tmp_path / "chain")
    put(store, b"l1")
    (tmp_path / "chain" / (FILE_NAME + ".new")).write_bytes(b"half")
    store.close()
    again = make(tmp_path / "chain")
    assert again.get(b"l1") is not None
    again.close()

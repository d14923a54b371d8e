"""Sealed entries: readable with the storage key, and with nothing else."""

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.storage import schema
from ledgerd.storage.kv import EVERYTHING, WriteBatch
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sealed_store import SealedStore

KEY = b"\x11" * 32


def test_an_entry_comes_back() -> None:
    store = SealedStore(MemoryStore(), KEY)
    store.put("outbox", b"ref", b"value")
    assert store.get("outbox", b"ref") == b"value"
    assert store.get("outbox", b"other") is None
    assert store.get("inbox", b"ref") is None


def test_entries_change_and_go_together() -> None:
    store = SealedStore(MemoryStore(), KEY)
    store.write({("outbox", b"a"): b"1", ("outbox", b"b"): b"2", ("tokens", b"a"): b"3"})
    store.write({("outbox", b"a"): b"new", ("outbox", b"b"): None})
    store.write({})
    assert dict(store.items("outbox")) == {b"a": b"new"}
    assert dict(store.items("tokens")) == {b"a": b"3"}


def test_a_deleted_entry_is_gone() -> None:
    store = SealedStore(MemoryStore(), KEY)
    store.put("outbox", b"a", b"1")
    store.delete("outbox", b"a")
    assert list(store.items("outbox")) == []


def test_collection_and_key_do_not_run_into_each_other() -> None:
    store = SealedStore(MemoryStore(), KEY)
    store.put("ab", b"c", b"1")
    assert store.get("a", b"bc") is None


def test_neither_collection_nor_key_nor_value_is_on_disk() -> None:
    inner = MemoryStore()
    SealedStore(inner, KEY).put("outbox", b"reference", b"secret value")
    ((key, value),) = inner.scan(EVERYTHING, limit=9)
    for word in (b"outbox", b"reference", b"secret"):
        assert word not in key
        assert word not in value


def test_the_same_entry_written_twice_looks_different() -> None:
    inner = MemoryStore()
    store = SealedStore(inner, KEY)
    store.put("outbox", b"a", b"1")
    ((key, first),) = inner.scan(EVERYTHING, limit=9)
    store.put("outbox", b"a", b"1")
    assert inner.get(key) != first


def test_another_storage_key_finds_and_opens_nothing() -> None:
    inner = MemoryStore()
    SealedStore(inner, KEY).put("outbox", b"a", b"1")
    other = SealedStore(inner, b"\x12" * 32)
    assert other.get("outbox", b"a") is None
    assert list(other.items("outbox")) == []


def test_an_entry_moved_to_another_key_is_damage() -> None:
    inner = MemoryStore()
    store = SealedStore(inner, KEY)
    store.put("outbox", b"a", b"1")
    ((key, sealed),) = inner.scan(EVERYTHING, limit=9)
    batch = WriteBatch()
    batch.put(schema.sealed_key(key[1:9], b"\x09" * 32), sealed)
    inner.write(batch)
    with pytest.raises(StorageCorrupted):
        list(store.items("outbox"))


def test_it_does_not_print_its_key() -> None:
    assert KEY.hex() not in repr(SealedStore(MemoryStore(), KEY))


def test_a_purge_leaves_every_present_value() -> None:
    store = SealedStore(MemoryStore(), KEY)
    store.put("outbox", b"a", b"1")
    store.purge([("outbox", b"a"), ("outbox", b"b")])
    assert store.get("outbox", b"a") == b"1"

"""What every ``KeyValueStore`` promises, asked of each of them."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from ledgerd.storage import schema
from ledgerd.storage.kv import (
    Direction,
    KeyValueStore,
    Span,
    StoreClosed,
    WriteBatch,
    check_store,
    iterate,
    prefix_span,
)
from ledgerd.storage.leveldb import create_leveldb, open_leveldb
from ledgerd.storage.memory import MemoryStore

Maker = Callable[[], KeyValueStore]


@pytest.fixture(params=["memory", "leveldb"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Give a maker of empty stores; all are closed at the end."""
    made: list[KeyValueStore] = []

    def maker() -> KeyValueStore:
        if request.param == "memory":
            made.append(MemoryStore())
        else:
            path = tmp_path / f"store-{len(made)}"
            create_leveldb(path, schema.CHAIN_STORE)
            made.append(open_leveldb(path, schema.CHAIN_STORE))
        return made[-1]

    yield maker
    for store in made:
        store.close()


@pytest.fixture
def store(make: Maker) -> KeyValueStore:
    return make()


def batch(changes: dict[bytes, bytes | None]) -> WriteBatch:
    made = WriteBatch()
    for key, value in changes.items():
        if value is None:
            made.delete(key)
        else:
            made.put(key, value)
    return made


def test_what_was_written_is_read(store: KeyValueStore) -> None:
    store.write(batch({b"b1": b"one", b"b2": b""}))
    assert store.get(b"b1") == b"one"
    assert store.get(b"b2") == b""
    assert store.get(b"b3") is None


def test_the_last_value_of_a_key_counts(store: KeyValueStore) -> None:
    store.write(batch({b"b1": b"old"}))
    store.write(batch({b"b1": b"new"}))
    assert store.get(b"b1") == b"new"


def test_a_deleted_key_is_gone_and_may_come_back(store: KeyValueStore) -> None:
    store.write(batch({b"b1": b"one", b"b2": b"two"}))
    store.write(batch({b"b1": None, b"b9": None}))
    assert store.get(b"b1") is None
    assert store.scan(prefix_span(b"b"), limit=9) == [(b"b2", b"two")]
    store.write(batch({b"b1": b"again"}))
    assert store.get(b"b1") == b"again"


def test_an_empty_batch_changes_nothing(store: KeyValueStore) -> None:
    store.write(batch({b"b1": b"one"}))
    store.write(WriteBatch())
    assert check_store(store) >= 1
    assert store.get(b"b1") == b"one"


def test_a_scan_is_ordered_by_unsigned_bytes_and_half_open(store: KeyValueStore) -> None:
    store.write(batch({b"b\xff": b"3", b"b\x01": b"1", b"b\x7f": b"2", b"c": b"4", b"a": b"0"}))
    span = Span(b"b\x01", b"c")
    rows = [(b"b\x01", b"1"), (b"b\x7f", b"2"), (b"b\xff", b"3")]
    assert store.scan(span, limit=9) == rows
    assert store.scan(span, limit=9, direction=Direction.DESCENDING) == rows[::-1]


def test_a_scan_ends_at_its_limit(store: KeyValueStore) -> None:
    store.write(batch({b"b%d" % n: b"" for n in range(5)}))
    span = prefix_span(b"b")
    assert [key for key, _ in store.scan(span, limit=2)] == [b"b0", b"b1"]
    descending = store.scan(span, limit=2, direction=Direction.DESCENDING)
    assert [key for key, _ in descending] == [b"b4", b"b3"]


def test_a_scan_of_nothing_is_empty(store: KeyValueStore) -> None:
    store.write(batch({b"b": b""}))
    assert store.scan(Span(b"c", b"d"), limit=9) == []
    assert store.scan(Span(b"d", b"c"), limit=9) == []
    assert store.scan(Span(b"c", b"d"), limit=9, direction=Direction.DESCENDING) == []


def test_an_iteration_reads_past_its_pages(store: KeyValueStore) -> None:
    store.write(batch({b"b%05d" % n: b"%d" % n for n in range(2_500)}))
    values = [int(value) for _, value in iterate(store, prefix_span(b"b"))]
    assert values == list(range(2_500))


def test_after_close_every_call_is_refused(store: KeyValueStore) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreClosed):
        store.get(b"b")
    with pytest.raises(StoreClosed):
        store.scan(prefix_span(b"b"), limit=1)
    with pytest.raises(StoreClosed):
        store.write(batch({b"b": b""}))


def test_readers_at_the_time_of_closing_get_a_value_or_a_refusal(store: KeyValueStore) -> None:
    store.write(batch({b"b%04d" % n: b"value" for n in range(1_000)}))
    ends: list[object] = []
    started = threading.Barrier(5)

    def read() -> None:
        started.wait()
        try:
            while True:
                assert len(store.scan(prefix_span(b"b"), limit=1_000)) == 1_000
        except StoreClosed as error:
            ends.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.wait()
    store.close()
    for thread in threads:
        thread.join()
    assert len(ends) == 4


KEYS = st.binary(min_size=1, max_size=3).map(lambda tail: b"b" + tail)
CHANGES = st.dictionaries(KEYS, st.none() | st.binary(max_size=20), max_size=8)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(batches=st.lists(CHANGES, max_size=6), start=KEYS, stop=KEYS, limit=st.integers(1, 9))
def test_a_store_is_a_sorted_dictionary(
    make: Maker, batches: list[dict[bytes, bytes | None]], start: bytes, stop: bytes, limit: int
) -> None:
    store, twin = make(), dict[bytes, bytes]()
    for changes in batches:
        store.write(batch(changes))
        twin.update({key: value for key, value in changes.items() if value is not None})
        for key in [key for key, value in changes.items() if value is None]:
            twin.pop(key, None)
    rows = sorted((key, value) for key, value in twin.items() if start <= key < stop)
    span = Span(start, stop)
    assert store.scan(span, limit=limit) == rows[:limit]
    assert store.scan(span, limit=limit, direction=Direction.DESCENDING) == rows[::-1][:limit]
    assert dict(iterate(store, prefix_span(b"b"))) == twin
    assert all(store.get(key) == value for key, value in twin.items())


def test_a_purge_changes_nothing_that_is_read(store: KeyValueStore) -> None:
    store.write(batch({b"b1": b"old", b"b2": b"two", b"b3": b"three"}))
    store.write(batch({b"b1": b"new", b"b2": None}))
    store.purge([b"b1", b"b2", b"b9"])
    assert store.get(b"b1") == b"new"
    assert store.get(b"b2") is None
    assert store.get(b"b9") is None
    assert store.scan(prefix_span(b"b"), limit=9) == [(b"b1", b"new"), (b"b3", b"three")]


def test_a_purge_of_a_closed_store_is_refused(store: KeyValueStore) -> None:
    store.close()
    with pytest.raises(StoreClosed):
        store.purge([b"b1"])

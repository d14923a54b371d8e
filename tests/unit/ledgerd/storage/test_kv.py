"""Spans, batches and iteration, apart from any store."""

import pytest

from ledgerd.storage.kv import (
    KEY_BYTES_MAX,
    PAGE_COUNT,
    Span,
    WriteBatch,
    check_store,
    iterate,
    prefix_span,
)
from ledgerd.storage.memory import MemoryStore


def test_a_prefix_span_holds_all_keys_with_the_prefix_and_no_other() -> None:
    span = prefix_span(b"b\x00")
    assert b"b\x00" in span
    assert b"b\x00\xff\xff" in span
    assert b"b\x01" not in span
    assert b"b" not in span


def test_a_prefix_that_ends_with_ff_carries_over() -> None:
    assert prefix_span(b"b\xff\xff") == Span(b"b\xff\xff", b"c")


def test_the_last_change_of_a_key_in_a_batch_counts() -> None:
    batch = WriteBatch()
    batch.put(b"k", b"1")
    batch.delete(b"k")
    assert batch.changes == {b"k": None}


@pytest.mark.parametrize("key", [b"", b"k" * (KEY_BYTES_MAX + 1)])
def test_a_key_outside_its_bounds_is_our_bug(key: bytes) -> None:
    with pytest.raises(AssertionError):
        WriteBatch().put(key, b"")


@pytest.mark.parametrize("count", [0, 1, PAGE_COUNT, PAGE_COUNT + 1])
def test_an_iteration_ends_with_the_last_row(count: int) -> None:
    store = MemoryStore()
    batch = WriteBatch()
    for number in range(count):
        batch.put(b"b%06d" % number, b"")
    store.write(batch)
    assert len(list(iterate(store, prefix_span(b"b")))) == count
    assert check_store(store) == count

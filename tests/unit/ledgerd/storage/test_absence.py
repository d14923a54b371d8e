"""What the filter says is absent was never added."""

import random

from hypothesis import given, strategies as st

from ledgerd.storage.absence import FIRST_LAYER_BYTES, KeyFilter, mark_of, split_marks

IDENTITY = bytes(range(16))
SMALL = 64  # bytes of the first layer: six layers within a few thousand marks


def file_of(key_filter: KeyFilter, batch_count: int) -> bytes:
    return b"".join(key_filter.parts(IDENTITY, batch_count))


def marks(count: int, seed: int = 1) -> list[bytes]:
    stream = random.Random(seed)
    return [stream.randbytes(8) for _ in range(count)]


@given(st.lists(st.binary(min_size=8, max_size=8)), st.binary(min_size=8, max_size=8))
def test_it_never_denies_what_was_added(added: list[bytes], other: bytes) -> None:
    key_filter = KeyFilter(SMALL)
    twin = set()
    for mark in added:
        key_filter.add(mark)
        twin.add(mark)
    assert all(key_filter.may_hold(mark) for mark in twin)
    assert key_filter.may_hold(other) or other not in twin


def test_it_denies_nearly_all_that_was_not_added() -> None:
    key_filter = KeyFilter(SMALL)
    for mark in marks(20_000):
        key_filter.add(mark)
    wrong = sum(key_filter.may_hold(mark) for mark in marks(5_000, seed=2))
    assert wrong < 5_000 // 20


def test_it_grows_in_layers_and_only_as_far_as_its_bound() -> None:
    key_filter = KeyFilter(SMALL)
    sizes = {key_filter.bytes_held}
    for mark in marks(400_000):
        key_filter.add(mark)
        sizes.add(key_filter.bytes_held)
    assert len(sizes) == 5
    assert key_filter.bytes_held == SMALL * (1 + 8 + 64 + 512 + 4_096)


def test_what_is_new_is_told_once() -> None:
    key_filter = KeyFilter()
    first, second = marks(2)
    assert key_filter.add_new([first, second, first]) == [first, second]
    assert key_filter.add_new([second]) == []


def test_a_file_gives_the_same_filter_and_goes_on_where_it_was() -> None:
    key_filter = KeyFilter(SMALL)
    added = marks(3_000)
    key_filter.add_new(added)
    found = KeyFilter.decode(file_of(key_filter, 7), IDENTITY)
    assert found is not None
    again, batch_count = found
    assert batch_count == 7
    assert all(again.may_hold(mark) for mark in added)
    for mark in marks(3_000, seed=3):
        key_filter.add(mark)
        again.add(mark)
    assert file_of(again, 8) == file_of(key_filter, 8)


def test_a_damaged_cut_or_foreign_file_is_none() -> None:
    data = file_of(KeyFilter(), 1)
    damaged = bytearray(data)
    damaged[FIRST_LAYER_BYTES // 2] ^= 1
    assert KeyFilter.decode(bytes(damaged), IDENTITY) is None
    assert KeyFilter.decode(data[:-1], IDENTITY) is None
    assert KeyFilter.decode(b"", IDENTITY) is None
    assert KeyFilter.decode(data, bytes(16)) is None


def test_a_key_that_ends_with_a_hash_is_marked_by_the_end_of_it() -> None:
    assert mark_of(b"t" + bytes(24) + b"the end!") == b"the end!"
    assert mark_of(b"lkey") != mark_of(b"lkez")
    assert list(split_marks(b"12345678abcdefgh")) == [b"12345678", b"abcdefgh"]

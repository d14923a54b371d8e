"""The cache: bounded in bytes, and never staler than the disk."""

from ledgerd.storage.cache import ABSENT, ByteCache


def test_what_is_kept_is_given_back_and_what_is_not_known_is_absent() -> None:
    cache = ByteCache(10_000)
    cache.replace({b"k": b"value", b"gone": None})
    assert cache.get(b"k") == b"value"
    assert cache.get(b"gone") is None
    assert cache.get(b"other") is ABSENT


def test_it_never_holds_more_than_its_bound() -> None:
    cache = ByteCache(10_000)
    for number in range(1_000):
        cache.replace({b"%d" % number: bytes(100)})
        assert cache.bytes_held <= 10_000 + 300
    assert cache.get(b"999") == bytes(100)
    assert cache.get(b"0") is ABSENT


def test_what_is_used_often_stays() -> None:
    cache = ByteCache(10_000)
    cache.replace({b"hot": b"value"})
    for number in range(1_000):
        cache.replace({b"%d" % number: bytes(100)})
        assert cache.get(b"hot") == b"value"


def test_a_value_read_before_a_change_is_not_remembered_after_it() -> None:
    cache = ByteCache(10_000)
    ticket = cache.ticket
    cache.replace({b"k": b"new"})
    cache.offer(b"k", b"old", ticket)
    assert cache.get(b"k") == b"new"


def test_a_value_read_with_a_valid_ticket_is_remembered() -> None:
    cache = ByteCache(10_000)
    cache.offer(b"k", b"value", cache.ticket)
    assert cache.get(b"k") == b"value"
    assert (cache.hit_count, cache.miss_count) == (1, 0)


def test_after_clear_nothing_is_known_and_old_tickets_are_void() -> None:
    cache = ByteCache(10_000)
    cache.replace({b"k": b"value"})
    ticket = cache.ticket
    cache.clear()
    cache.offer(b"k", b"value", ticket)
    assert cache.get(b"k") is ABSENT
    assert cache.bytes_held == 0


def test_replacing_a_value_counts_its_bytes_once() -> None:
    cache = ByteCache(10_000)
    for _ in range(100):
        cache.replace({b"k": bytes(1_000)})
    assert cache.bytes_held < 1_300

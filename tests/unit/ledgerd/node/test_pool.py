"""The pool: bounded in bytes, in time and by author."""

import pytest

from ledgerd.node import pool as pool_module
from ledgerd.node.pool import (
    BURST_COUNT_MIN,
    FULL_BUNDLE_COUNT,
    SMALL_PART,
    BundleLimits,
    Lane,
    Pool,
    PoolItem,
)
from tests.unit.ledgerd.node.samples import NAMES, NOON_MS, allot, signed

FINANCE = NAMES["finance"]


def limits(
    count_max: int = 100, bytes_max: int = 1 << 20, transaction_bytes_max: int = 1 << 20
) -> BundleLimits:
    return BundleLimits(count_max, bytes_max, transaction_bytes_max)


def item(number: int, kind: str = "finance", sidecar: int = 0, origin: int = 0) -> PoolItem:
    sidecars = (bytes(sidecar),) if sidecar else ()
    return PoolItem(signed(allot(number), kind=kind), sidecars, origin)


def test_the_oldest_are_taken_first_and_wait_for_their_block() -> None:
    pool = Pool(1 << 20, 2_000)
    items = [item(number) for number in range(3)]
    for one in items:
        pool.add(one)

    taken = pool.take(limits())

    assert taken == items
    assert len(pool) == 0
    assert pool.pending_count == 3
    pool.settle(tuple(one.read.transaction_id for one in items))
    assert pool.pending_count == 0


def test_a_bundle_is_cut_before_it_grows_too_large() -> None:
    pool = Pool(1 << 20, 2_000)
    small, large = item(0), item(1, sidecar=5_000)
    pool.add(small)
    pool.add(large)

    assert pool.take(limits(bytes_max=5_000)) == [small]
    assert pool.take(limits(bytes_max=5_000)) == [large]


def test_transactions_alone_are_cut_by_their_own_limit() -> None:
    pool = Pool(1 << 20, 2_000)
    pool.add(item(0))
    pool.add(item(1))

    assert len(pool.take(limits(transaction_bytes_max=len(item(0).read.encoded) + 10))) == 1


def test_one_author_fills_half_of_the_pool_at_most() -> None:
    """Checklist 42."""
    one = item(0)
    pool = Pool(3 * one.byte_count, 2_000)
    pool.add(one)

    assert not pool.has_room(Lane(FINANCE), one.byte_count, 0)
    assert pool.has_room(Lane(NAMES["hospital"]), one.byte_count, 0)


def test_the_queue_is_as_long_as_half_a_timeout_takes_and_one_bundle_at_least() -> None:
    pool = Pool(1 << 30, 2_000)
    for number in range(FULL_BUNDLE_COUNT):
        pool.add(item(number))

    assert not pool.has_room(Lane(FINANCE), 100, 0)
    assert pool.has_room(Lane(FINANCE), 100, FULL_BUNDLE_COUNT + 1)


@pytest.mark.parametrize(("able_per_s", "room"), [(0.0, 256), (300.0, 300), (9e9, 2_048)])
def test_a_machine_that_executes_slowly_takes_a_shorter_burst(able_per_s: float, room: int) -> None:
    """Two thousand waited at each of four nodes that made 180 a second: most of a minute."""
    pool = Pool(1 << 30, 2_000, lambda: able_per_s)
    for number in range(room):
        assert pool.has_room(Lane(FINANCE), 100, 0)
        pool.add(item(number))

    assert not pool.has_room(Lane(FINANCE), 100, 0)


def test_what_ran_out_of_time_is_named_and_remembered() -> None:
    """Checklist 42."""
    pool = Pool(1 << 20, 2_000)
    late = PoolItem(signed(allot(0), until_ms=NOON_MS), ())
    pool.add(late)

    assert pool.expire(NOON_MS) == ()
    assert pool.expire(NOON_MS + 1) == (late.read.transaction_id,)
    assert not pool.is_pending(late.read.transaction_id)
    assert pool.is_expired(late.read.transaction_id)


def test_a_bundle_holds_as_many_as_the_pace_allows() -> None:
    pool = Pool(1 << 20, 2_000)
    for number in range(5):
        pool.add(item(number))

    assert len(pool.take(limits(count_max=3))) == 3
    assert len(pool.take(limits(count_max=3))) == 2


def test_what_is_bundled_makes_room_for_its_author_and_for_all() -> None:
    one = item(0)
    pool = Pool(2 * one.byte_count, 2_000)
    pool.add(one)
    assert not pool.has_room(Lane(FINANCE), one.byte_count, 0)

    pool.take(limits())

    assert pool.byte_count == 0
    assert pool.has_room(Lane(FINANCE), one.byte_count, 0)


def test_all_authors_together_fill_the_pool_to_the_byte() -> None:
    kinds = ("finance", "hospital", "insurer")
    items = [item(number, kind=kind) for number, kind in enumerate(kinds)]
    pool = Pool(sum(one.byte_count for one in items), 2_000)
    for one in items[:2]:
        pool.add(one)

    assert pool.has_room(Lane(NAMES["insurer"]), items[2].byte_count, 0)
    assert not pool.has_room(Lane(NAMES["insurer"]), items[2].byte_count + 1, 0)


def test_limits_of_a_bundle_are_kept_to_the_byte() -> None:
    """Checklist 42."""
    pool = Pool(1 << 20, 2_000)
    first, second = item(0), item(1)
    exact = first.byte_count + second.byte_count
    for one in (first, second):
        pool.add(one)

    assert pool.take(limits(bytes_max=exact - 1)) == [first]
    pool.add(first)
    assert pool.take(limits(bytes_max=exact)) == [second, first]


def test_those_that_ran_out_of_time_are_remembered_in_bounded_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool_module, "EXPIRED_COUNT_MAX", 2)
    pool = Pool(1 << 20, 2_000)
    late = [PoolItem(signed(allot(n), until_ms=NOON_MS), ()) for n in range(3)]
    for one in late:
        pool.add(one)

    pool.expire(NOON_MS + 1)

    assert [pool.is_expired(one.read.transaction_id) for one in late] == [False, True, True]


def test_authors_are_taken_in_turn_and_of_each_the_oldest_first() -> None:
    """A flood of one author stood before whatever another one handed in after it."""
    pool = Pool(1 << 20, 2_000)
    flood = [item(number) for number in range(4)]
    others = [item(number, kind="hospital") for number in (10, 11)]
    for one in (*flood, *others):
        pool.add(one)

    taken = pool.take(limits(count_max=4))

    assert taken == [flood[0], others[0], flood[1], others[1]]
    assert pool.take(limits()) == flood[2:]


def test_who_has_little_waiting_finds_room_beside_a_flood() -> None:
    pool = Pool(1 << 30, 2_000, lambda: 0.0)
    for number in range(BURST_COUNT_MIN):
        pool.add(item(number))
    assert not pool.has_room(Lane(FINANCE), 100, 0)

    for number in range(BURST_COUNT_MIN // SMALL_PART):
        assert pool.has_room(Lane(NAMES["hospital"]), 100, 0)
        pool.add(item(number, kind="hospital"))

    assert not pool.has_room(Lane(NAMES["hospital"]), 100, 0)


def test_clients_of_one_author_are_taken_in_turn() -> None:
    """One client that pressed as hard as it could had nearly all places, of its author as well."""
    pool = Pool(1 << 20, 2_000)
    flood = [item(number, origin=1) for number in range(4)]
    modest = item(10, origin=2)
    for one in (*flood, modest):
        pool.add(one)

    assert pool.take(limits(count_max=3)) == [flood[0], modest, flood[1]]


def test_a_client_has_its_part_of_the_room_while_others_are_waiting_and_all_when_alone() -> None:
    pool = Pool(1 << 30, 2_000, lambda: 0.0)
    flood, modest = Lane(FINANCE, 1), Lane(FINANCE, 2)
    other = item(BURST_COUNT_MIN, origin=2)
    pool.add(other)
    for number in range(BURST_COUNT_MIN // 2):
        assert pool.has_room(flood, 100, 0)
        pool.add(item(number, origin=1))

    assert not pool.has_room(flood, 100, 0)
    assert pool.has_room(modest, 100, 0)
    pool.take(limits(count_max=BURST_COUNT_MIN))
    pool.settle((other.read.transaction_id,))
    assert pool.has_room(flood, 100, 0)


def test_however_many_clients_there_are_each_may_have_a_few_waiting() -> None:
    pool = Pool(1 << 30, 2_000, lambda: 0.0)
    for origin in range(1, BURST_COUNT_MIN // 2):
        pool.add(item(origin, origin=origin))

    for number in range(BURST_COUNT_MIN // SMALL_PART):
        assert pool.has_room(Lane(FINANCE, 999), 100, 0)
        pool.add(item(1_000 + number, origin=999))

    assert not pool.has_room(Lane(FINANCE, 999), 100, 0)


def test_many_clients_of_one_author_find_hardly_more_room_than_one() -> None:
    """Each of a hundred connections was small; together they filled the pool for a whole timeout,

    and honest primaries were left as overdue and as censors.
    """
    pool = Pool(1 << 30, 2_000, lambda: 0.0)
    for origin in range(1, BURST_COUNT_MIN + BURST_COUNT_MIN // SMALL_PART + 1):
        assert pool.has_room(Lane(FINANCE, origin), 100, 0)
        pool.add(item(origin, origin=origin))

    assert not pool.has_room(Lane(FINANCE, 9_999), 100, 0)


def test_what_many_small_authors_have_waiting_is_bounded_too() -> None:
    pool = Pool(1 << 30, 2_000, lambda: 0.0)
    for number in range(2 * BURST_COUNT_MIN):
        pool.add(item(number))

    assert not pool.has_room(Lane(NAMES["hospital"]), 100, 0)


def test_room_beside_a_flood_comes_back_with_the_block() -> None:
    pool = Pool(1 << 30, 2_000, lambda: 0.0)
    flood = [item(number) for number in range(BURST_COUNT_MIN)]
    for one in flood:
        pool.add(one)

    pool.settle(tuple(one.read.transaction_id for one in flood))
    for one in flood[1:]:
        pool.add(one)

    assert pool.has_room(Lane(FINANCE), 100, 0)
    pool.add(flood[0])
    assert not pool.has_room(Lane(FINANCE), 100, 0)


@pytest.mark.parametrize(("per_s", "after_ms"), [(0, 1_000), (1_024, 250), (4_096, 125)])
def test_whoever_finds_no_room_may_come_when_a_small_part_is_executed(
    per_s: int, after_ms: int
) -> None:
    assert Pool(1 << 20, 2_000).retry_after_ms(per_s) == after_ms

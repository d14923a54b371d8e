"""Ranges nest and never overlap."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger import state_keys
from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.book_objects import RangeUse
from ledgerd.ledger.queries import code_counter_of, range_of
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.world import (
    CODE,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    World,
    allotment,
    issue,
    range_id,
)
from tests.unit.ledgerd.ledger.world_books import tail


@pytest.fixture
def world() -> World:
    return World()


def test_a_range_belongs_to_its_holder_and_moves_the_counter(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(HOSPITAL, 1, 1000))

    numbers, counter = range_of(world, CODE, range_id("range 1")), code_counter_of(world, CODE)
    assert numbers is not None
    assert counter is not None
    assert (numbers.holder, numbers.first, numbers.last) == (HOSPITAL, 1, 1000)
    assert (counter.authority, counter.next_number) == (FINANCE, 1001)


@pytest.mark.parametrize("first", [1, 500, 1000])
def test_an_overlapping_range_is_refused(world: World, first: int) -> None:
    world.must(FINANCE, "clerk", allotment(HOSPITAL, 1, 1000))
    overlapping = replace(allotment(HOSPITAL_2, first, 1000), client_ref="other")

    assert world.code(FINANCE, "clerk", overlapping) is RejectCode.RANGE_OVERLAPS
    assert world.code(FINANCE, "clerk", allotment(HOSPITAL_2, 1001, 5)) is RejectCode.OK


def test_numbers_have_ten_digits_and_codes_the_region(world: World) -> None:
    beyond = allotment(HOSPITAL, 9_999_999_999, 2)
    elsewhere = replace(allotment(), code="11010126")

    assert world.code(FINANCE, "clerk", beyond) is RejectCode.NUMBER_OUT_OF_RANGE
    assert world.code(FINANCE, "clerk", elsewhere) is RejectCode.NUMBER_OUT_OF_RANGE
    assert world.code(FINANCE, "clerk", allotment(HOSPITAL, 9_999_999_999, 1)) is RejectCode.OK


def test_numbers_are_held_by_hospitals_and_finance_only(world: World) -> None:
    assert world.code(FINANCE, "clerk", allotment(INSURER)) is RejectCode.UNKNOWN_INSTITUTION


def test_a_range_is_cut_from_its_parent_upwards(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(FINANCE, 1, 100))
    parent = range_id("range 1")
    inner = replace(allotment(HOSPITAL, 11, 10), parent=parent)
    overlapping = replace(allotment(HOSPITAL, 20, 10), parent=parent)
    beyond = replace(allotment(HOSPITAL, 99, 3), parent=parent)

    world.must(FINANCE, "clerk", inner)

    assert world.code(FINANCE, "clerk", overlapping) is RejectCode.RANGE_OVERLAPS
    assert world.code(FINANCE, "clerk", beyond) is RejectCode.RANGE_OVERLAPS
    assert (
        world.code(HOSPITAL, "office", issue(11, world.today, range_id=range_id("range 11")))
        is RejectCode.OK
    )


def test_only_a_held_range_is_handed_on(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(HOSPITAL, 1, 100))
    foreign = replace(allotment(HOSPITAL, 50, 10), parent=range_id("range 1"))
    unknown = replace(allotment(HOSPITAL, 50, 10), parent=bytes(16))

    assert world.code(FINANCE, "clerk", foreign) is RejectCode.RANGE_NOT_HELD
    assert world.code(FINANCE, "clerk", unknown) is RejectCode.NOT_FOUND


def inner(holder: str, first: int, count: int, parent: str = "range 1") -> AllotNumbers:
    return replace(
        allotment(holder, first, count), parent=range_id(parent), client_ref=f"in {first}"
    )


def test_ranges_nest_in_three_levels_and_not_deeper(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(FINANCE, 1, 1000))
    world.must(FINANCE, "clerk", inner(FINANCE, 1, 100))
    world.must(FINANCE, "clerk", replace(inner(FINANCE, 1, 10, "in 1"), client_ref="third"))
    deeper = replace(inner(HOSPITAL, 1, 5, "third"), client_ref="fourth")

    levels = [range_of(world, CODE, range_id(ref)) for ref in ("range 1", "in 1", "third")]
    assert [found.level for found in levels if found] == [1, 2, 3]
    assert world.code(FINANCE, "clerk", deeper) is RejectCode.NESTED_TOO_DEEP


def test_an_unused_tail_goes_back_to_the_code_and_is_allotted_again(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(HOSPITAL, 1, 1000))
    world.issued(100)
    world.must(HOSPITAL, "clerk", tail(range_id("range 1"), 101))
    shortened, counter = range_of(world, CODE, range_id("range 1")), code_counter_of(world, CODE)

    assert shortened is not None
    assert counter is not None
    assert (shortened.last, counter.next_number, counter.returned) == (100, 101, ())
    beyond = issue(101, world.today)
    assert world.code(HOSPITAL, "office", beyond) is RejectCode.NUMBER_OUT_OF_RANGE
    assert world.code(FINANCE, "clerk", allotment(HOSPITAL_2, 101, 50)) is RejectCode.OK


def test_a_tail_from_the_middle_waits_as_a_span(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(FINANCE, 1, 100))
    world.must(FINANCE, "clerk", inner(HOSPITAL, 1, 50))
    world.must(FINANCE, "clerk", inner(HOSPITAL_2, 51, 50))
    world.must(HOSPITAL, "clerk", tail(range_id("in 1"), 11))

    parent = range_of(world, CODE, range_id("range 1"))
    assert parent is not None
    assert [(span.first, span.last) for span in parent.returned] == [(11, 50)]
    across = replace(inner(HOSPITAL_2, 40, 20), client_ref="across")
    within = replace(inner(HOSPITAL_2, 20, 10), client_ref="within")
    assert world.code(FINANCE, "clerk", across) is RejectCode.RANGE_OVERLAPS
    assert world.code(FINANCE, "clerk", within) is RejectCode.OK


@pytest.mark.parametrize("first", [5, 7, 1001])
def test_used_numbers_and_those_beyond_the_range_do_not_go_back(world: World, first: int) -> None:
    world.must(FINANCE, "clerk", allotment(HOSPITAL, 1, 1000))
    world.issued(7)

    code = world.code(HOSPITAL, "clerk", tail(range_id("range 1"), first))

    assert code is RejectCode.NUMBERS_USED
    assert world.code(HOSPITAL, "clerk", tail(range_id("range 1"), 8)) is RejectCode.OK


def test_numbers_that_were_handed_on_do_not_go_back(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(FINANCE, 1, 100))
    world.must(FINANCE, "clerk", inner(HOSPITAL, 1, 50))

    assert world.code(FINANCE, "clerk", tail(range_id("range 1"), 50)) is RejectCode.NUMBERS_USED
    assert world.code(FINANCE, "clerk", tail(range_id("range 1"), 51)) is RejectCode.OK


def test_only_the_holder_returns_what_exists(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(HOSPITAL, 1, 100))

    foreign = world.code(HOSPITAL_2, "clerk", tail(range_id("range 1"), 50))

    assert foreign is RejectCode.RANGE_NOT_HELD
    assert world.code(HOSPITAL, "clerk", tail(bytes(16), 50)) is RejectCode.NOT_FOUND


def test_used_numbers_are_not_handed_on(world: World) -> None:
    world.must(FINANCE, "clerk", allotment(FINANCE, 1, 100))
    world.state[state_keys.range_use_key(CODE, range_id("range 1"))] = encode(RangeUse(highest=20))

    assert world.code(FINANCE, "clerk", inner(HOSPITAL, 20, 5)) is RejectCode.NUMBERS_USED
    assert world.code(FINANCE, "clerk", inner(HOSPITAL, 21, 5)) is RejectCode.OK

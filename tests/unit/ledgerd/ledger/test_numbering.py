"""Ranges nest and never overlap."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.queries import code_counter_of, range_of
from ledgerd.ledger.reject_codes import RejectCode
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

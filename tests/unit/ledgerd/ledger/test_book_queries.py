"""Reading books: what nobody wrote in is empty, and names of other objects name nothing."""

from ledgerd.ledger.book_objects import ClearingMonth, DayBook
from ledgerd.ledger.book_queries import (
    clearing_of,
    day_book_of,
    office_day_of,
    range_use_of,
    returned_numbers_of,
    write_off_of,
)
from tests.unit.ledgerd.ledger.world import CODE, HOSPITAL, MEDICARE, World, range_id


def test_a_book_that_nobody_wrote_in_is_empty() -> None:
    world = World()

    assert day_book_of(world, HOSPITAL, 2026_09_21) == DayBook()
    assert clearing_of(world, MEDICARE, HOSPITAL, 2026_09) == ClearingMonth()
    assert office_day_of(world, HOSPITAL, bytes(32)) is None
    assert range_use_of(world, CODE, bytes(16)) is None
    assert returned_numbers_of(world, CODE, bytes(16)) is None


def test_the_use_of_a_range_grows_with_its_bills() -> None:
    world = World()
    world.allot()
    world.issued(7)
    world.issued(3)

    use = range_use_of(world, CODE, range_id("range 1"))
    assert use is not None
    assert use.highest == 7


def test_a_settlement_is_no_write_off() -> None:
    world = World()
    world.allot()

    assert write_off_of(world, world.settle(100, 50)) is None
    assert write_off_of(world, b"w") is None

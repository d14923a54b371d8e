"""What lets a prescription be made and dispensed, and what stops it."""

import pytest

from ledgerd.ledger.care_queries import prescription_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import HOSPITAL, HOSPITAL_2, World
from tests.unit.ledgerd.ledger.world_care import (
    book,
    cancel,
    complete,
    dispense,
    prescribe,
    registered,
)


def test_any_hospital_dispenses_as_often_as_prescribed_and_no_more() -> None:
    world = World()
    key = world.must(HOSPITAL, "clerk", prescribe(registered(world), world.today))

    world.must(HOSPITAL_2, "clerk", dispense(key))
    world.must(HOSPITAL, "office", dispense(key))

    assert world.code(HOSPITAL_2, "clerk", dispense(key, "third")) is Code.ALL_DISPENSED
    found = prescription_of(world, key)
    assert found is not None
    assert [one.hospital for one in found.dispensings] == [HOSPITAL_2, HOSPITAL]


def test_after_a_completed_visit_a_prescription_may_follow() -> None:
    world = World()
    visit = registered(world)
    world.must(HOSPITAL, "clerk", complete(visit))

    assert world.code(HOSPITAL, "clerk", prescribe(visit, world.today)) is Code.OK


def test_nothing_is_prescribed_without_a_visit_that_takes_place() -> None:
    world = World()
    visit = world.must(HOSPITAL, "office", book(world.today))
    prescription = prescribe(visit, world.today)

    assert world.code(HOSPITAL, "clerk", prescription) is Code.VISIT_NOT_REGISTERED
    assert world.code(HOSPITAL_2, "clerk", prescription) is Code.NOT_A_PARTY
    assert world.code(HOSPITAL, "clerk", prescribe(b"v" + bytes(38), world.today)) is Code.NOT_FOUND
    world.must(HOSPITAL, "clerk", cancel(visit))
    assert world.code(HOSPITAL, "clerk", prescription) is Code.VISIT_CLOSED


def test_a_prescription_has_a_day_and_a_time_that_is_not_over() -> None:
    world = World()
    visit = registered(world)
    over = prescribe(visit, world.today, until_ms=world.time_ms)

    assert world.code(HOSPITAL, "clerk", prescribe(visit, 2020_01_01)) is Code.BAD_DATE
    assert world.code(HOSPITAL, "clerk", over) is Code.PRESCRIPTION_OVER


@pytest.mark.parametrize(
    ("after_ms", "code"), [(-1_001, Code.OK), (-1_000, Code.PRESCRIPTION_OVER)]
)
def test_nothing_is_dispensed_when_the_time_is_over(after_ms: int, code: Code) -> None:
    world = World()
    visit = registered(world)
    until_ms = world.time_ms + 100_000
    key = world.must(HOSPITAL, "clerk", prescribe(visit, world.today, until_ms=until_ms))
    world.time_ms = until_ms + after_ms

    assert world.code(HOSPITAL_2, "clerk", dispense(key)) is code


def test_what_nobody_prescribed_is_not_dispensed() -> None:
    assert World().code(HOSPITAL, "clerk", dispense(b"r" + bytes(38))) is Code.NOT_FOUND

"""Traces of the books: a repetition is recognised, and a second word is refused by its guard."""

import pytest

from ledgerd.ledger.book_operations import WriteOffStep
from ledgerd.ledger.book_traces import FINDERS
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import ANNA, FINANCE, HOSPITAL, MEDICARE, World, range_id
from tests.unit.ledgerd.ledger.world_books import (
    attestation,
    clearing,
    report,
    step,
    tail,
    to_next_day,
    to_next_month,
    write_off,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    return world


def test_days_and_months_repeat_and_are_said_once(world: World) -> None:
    world.settle(100, 50)
    day = to_next_day(world)
    said = report(world, day)
    world.must(HOSPITAL, "office", said)
    world.must(FINANCE, "office", attestation(day))
    month = to_next_month(world)
    cleared = clearing(world, month)
    world.must(MEDICARE, "office", cleared)

    assert world.code(HOSPITAL, "office", said) is Code.REPEATED
    assert world.code(FINANCE, "office", attestation(day)) is Code.REPEATED
    assert world.code(MEDICARE, "office", cleared) is Code.REPEATED
    assert len(FINDERS) == 6


def test_returned_numbers_and_write_offs_conflict_under_the_same_ref(world: World) -> None:
    ref = world.bill(1)
    to_next_day(world)
    world.must(HOSPITAL, "office", report(world, 2026_09_21))
    world.must(FINANCE, "office", attestation(2026_09_21))
    request = write_off(world, ref)
    key = world.must(HOSPITAL, "clerk", request)
    world.must(HOSPITAL, "clerk", tail(range_id("range 1"), 500))
    world.must(FINANCE, "reviewer", step(key))

    assert world.code(HOSPITAL, "clerk", tail(range_id("range 1"), 500)) is Code.REPEATED
    other = tail(range_id("range 1"), 400)
    assert world.code(HOSPITAL, "clerk", other) is Code.CONFLICTING_CLIENT_REF
    assert world.code(HOSPITAL, "clerk", request) is Code.REPEATED
    assert world.code(FINANCE, "reviewer", step(key)) is Code.REPEATED
    refusal = step(key, WriteOffStep.REFUSE)
    assert world.code(FINANCE, "reviewer", refusal) is Code.WRONG_STATE


def test_an_account_has_no_books(world: World) -> None:
    world.enrol()

    for operation in (report(world, 2026_09_20), clearing(world, 2026_08)):
        assert world.code(ANNA, "device", operation) is Code.KIND_NOT_ALLOWED

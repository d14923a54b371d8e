"""Days and months: reported, attested, each once and only when over."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.book_queries import clearing_of, day_book_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, HOSPITAL_2, INSURER, MEDICARE, World
from tests.unit.ledgerd.ledger.world_books import (
    attestation,
    clearing,
    report,
    to_next_day,
    to_next_month,
    total,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    return world


def test_a_day_is_reported_and_attested_when_it_is_over(world: World) -> None:
    world.issued(1)
    early = world.code(HOSPITAL, "office", report(world, world.today))
    day = to_next_day(world)
    world.must(HOSPITAL, "cashier", report(world, day))
    world.must(FINANCE, "clerk", attestation(day))

    book = day_book_of(world, HOSPITAL, day)
    assert early is Code.PERIOD_NOT_OVER
    assert (book.issued, book.attester) == (total(1, 100_00), FINANCE)


def test_other_sums_than_the_ledgers_are_refused(world: World) -> None:
    world.issued(1)
    day = to_next_day(world)
    right = report(world, day)

    for wrong in (
        replace(right, issued=total(1, 99_99)),
        replace(right, issued=total(2, 100_00)),
        replace(right, voided=total(1, 0)),
        replace(right, reversed=total(0, 1)),
    ):
        assert world.code(HOSPITAL, "office", wrong) is Code.TOTALS_DIFFER
    assert world.code(HOSPITAL, "office", right) is Code.OK


def test_a_day_is_a_calendar_day_and_said_once(world: World) -> None:
    day = to_next_day(world)
    world.must(HOSPITAL, "office", report(world, day))
    again = replace(report(world, day), client_ref="again")
    no_day = replace(report(world, day), date=2026_02_30)

    assert world.code(HOSPITAL, "office", again) is Code.ALREADY_REPORTED
    assert world.code(HOSPITAL, "office", no_day) is Code.BAD_DATE


def test_finance_attests_what_a_hospital_reported_and_once(world: World) -> None:
    day = to_next_day(world)
    unreported = world.code(FINANCE, "office", attestation(day))
    world.must(HOSPITAL, "office", report(world, day))
    world.must(FINANCE, "office", attestation(day))
    again = replace(attestation(day), client_ref="again")

    assert unreported is Code.NOT_REPORTED
    assert world.code(FINANCE, "office", again) is Code.ALREADY_ATTESTED
    nobody = attestation(day, INSURER)
    assert world.code(FINANCE, "office", nobody) is Code.UNKNOWN_INSTITUTION


def test_a_month_is_attested_per_hospital_when_it_is_over(world: World) -> None:
    world.settle(100_00, 60_00)
    early = world.code(MEDICARE, "office", clearing(world, world.today // 100))
    month = to_next_month(world)
    right = clearing(world, month)
    wrong = replace(right, settled=total(1, 60_01))
    world_says = world.code(MEDICARE, "clerk", wrong)
    world.must(MEDICARE, "clerk", right)
    again = replace(right, client_ref="again")
    empty = replace(clearing(world, month, HOSPITAL_2), client_ref="empty")

    assert (early, world_says) == (Code.PERIOD_NOT_OVER, Code.TOTALS_DIFFER)
    assert world.code(MEDICARE, "office", again) is Code.ALREADY_ATTESTED
    assert world.code(MEDICARE, "office", empty) is Code.OK
    assert clearing_of(world, MEDICARE, HOSPITAL, month).attested is not None


def test_a_month_is_a_month_and_a_hospital_a_hospital(world: World) -> None:
    month = to_next_month(world)
    no_month = replace(clearing(world, month), month=2026_00 + 13)
    nobody = clearing(world, month, INSURER)

    assert world.code(MEDICARE, "office", no_month) is Code.BAD_DATE
    assert world.code(MEDICARE, "office", nobody) is Code.UNKNOWN_INSTITUTION

"""Settlements and the positions of yearly counters."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.bill_operations import ReverseSettle
from ledgerd.ledger.fields import FundShare
from ledgerd.ledger.objects import SettlementState
from ledgerd.ledger.queries import bureau_of_settlement, settlement_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    HOSPITAL,
    INSURER,
    MEDICARE,
    MEDICARE_2,
    World,
    hash_of,
    settlement,
)


@pytest.fixture
def world() -> World:
    return World()


def test_a_settlement_is_open_under_its_bureau_and_day(world: World) -> None:
    key = world.must(MEDICARE, "office", settlement("s", world.today, (100, 60)))

    found = settlement_of(world, key)
    assert found is not None
    assert (found.state, found.public_fen, found.hospital) == (SettlementState.OPEN, 60, HOSPITAL)
    assert bureau_of_settlement(key) == MEDICARE


def test_a_position_of_a_persons_counters_is_used_once(world: World) -> None:
    first = settlement("s", world.today, (100, 60))
    second = replace(settlement("t", world.today, (100, 60)), position=first.position)
    world.must(MEDICARE, "office", first)

    assert world.code(MEDICARE, "office", second) is RejectCode.POSITION_TAKEN
    assert world.code(MEDICARE_2, "office", second) is RejectCode.OK


def test_the_parts_stay_within_the_total(world: World) -> None:
    good = replace(settlement("s", world.today, (100, 60)), account_fen=30, hospital_fen=10)

    assert (
        world.code(MEDICARE, "office", replace(good, hospital_fen=11))
        is RejectCode.AMOUNT_OUT_OF_RANGE
    )
    assert world.code(MEDICARE, "office", good) is RejectCode.OK


def test_funds_may_not_sum_above_an_amount(world: World) -> None:
    share = FundShare(fund="a", amount_fen=10**12)
    funds = (share, FundShare(fund="b", amount_fen=1))
    operation = replace(settlement("s", world.today, (100, 60)), total_fen=10**12, funds=funds)

    assert world.code(MEDICARE, "office", operation) is RejectCode.AMOUNT_OUT_OF_RANGE


def test_a_fund_stands_once_and_the_hospital_exists(world: World) -> None:
    twice = replace(
        settlement("s", world.today, (100, 60)), funds=(FundShare(fund="a", amount_fen=1),) * 2
    )

    assert world.code(MEDICARE, "office", twice) is RejectCode.DUPLICATE_ITEM
    assert (
        world.code(MEDICARE, "office", settlement("t", world.today, (1, 1), INSURER))
        is RejectCode.UNKNOWN_INSTITUTION
    )
    assert (
        world.code(MEDICARE, "office", settlement("t", 2020_01_01, (1, 1))) is RejectCode.BAD_DATE
    )


def test_an_open_settlement_is_taken_back_by_its_bureau_under_a_new_position(
    world: World,
) -> None:
    operation = settlement("s", world.today, (100, 60))
    key = world.must(MEDICARE, "office", operation)
    back = ReverseSettle(client_ref="back", settlement=key, position=hash_of("new"))
    used = ReverseSettle(client_ref="back", settlement=key, position=operation.position)

    assert world.code(MEDICARE_2, "office", back) is RejectCode.NOT_A_PARTY
    assert world.code(MEDICARE, "office", used) is RejectCode.POSITION_TAKEN
    assert world.code(MEDICARE, "office", back) is RejectCode.OK
    assert world.code(MEDICARE, "office", back) is RejectCode.REPEATED

"""Settlements at the counter."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.objects import SettlementState
from ledgerd.ledger.queries import bill_of, settlement_of
from ledgerd.rpc import requests as r
from tests.unit.ledgerd.ledger.world import HOSPITAL, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_role,
    chain_ref,
    enrol,
    settled_bill,
)
from tests.unit.ledgerd.offices.town import Town


def settle(ref: str, person: str = "anna") -> r.Settle:
    return r.Settle(
        client_ref=ref,
        hospital=HOSPITAL,
        total_fen=100_00,
        funds=(r.FundShare(fund="basic", amount_fen=60_00),),
        person_key=person,
    )


async def positions(town: Town, *requests: r.Settle) -> list[bytes]:
    found = []
    for request in requests:
        outcome = await town.medicare.offices.medicare.settle(request)
        settlement = settlement_of(town.ledger, bytes.fromhex(outcome.object))
        assert settlement is not None
        found.append(settlement.position)
    return found


async def test_each_settlement_has_a_position_of_its_own(town: Town) -> None:
    found = await positions(town, settle("1"), settle("2"), settle("3", "bert"))

    assert len(set(found)) == 3


async def test_the_same_request_keeps_its_position(town: Town) -> None:
    found = await positions(town, settle("1"), settle("1"))

    assert found[0] == found[1]


async def test_positions_go_on_after_a_restart(town: Town) -> None:
    before = await positions(town, settle("1"))
    town.medicare.restart()

    after = await positions(town, settle("2"))

    assert before != after


async def test_an_unconsumed_settlement_is_taken_back(town: Town) -> None:
    office = town.medicare.offices.medicare
    outcome = await office.settle(settle("1"))
    request = r.SettleReverse(client_ref="back", settlement=outcome.object)

    await office.reverse_settlement(request)

    found = settlement_of(town.ledger, bytes.fromhex(outcome.object))
    assert found is not None
    assert found.state is SettlementState.REVERSED


async def test_the_settlement_of_a_reversed_bill_is_booked_by_itself(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    bill = await settled_bill(town, device, public_fen=60_00)
    reverse = town.hospital.offices.hospital.reverse
    act = r.BillAct(client_ref="reverse", bill=bill)
    await by_role(town.hospital, HOSPITAL, OperatorRole.CASHIER, reverse, act)

    await town.chores()

    record = bill_of(town.ledger, chain_ref(bill))
    assert record is not None
    assert record.settlement is not None
    found = settlement_of(town.ledger, record.settlement)
    assert found is not None
    assert found.state is SettlementState.REVERSED


@pytest.mark.parametrize("calculation", ["", "sample calculation"])
async def test_a_calculation_is_sealed_when_there_is_one(town: Town, calculation: str) -> None:
    request = r.Settle(
        client_ref="1",
        hospital=HOSPITAL,
        total_fen=1,
        person_key="anna",
        calculation=calculation,
    )

    outcome = await town.medicare.offices.medicare.settle(request)

    found = settlement_of(town.ledger, bytes.fromhex(outcome.object))
    assert found is not None
    assert (found.calculation is not None) == bool(calculation)
    assert town.medicare.house.own == MEDICARE

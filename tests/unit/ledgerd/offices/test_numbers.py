"""Bill numbers, taken once."""

import pytest

from ledgerd.ledger.fields import BillRef
from ledgerd.offices.numbers import NumberDesk
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.memory import MemoryStore
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL
from tests.unit.ledgerd.offices.acts import CODE, allot, issue
from tests.unit.ledgerd.offices.town import Town


async def test_numbers_go_up_and_then_into_the_next_range(town: Town) -> None:
    await allot(town, HOSPITAL, 1, 2)
    await allot(town, HOSPITAL, 100, 1)
    desk = NumberDesk(town.hospital.house)

    numbers = [desk.take(HOSPITAL, b"").number for _ in range(3)]

    assert numbers == [1, 2, 100]
    with pytest.raises(RpcFailure, match="no bill numbers left"):
        desk.take(HOSPITAL, b"")


async def test_who_issues_no_bills_is_not_sent_to_ask_for_numbers(town: Town) -> None:
    desk = NumberDesk(town.finance.house)

    with pytest.raises(RpcFailure) as refused:
        desk.take(FINANCE, b"")

    assert (refused.value.rpc_code, refused.value.reason) == (
        RpcCode.REJECTED,
        "KIND_NOT_ALLOWED",
    )


async def test_a_new_range_is_found_when_the_old_ones_are_used_up(town: Town) -> None:
    await allot(town, HOSPITAL, 1, 1)
    desk = NumberDesk(town.hospital.house)
    desk.take(HOSPITAL, b"")

    await allot(town, HOSPITAL, 100, 1)

    assert desk.take(HOSPITAL, b"").number == 100


async def test_an_act_keeps_its_number_while_no_bill_has_it(town: Town) -> None:
    await allot(town, HOSPITAL, 1, 10)
    desk = NumberDesk(town.hospital.house)
    first = desk.take(HOSPITAL, b"")

    again = desk.take(HOSPITAL, first.encoded)
    await town.hospital.offices.hospital.issue(issue())
    used = desk.take(HOSPITAL, first.encoded)

    assert again == first
    assert first.bill == BillRef(code=CODE, number="0000000001")
    assert used.number == 2


async def test_a_number_that_nobody_heard_of_goes_back(town: Town) -> None:
    await allot(town, HOSPITAL, 1, 10)
    desk = NumberDesk(town.hospital.house)
    number = desk.take(HOSPITAL, b"")

    desk.give_back(HOSPITAL, number)

    assert desk.take(HOSPITAL, b"") == number


async def test_a_lost_store_finds_its_place_from_the_chain(town: Town) -> None:
    await allot(town, HOSPITAL, 1, 10)
    for number in range(3):
        await town.hospital.offices.hospital.issue(issue(f"bill {number}"))
    town.hospital.database = MemoryStore()
    town.hospital.restart()

    outcome = await town.hospital.offices.hospital.issue(issue("new"))

    assert outcome.object.endswith("-0000000004")

"""The books through the nodes of a town."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.book_queries import day_book_of, write_off_of
from ledgerd.ledger.days import DAY_MS, day_of
from ledgerd.ledger.objects import FileState
from ledgerd.ledger.queries import bill_of, range_of
from ledgerd.rpc import requests_governance as rg
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import CODE, FINANCE, HOSPITAL
from tests.unit.ledgerd.offices.acts import allot, by_role, chain_ref, issue, ref_of
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def day(town: Town) -> int:
    """Two bills issued; the day is over, reported and attested."""
    await allot(town, HOSPITAL)
    day = day_of(town.ledger.clock.now_ms)
    for number in (1, 2):
        await town.hospital.offices.hospital.issue(issue(f"bill {number}"))
    town.later(DAY_MS)
    report = rg.TotalsReport(client_ref="report", date=day)
    attest = rg.TotalsAttest(client_ref="attest", issuer=HOSPITAL, date=day)
    await town.hospital.offices.books.report_totals(report)
    await town.finance.offices.books.attest_totals(attest)
    return day


async def test_a_day_is_closed_and_its_bills_written_off(town: Town, day: int) -> None:
    later = await town.hospital.offices.hospital.issue(issue("tomorrow"))
    books = town.hospital.offices.books
    request = rg.WriteoffRequest(client_ref="w", date=day)
    clerk, reviewer = OperatorRole.CLERK, OperatorRole.REVIEWER
    asked = await by_role(town.hospital, HOSPITAL, clerk, books.request_write_off, request)
    approve = rg.WriteoffApprove(client_ref="a", write_off=asked.object)
    office = town.finance.offices.books.approve_write_off
    await by_role(town.finance, FINANCE, reviewer, office, approve)

    found = write_off_of(town.ledger, bytes.fromhex(asked.object))
    assert found is not None
    bills = [bill_of(town.ledger, ref) for ref in found.bills]
    assert [bill.file for bill in bills if bill] == [FileState.WRITTEN_OFF] * 2
    open_bill = bill_of(town.ledger, chain_ref(ref_of(later)))
    assert open_bill is not None
    assert open_bill.file == FileState.OPEN
    assert day_book_of(town.ledger, HOSPITAL, day).attester == FINANCE


async def test_sums_of_the_hospitals_own_books_are_compared(town: Town) -> None:
    day = day_of(town.ledger.clock.now_ms)
    town.later(DAY_MS)
    wrong = rg.TotalsReport(client_ref="r", date=day, issued=rg.Total(count=1, amount_fen=5))

    with pytest.raises(RpcFailure) as refused:
        await town.hospital.offices.books.report_totals(wrong)

    assert refused.value.rpc_code is RpcCode.REJECTED


async def test_what_no_act_has_taken_goes_back(town: Town) -> None:
    await allot(town, HOSPITAL, count=100)
    first = await town.hospital.offices.hospital.issue(issue("one"))
    listed = [key for key in town.ledger.values if key[:9] == b"n" + CODE.encode() and key[9] == 1]
    range_id = listed[0][10:]
    back = rg.NumbersReturn(client_ref="b", code=CODE, range_id=range_id.hex())
    office = town.hospital.offices.books.return_numbers
    await by_role(town.hospital, HOSPITAL, OperatorRole.CLERK, office, back)

    numbers = range_of(town.ledger, CODE, range_id)
    assert numbers is not None
    assert numbers.last == int(ref_of(first).number)
    with pytest.raises(RpcFailure):
        await town.hospital.offices.hospital.issue(issue("none left"))


async def test_a_month_is_attested_with_the_ledgers_sums(town: Town) -> None:
    month = day_of(town.ledger.clock.now_ms) // 100
    town.later(40 * DAY_MS)
    attest = rg.SettleAttest(client_ref="c", hospital=HOSPITAL, month=month)

    outcome = await town.medicare.offices.books.attest_clearing(attest)

    assert outcome.state == "committed"


@pytest.mark.parametrize("field", ["bills", "date"])
async def test_a_request_names_bills_or_a_day(town: Town, day: int, field: str) -> None:
    books = town.hospital.offices.books
    bills = (rg.BillRef(code=CODE, number="0000000001"),)
    request = {
        "bills": rg.WriteoffRequest(client_ref="w"),
        "date": rg.WriteoffRequest(client_ref="w", bills=bills, date=day),
    }[field]

    with pytest.raises(RpcFailure) as refused:
        await books.request_write_off(request)

    assert refused.value.field == field

"""The check of a printed bill: genuine or not, the same answer for what is wrong or unknown."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.queries import bill_of
from ledgerd.offices.checking import NOT_CONFIRMED, Tries
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.queries import BillGet
from ledgerd.rpc.requests_bill import BillCheck
from tests.unit.ledgerd.ledger.world import HOSPITAL
from tests.unit.ledgerd.offices.acts import allot, by_role, chain_ref, issue, ref_of
from tests.unit.ledgerd.offices.town import Town

HOUR_MS = 3_600_000


async def printed(town: Town) -> BillCheck:
    """Issue a bill and give its five elements."""
    await allot(town, HOSPITAL)
    bill = ref_of(await town.hospital.offices.hospital.issue(issue()))
    found = bill_of(town.ledger, chain_ref(bill))
    assert found is not None
    opened = await town.hospital.offices.any.open_bill(BillGet(code=bill.code, number=bill.number))
    face = {field.name: field.value for field in opened.face}
    return BillCheck(
        code=bill.code,
        number=bill.number,
        date=found.issue_date,
        amount_fen=found.total_fen,
        check_code=face["check_code"],
    )


def changed(check: BillCheck, **changes: object) -> BillCheck:
    values = {name: getattr(check, name) for name in check.__struct_fields__}
    return BillCheck(**{**values, **changes})


def wrong_code(check: BillCheck) -> BillCheck:
    return changed(check, check_code=f"{(int(check.check_code) + 1) % 10**6:06d}")


async def test_a_genuine_bill_is_confirmed_by_all_who_read_its_face(town: Town) -> None:
    check = await printed(town)

    for home in (town.hospital, town.finance, town.medicare):
        answer = await home.offices.consent.check(check)
        assert (answer.result, answer.state) == ("genuine", "valid")
    assert (HOSPITAL, f"{check.code}-{check.number}", "check") in town.hospital.audit.openings
    assert check.check_code not in repr(check)


@pytest.mark.parametrize(
    "wrong", [{"date": 20_200_101}, {"amount_fen": 1}, {"number": "0000000999"}]
)
async def test_one_wrong_element_and_an_unknown_bill_get_the_same_answer(
    town: Town, wrong: dict[str, object]
) -> None:
    check = await printed(town)

    by_element = await town.finance.offices.consent.check(changed(check, **wrong))
    by_code = await town.finance.offices.consent.check(wrong_code(check))

    assert by_element == by_code == NOT_CONFIRMED


async def test_a_reversed_and_a_voided_bill_are_genuine_and_say_so(town: Town) -> None:
    check = await printed(town)
    bill = r.BillRef(code=check.code, number=check.number)
    act = r.BillAct(client_ref="void", bill=bill)
    void = town.hospital.offices.axes.void
    await by_role(town.hospital, HOSPITAL, OperatorRole.CASHIER, void, act)

    voided = await town.finance.offices.consent.check(check)

    assert (voided.result, voided.state) == ("genuine", "voided")


async def test_a_reversed_bill_says_so(town: Town) -> None:
    check = await printed(town)
    bill = r.BillRef(code=check.code, number=check.number)
    act = r.BillAct(client_ref="reverse", bill=bill)
    reverse = town.hospital.offices.hospital.reverse
    await by_role(town.hospital, HOSPITAL, OperatorRole.CASHIER, reverse, act)

    assert (await town.finance.offices.consent.check(check)).state == "reversed"


async def test_who_reads_no_faces_does_not_answer(town: Town) -> None:
    check = await printed(town)

    with pytest.raises(RpcFailure) as refused:
        await town.insurer.offices.consent.check(check)

    assert refused.value.rpc_code is RpcCode.UNAUTHORISED


async def test_after_five_wrong_tries_also_the_right_code_waits_an_hour(town: Town) -> None:
    check = await printed(town)
    desk = town.finance.offices.consent
    for _ in range(5):
        assert await desk.check(wrong_code(check)) == NOT_CONFIRMED

    with pytest.raises(RpcFailure) as refused:
        await desk.check(check)

    assert refused.value.rpc_code is RpcCode.RATE_LIMITED
    town.later(HOUR_MS)
    assert (await desk.check(check)).result == "genuine"


async def test_an_unknown_bill_has_its_five_tries_too(town: Town) -> None:
    unknown = changed(await printed(town), number="0000000777")
    desk = town.finance.offices.consent
    for _ in range(5):
        assert await desk.check(unknown) == NOT_CONFIRMED

    with pytest.raises(RpcFailure) as refused:
        await desk.check(unknown)

    assert refused.value.rpc_code is RpcCode.RATE_LIMITED


def test_the_count_of_tries_has_a_fixed_size_and_only_grows_stricter() -> None:
    tries = Tries(b"k" * 32, places=1)
    one, other = (BillRef(code="33010126", number=f"{n:010d}") for n in (1, 2))

    for _ in range(300):
        tries.add(one, HOUR_MS)

    assert tries.are_used_up(one, HOUR_MS)
    assert tries.are_used_up(other, HOUR_MS)
    assert not tries.are_used_up(one, 2 * HOUR_MS)
    tries.add(one, 2 * HOUR_MS)
    assert not tries.are_used_up(one, 2 * HOUR_MS)

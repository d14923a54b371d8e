"""The hospital's office: a bill from request to chain."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.fields import BillType
from ledgerd.ledger.queries import bill_of
from ledgerd.primitives.sealing import decode_sidecar
from ledgerd.primitives.wrapping import InstitutionWrap, unwrap_for_device
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, HOSPITAL_2, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_role,
    chain_ref,
    content,
    enrol,
    issue,
    ref_of,
    settled_bill,
)
from tests.unit.ledgerd.offices.town import Town


async def test_a_bill_is_issued_under_the_next_number_and_paid(town: Town) -> None:
    await allot(town, HOSPITAL)

    first = await town.hospital.offices.hospital.issue(issue("bill 1"))
    second = await town.hospital.offices.hospital.issue(issue("bill 2"))

    assert (first.state, first.object) == ("committed", "33010126-0000000001")
    assert second.object == "33010126-0000000002"
    bill = bill_of(town.ledger, chain_ref(ref_of(first)))
    assert bill is not None
    assert (bill.issuer, bill.total_fen, bill.is_paid_in_full) == (HOSPITAL, 100_00, True)


async def test_the_face_is_for_four_readers_and_the_lines_for_three(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)

    issued = await town.hospital.offices.hospital.issue(issue(account=device.account))

    bill = bill_of(town.ledger, chain_ref(ref_of(issued)))
    assert bill is not None
    sidecar = decode_sidecar(town.ledger.sidecars[bill.sealed.sidecar.sidecar_hash])
    named = {w.reader: w.parts for w in sidecar.wraps if isinstance(w, InstitutionWrap)}
    assert named == {HOSPITAL: 3, MEDICARE: 3, FINANCE: 1}
    assert sorted(unwrap_for_device(sidecar.wraps, device.sealing_secret)) == [0, 1]


async def test_a_hosted_hospital_issues_with_its_own_key_and_numbers(town: Town) -> None:
    await allot(town, HOSPITAL_2, first=5_000)

    outcome = await town.hospital.offices.hospital.issue(issue(author=HOSPITAL_2))

    bill = bill_of(town.ledger, chain_ref(ref_of(outcome)))
    assert bill is not None
    assert (bill.issuer, ref_of(outcome).number) == (HOSPITAL_2, "0000005000")


async def test_a_stranger_is_not_acted_for(town: Town) -> None:
    with pytest.raises(RpcFailure) as refused:
        await town.hospital.offices.hospital.issue(issue(author=INSURER))

    assert refused.value.rpc_code is RpcCode.UNAUTHORISED


async def test_sums_that_do_not_add_up_take_nothing(town: Town) -> None:
    await allot(town, HOSPITAL)
    height = town.ledger.height
    wrong = content()
    wrong = r.BillContent(
        person=wrong.person,
        money=wrong.money,
        visit=wrong.visit,
        items=(r.CategorySum(category=3, amount_fen=99_99),),
    )

    with pytest.raises(RpcFailure) as refused:
        await town.hospital.offices.hospital.issue(issue(content=wrong))

    assert (refused.value.rpc_code, refused.value.field) == (
        RpcCode.INVALID_PARAMS,
        "content.items",
    )
    assert town.ledger.height == height


async def test_without_numbers_nothing_is_issued(town: Town) -> None:
    with pytest.raises(RpcFailure) as refused:
        await town.hospital.offices.hospital.issue(issue())

    assert refused.value.reason == "NUMBER_OUT_OF_RANGE"


async def test_no_bill_is_issued_by_finance_or_a_bureau(town: Town) -> None:
    for home in (town.finance, town.medicare):
        with pytest.raises(RpcFailure) as refused:
            await home.offices.hospital.issue(issue())

        assert refused.value.reason == "KIND_NOT_ALLOWED"


async def test_a_reader_that_does_not_exist_costs_no_number(town: Town) -> None:
    await allot(town, HOSPITAL)

    with pytest.raises(RpcFailure) as refused:
        await town.hospital.offices.hospital.issue(issue(medicare="9" * 18))
    outcome = await town.hospital.offices.hospital.issue(issue("bill 2"))

    assert refused.value.rpc_code is RpcCode.NOT_FOUND
    assert outcome.object.endswith("-0000000001")


async def test_an_unknown_account_is_refused(town: Town) -> None:
    await allot(town, HOSPITAL)

    with pytest.raises(RpcFailure) as refused:
        await town.hospital.offices.hospital.issue(issue(account="00" * 16))

    assert refused.value.field == "account"


async def test_a_payment_can_follow_later(town: Town) -> None:
    await allot(town, HOSPITAL)
    issued = await town.hospital.offices.hospital.issue(issue(paid_fen=None))
    pay = r.BillPay(client_ref="pay", bill=ref_of(issued), amount_fen=100_00)

    await town.hospital.offices.hospital.pay(pay)

    bill = bill_of(town.ledger, chain_ref(ref_of(issued)))
    assert bill is not None
    assert bill.is_paid_in_full


async def test_a_reversed_bill_has_a_red_one_with_the_same_content(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    bill = await settled_bill(town, device, public_fen=60_00)
    hospital = town.hospital.offices.hospital

    act = r.BillAct(client_ref="reverse", bill=bill)
    await by_role(town.hospital, HOSPITAL, OperatorRole.CASHIER, hospital.reverse, act)
    await town.chores()

    blue = bill_of(town.ledger, chain_ref(bill))
    assert blue is not None
    assert blue.related is not None
    red = bill_of(town.ledger, blue.related)
    assert red is not None
    assert (red.bill_type, red.total_fen, red.owner is None) == (BillType.RED, 100_00, False)
    assert red.supervised is not None


async def test_a_reversal_is_announced_by_a_cashier(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    bill = await settled_bill(town, device)
    announce = town.hospital.offices.hospital.announce_reversal
    act = r.BillAct(client_ref="announce", bill=bill)

    with pytest.raises(RpcFailure, match="may not") as refused:
        await announce(act)
    await by_role(town.hospital, HOSPITAL, OperatorRole.CASHIER, announce, act)

    found = bill_of(town.ledger, chain_ref(bill))
    assert refused.value.reason == "ROLE_NOT_ALLOWED"
    assert found is not None
    assert found.announced is not None

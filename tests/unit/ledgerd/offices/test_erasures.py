"""The office of erasure: what this house keeps beside the chain goes before it says so."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.care_queries import erasure_of
from ledgerd.ledger.queries import bill_of
from ledgerd.offices.private_index import account_of_bill, bills_of_account
from ledgerd.rpc import requests_care as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.queries import BillGet
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_device,
    by_role,
    chain_ref,
    enrol,
    salt_of,
    settled_bill,
)
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def device(town: Town) -> Device:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    return device


async def approved(town: Town, device: Device, bill) -> bytes:
    item = r.ErasedPart(bill=bill, owner_salt=await salt_of(town.hospital, bill))
    request = r.PatientErase(client_ref="erase", account=device.account, items=(item,))
    asked = await by_device(town.insurer, device, town.insurer.offices.erasure.request, request)
    for home, name in ((town.finance, FINANCE), (town.medicare, MEDICARE)):
        approve = r.ErasureApprove(client_ref="approve", erasure=asked.object, order="sample order")
        act = home.offices.erasure.approve
        await by_role(home, name, OperatorRole.REVIEWER, act, approve)
    return bytes.fromhex(asked.object)


async def test_a_house_lets_go_of_all_it_knows_and_only_then_confirms(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device, public_fen=60_00)
    key = await approved(town, device, bill)
    assert bill_of(town.ledger, chain_ref(bill)).erased == 3
    await town.chores()
    assert erasure_of(town.ledger, key).confirmed == ()

    for home in town.homes.values():
        home.node.erased.add(key)
    town.later()
    await town.chores()

    confirmed = {word.keeper for word in erasure_of(town.ledger, key).confirmed}
    assert confirmed == set(town.homes)
    drawer = town.hospital.house.drawer
    assert account_of_bill(drawer, chain_ref(bill)) is None
    assert bills_of_account(drawer, bytes.fromhex(device.account)) == ()
    with pytest.raises(RpcFailure, match="erased") as refused:
        await town.hospital.offices.any.open_bill(BillGet(code=bill.code, number=bill.number))
    assert refused.value.rpc_code is RpcCode.NOT_FOUND


async def test_what_nobody_asked_for_is_not_approved(town: Town, device: Device) -> None:
    assert device.account
    request = r.ErasureApprove(client_ref="approve", erasure="65" * 39)

    with pytest.raises(RpcFailure, match="no erasure"):
        await town.finance.offices.erasure.approve(request)


async def test_a_code_without_bills_is_told(town: Town, device: Device) -> None:
    bill = r.BillRef(code="99999999", number="0" * 10)
    item = r.ErasedPart(bill=bill, owner_salt="0" * 64)
    request = r.PatientErase(client_ref="erase", account=device.account, items=(item,))

    with pytest.raises(RpcFailure, match="no bills of this code"):
        await town.insurer.offices.erasure.request(request)

"""Owner, voiding, paper, refunds and entries at the counter."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.axis_queries import entry_of
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.state_keys import REF_BYTES
from ledgerd.offices.private_index import bills_of_account
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import PartCommitment, decode_sidecar, open_document
from ledgerd.primitives.wrapping import unwrap_for_device
from ledgerd.rpc import requests as r, requests_bill as rb
from ledgerd.rpc.codes import RpcFailure
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_device,
    by_role,
    chain_ref,
    enrol,
    issue,
    ref_of,
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


async def cashier(town: Town, act, request):
    return await by_role(town.hospital, HOSPITAL, OperatorRole.CASHIER, act, request)


async def test_a_bound_bill_is_its_owners_and_is_remembered(town: Town, device: Device) -> None:
    issued = await town.hospital.offices.hospital.issue(issue())
    bill = ref_of(issued)

    act = rb.BillBind(client_ref="bind", bill=bill, account=device.account)
    await town.hospital.offices.axes.bind(act)

    found = bill_of(town.ledger, chain_ref(bill))
    assert found is not None
    assert found.owner is not None
    known = bills_of_account(town.hospital.house.drawer, bytes.fromhex(device.account))
    assert known == (chain_ref(bill),)


async def test_the_competent_bureau_binds_and_serves_the_owners_device(
    town: Town, device: Device
) -> None:
    bill = ref_of(await town.hospital.offices.hospital.issue(issue()))
    act = rb.BillBind(client_ref="bind", bill=bill, account=device.account)

    await town.medicare.offices.axes.bind(act)
    await town.chores()

    found = bill_of(town.ledger, chain_ref(bill))
    assert found is not None
    assert found.binder == MEDICARE
    assert len(town.ledger.sidecars) > 1


async def test_only_who_reads_the_face_binds_and_only_to_an_account(
    town: Town, device: Device
) -> None:
    bill = ref_of(await town.hospital.offices.hospital.issue(issue()))
    nobody = rb.BillBind(client_ref="b", bill=bill, account="00" * 16)
    act = rb.BillBind(client_ref="c", bill=bill, account=device.account)

    with pytest.raises(RpcFailure, match="no account"):
        await town.hospital.offices.axes.bind(nobody)
    with pytest.raises(RpcFailure, match="no key"):
        await town.insurer.offices.axes.bind(act)


async def test_a_bill_is_voided_and_refunded(town: Town) -> None:
    await allot(town, HOSPITAL)
    bill = ref_of(await town.hospital.offices.hospital.issue(issue()))
    axes = town.hospital.offices.axes

    await cashier(town, axes.void, r.BillAct(client_ref="void", bill=bill))
    refund = rb.BillRefund(client_ref="refund", bill=bill, amount_fen=100_00)
    await cashier(town, axes.refund, refund)

    found = bill_of(town.ledger, chain_ref(bill))
    assert found is not None
    assert found.voided is not None
    assert found.refunded_fen == 100_00


async def test_a_paper_goes_out_and_comes_back(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    axes = town.hospital.offices.axes

    out = rb.BillExchangePaper(client_ref="paper", bill=bill, paper="P-0001")
    await cashier(town, axes.exchange_paper, out)
    await cashier(town, axes.recall_paper, r.BillAct(client_ref="recall", bill=bill))

    found = bill_of(town.ledger, chain_ref(bill))
    assert found is not None
    assert found.paper is not None
    assert (found.paper.number, found.is_paper_out) == ("P-0001", False)


async def test_a_unit_is_sealed_for_finance_and_the_patient(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    grant = r.GrantGive(
        client_ref="grant",
        account=device.account,
        bill=bill,
        reader=FINANCE,
        purpose="entry",
        until_ms=town.ledger.clock.now_ms + 86_400_000,
        owner_salt=await salt_of(town.hospital, bill),
    )
    given = await by_device(town.insurer, device, town.insurer.offices.any.grant, grant)
    grant_id = given.receipts[0].object[-2 * REF_BYTES :]
    axes = town.finance.offices.axes
    enter = rb.EntryEnter(
        client_ref="e", bill=bill, grant=grant_id, amount_fen=40_00, unit="Sample Unit"
    )

    entered = await by_role(town.finance, FINANCE, OperatorRole.CLERK, axes.enter, enter)

    entry_id = entered.receipts[0].object[-2 * REF_BYTES :]
    entry = entry_of(town.ledger, chain_ref(bill), bytes.fromhex(entry_id))
    assert entry is not None
    sidecar = decode_sidecar(town.ledger.sidecars[entry.unit.sidecar.sidecar_hash])
    keys = unwrap_for_device(sidecar.wraps, device.sealing_secret)
    opened = open_document(sidecar, keys[0], PartCommitment(entry.unit.root, entry.unit.key))
    assert decode(opened, str, bytes_max=100) == "Sample Unit"
    revoke = rb.EntryRevoke(client_ref="r", bill=bill, entry=entry_id)
    await by_role(town.finance, FINANCE, OperatorRole.CLERK, axes.revoke_entry, revoke)
    gone = entry_of(town.ledger, chain_ref(bill), bytes.fromhex(entry_id))
    assert gone is not None
    assert gone.revoked is not None


async def test_an_entry_under_no_grant_is_not_composed(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    enter = rb.EntryEnter(client_ref="e", bill=bill, grant="00" * 16, amount_fen=1, unit="x")

    with pytest.raises(RpcFailure, match="no grant"):
        await town.finance.offices.axes.enter(enter)
    assert "x" not in repr(enter).replace("EntryEnter", "")

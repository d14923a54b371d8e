"""The payer's office."""

import pytest

from ledgerd.ledger.objects import ClaimState
from ledgerd.ledger.queries import bill_of, claim_of
from ledgerd.offices.acting import Desk
from ledgerd.offices.payer import Payer, Policy, room_fen
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.sealing import decode_sidecar
from ledgerd.primitives.wrapping import unwrap_for_device
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL, INSURER, INSURER_2
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    chain_ref,
    claimed,
    enrol,
    granted,
    settled_bill,
)
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def device(town: Town) -> Device:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    return device


async def test_a_hosted_insurer_decides_and_pays(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER_2, 80_00)
    office = town.insurer.offices.payer
    decide = r.ClaimDecide(
        client_ref="d", author=INSURER_2, claim=key, amounts=(70_00,), reasoning="sample"
    )

    await office.decide(decide)
    await office.pay(r.ClaimPay(client_ref="p", author=INSURER_2, claim=key, amount_fen=70_00))

    claim = claim_of(town.ledger, bytes.fromhex(key))
    assert claim is not None
    assert claim.state is ClaimState.PAID
    assert claim.reasoning is not None
    sidecar = decode_sidecar(town.ledger.sidecars[claim.reasoning.sidecar.sidecar_hash])
    assert unwrap_for_device(sidecar.wraps, device.sealing_secret) != {}


async def test_a_second_claim_by_the_same_payer_is_refused(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    await claimed(town, device, bill, INSURER, 80_00)
    second = Device("anna", device.account)
    second.name = "anna"

    from ledgerd.ledger.reject_codes import RejectCode
    from ledgerd.node.refusals import SubmitRefused
    from tests.unit.ledgerd.offices.acts import by_device, salt_of

    salt = await salt_of(town.hospital, bill)
    request = r.ClaimFile(
        client_ref="another",
        account=device.account,
        payer=INSURER,
        items=(r.ClaimItem(bill=bill, amount_fen=1, owner_salt=salt),),
    )
    with pytest.raises(SubmitRefused) as refused:
        await by_device(town.finance, device, town.finance.offices.any.file_claim, request)
    assert refused.value.receipts[0].code is RejectCode.CLAIM_OPEN


async def test_more_than_is_left_is_refused_and_what_is_left_is_paid(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device, public_fen=60_00)
    first = await claimed(town, device, bill, INSURER, 40_00)
    second = await claimed(town, device, bill, INSURER_2, 40_00)
    office = town.insurer.offices.payer
    await office.decide(r.ClaimDecide(client_ref="1", claim=first, amounts=(30_00,)))

    with pytest.raises(RpcFailure) as refused:
        await office.decide(
            r.ClaimDecide(client_ref="2", author=INSURER_2, claim=second, amounts=(11_00,))
        )
    left = await office.decide(
        r.ClaimDecide(client_ref="3", author=INSURER_2, claim=second, amounts=(10_00,))
    )

    assert refused.value.reason == "OVER_PRIVATE_SHARE"
    assert left.state == "committed"


async def test_a_payment_of_nothing_is_no_payment(town: Town) -> None:
    with pytest.raises(RpcFailure) as refused:
        await town.insurer.offices.payer.pay(
            r.ClaimPay(client_ref="p", claim="00" * 39, amount_fen=0)
        )

    assert refused.value.field == "amount_fen"


async def test_a_policy_bears_its_share_of_what_is_asked_and_left(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device, public_fen=60_00)
    await granted(town, device, bill, INSURER)
    key = await claimed(town, device, bill, INSURER, 100_00)
    office = Payer(Desk(town.insurer.house), ReadingRoom(town.insurer.house))
    claim = office.claim(bytes.fromhex(key))
    assert claim is not None

    all_of_it = await office.opened_amounts(claim, Policy(is_automatic=True))
    a_tenth = await office.opened_amounts(claim, Policy(True, 100))

    record = bill_of(town.ledger, chain_ref(bill))
    assert record is not None
    assert (all_of_it, a_tenth, room_fen(record)) == ((40_00,), (10_00,), 40_00)

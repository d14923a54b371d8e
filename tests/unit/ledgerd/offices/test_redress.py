"""The office of redress: what it says in words, only payer and patient read."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.objects import AID, ClaimState
from ledgerd.ledger.queries import bill_of, claim_of
from ledgerd.ledger.redress_events import DocumentsSupplied
from ledgerd.offices.chore import Chore, ChoreKind
from ledgerd.offices.chores import ChoreBook
from ledgerd.offices.payer import Policy
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.sealing import PartCommitment, decode_sidecar, open_document
from ledgerd.primitives.wrapping import unwrap_for_device
from ledgerd.rpc import requests as r, requests_redress as rr
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_device,
    by_role,
    chain_ref,
    claimed,
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


def opened(town: Town, document, secret: bytes) -> bytes:
    sidecar = decode_sidecar(town.ledger.sidecars[document.sidecar.sidecar_hash])
    (key,) = unwrap_for_device(sidecar.wraps, secret).values()
    return open_document(sidecar, key, PartCommitment(document.root, document.key))


async def test_documents_are_asked_for_and_supplied_in_sealed_letters(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER, 80_00)
    ask = rr.ClaimRequestSupplement(client_ref="ask", claim=key, request="the referral")
    supply = rr.ClaimSupply(
        client_ref="give", account=device.account, claim=key, documents=("a referral",)
    )

    await town.insurer.offices.redress.request_supplement(ask)
    await by_device(town.finance, device, town.finance.offices.redress.supply, supply)

    claim = claim_of(town.ledger, bytes.fromhex(key))
    assert claim is not None
    (supplement,) = claim.supplements
    assert b"the referral" in opened(town, supplement.request, device.sealing_secret)
    (own_key,) = town.insurer.keys.keys_of(INSURER).encryption_keys()
    assert b"a referral" in opened(town, supplement.documents[0], own_key.secret)


async def test_an_appeal_is_decided_by_a_reviewer_and_the_payment_taken_back(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER, 80_00)
    home, office = town.insurer, town.insurer.offices.payer
    await office.decide(r.ClaimDecide(client_ref="d", claim=key, amounts=(50_00,)))
    await office.pay(r.ClaimPay(client_ref="p", claim=key, amount_fen=50_00))
    more = rr.ClaimAppeal(
        client_ref="more", account=device.account, claim=key, amounts=(20_00,), reasons="sample"
    )

    await by_device(town.finance, device, town.finance.offices.redress.appeal, more)
    again = r.ClaimDecide(client_ref="d2", claim=key, amounts=(20_00,))
    await by_role(home, INSURER, OperatorRole.REVIEWER, office.decide, again)
    await office.pay(r.ClaimPay(client_ref="p2", claim=key, amount_fen=20_00))
    await home.offices.redress.recover(
        rr.ClaimRecover(client_ref="back", claim=key, amounts=(70_00,))
    )

    claim = claim_of(town.ledger, bytes.fromhex(key))
    assert claim is not None
    assert (claim.state, claim.paid_fen) == (ClaimState.RECOVERED, 0)


async def test_assistance_is_applied_for_decided_and_paid(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    item = r.ClaimItem(bill=bill, amount_fen=30_00, owner_salt=await salt_of(town.hospital, bill))
    application = rr.AssistanceApply(
        client_ref="aid", account=device.account, bureau=MEDICARE, items=(item,), reasons="sample"
    )
    home = town.medicare

    outcome = await by_device(town.finance, device, town.finance.offices.redress.apply, application)
    decide = rr.AssistanceDecide(
        client_ref="d", application=outcome.object, amounts=(25_00,), reasoning="sample"
    )
    await by_role(home, MEDICARE, OperatorRole.REVIEWER, home.offices.redress.decide, decide)
    pay = r.ClaimPay(client_ref="p", claim=outcome.object, amount_fen=25_00)
    await by_role(home, MEDICARE, OperatorRole.CASHIER, home.offices.payer.pay, pay)

    record = bill_of(town.ledger, chain_ref(bill))
    assert record is not None
    entry = record.payer(AID)
    assert entry is not None
    assert entry.paid_fen == 25_00


async def test_a_refusal_needs_no_words_and_an_unknown_claim_is_not_found(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device)
    salt = await salt_of(town.hospital, bill)
    nothing = rr.AssistanceApply(
        client_ref="aid",
        account=device.account,
        bureau=MEDICARE,
        items=(r.ClaimItem(bill=bill, amount_fen=0, owner_salt=salt),),
        reasons="sample",
    )
    unknown = rr.AssistanceDecide(client_ref="d", application="79" * 39, amounts=(0,))

    with pytest.raises(RpcFailure) as empty:
        await town.finance.offices.redress.apply(nothing)
    with pytest.raises(RpcFailure) as absent:
        await town.medicare.offices.redress.decide(unknown)

    assert empty.value.rpc_code is RpcCode.INVALID_PARAMS
    assert absent.value.rpc_code is RpcCode.NOT_FOUND


async def test_chores_wait_for_documents_and_leave_appeals_to_people(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER, 80_00)
    home = town.insurer
    book = ChoreBook(home.house, ReadingRoom(home.house), Policy(is_automatic=True))
    chore = Chore(kind=ChoreKind.DECIDE, author=INSURER, subject=bytes.fromhex(key))
    ask = rr.ClaimRequestSupplement(client_ref="ask", claim=key, request="the referral")
    supply = rr.ClaimSupply(
        client_ref="give", account=device.account, claim=key, documents=("a referral",)
    )
    more = rr.ClaimAppeal(
        client_ref="more", account=device.account, claim=key, amounts=(1,), reasons="sample"
    )

    await home.offices.redress.request_supplement(ask)
    waiting = book.is_wanted(chore)
    await by_device(home, device, home.offices.redress.supply, supply)
    supplied = book.is_wanted(chore)
    await home.offices.payer.decide(r.ClaimDecide(client_ref="d", claim=key, amounts=(0,)))
    await by_device(home, device, home.offices.redress.appeal, more)

    told = DocumentsSupplied(claim=bytes.fromhex(key), payer=INSURER)
    assert list(book.chores_of(told)) == [chore]
    assert (waiting, supplied, book.is_wanted(chore)) == (False, True, False)

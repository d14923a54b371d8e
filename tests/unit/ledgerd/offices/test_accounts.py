"""The office of accounts: keys, proxies, presence, and acts for others, to the chain and back."""

import msgspec
import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.patient_queries import act_for_of, key_record_of, presence_of, proxy_of
from ledgerd.ledger.queries import account_of
from ledgerd.node.refusals import SubmitRefused
from ledgerd.rpc import requests as r, requests_patients as p
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_role,
    enrol,
    salt_of,
    settled_bill,
    sign,
)
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def device(town: Town) -> Device:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    return device


async def by_key(town: Town, device: Device, act, request: r.Act):
    """Act with a device through the hospital's node; gives the outcome."""
    asked = msgspec.structs.replace(request, signer=device.signer.public_key.hex())
    await sign(town.hospital, await act(asked), device.signer)
    return await act(asked)


def new_key(account: str, ref: str = "add", **changes: object) -> p.PatientAddKey:
    key = Device("second").signer.public_key.hex()
    return p.PatientAddKey(client_ref=ref, account=account, key=key, seal_key="09" * 32, **changes)


def keys(town: Town, device: Device):
    account = account_of(town.ledger, bytes.fromhex(device.account))
    assert account is not None
    return account.keys


async def test_a_device_adds_and_revokes_a_key(town: Town, device: Device) -> None:
    office = town.hospital.offices.accounts

    await by_key(town, device, office.add_key, new_key(device.account))
    added = keys(town, device)[1]
    revoked = p.KeyAct(client_ref="revoke", account=device.account, key=added.key_id.hex())
    await by_key(town, device, office.revoke_key, revoked)

    assert added.is_confirmed
    assert len(keys(town, device)) == 1


async def test_a_clerk_adds_a_key_that_is_confirmed_or_refused(town: Town, device: Device) -> None:
    office, bureau = town.hospital.offices.accounts, town.medicare.offices.accounts
    request = new_key(device.account, by_patient=False)
    await by_role(town.hospital, HOSPITAL, OperatorRole.CLERK, office.add_key, request)
    added = keys(town, device)[1]
    named = {"account": device.account, "key": added.key_id.hex()}

    confirmed = p.KeyAct(client_ref="confirm", by_patient=False, **named)
    await by_role(town.medicare, MEDICARE, OperatorRole.REVIEWER, bureau.confirm_key, confirmed)
    await by_key(town, device, office.refuse_key, p.KeyAct(client_ref="refuse", **named))

    record = key_record_of(town.ledger, bytes.fromhex(device.account), added.key_id)
    assert record is not None
    assert record.confirmed is not None
    assert record.refused is not None
    assert len(keys(town, device)) == 1


async def test_a_proxy_acts_in_every_method_of_a_patient(town: Town, device: Device) -> None:
    office = town.hospital.offices.accounts
    bill = await settled_bill(town, device)
    bert = Device("bert")
    await enrol(town, bert)
    given = p.ProxyGive(
        client_ref="proxy",
        account=device.account,
        holder=bert.account,
        scope=("grant_give", "claim_file"),
        bills=(bill,),
        until_ms=town.ledger.clock.now_ms + 1_000_000,
    )
    outcome = await by_key(town, device, office.give_proxy, given)
    proxy = outcome.object[-32:]
    grant = r.GrantGive(
        client_ref="grant",
        account=device.account,
        bill=bill,
        reader=INSURER,
        until_ms=town.ledger.clock.now_ms + 1_000_000,
        owner_salt=await salt_of(town.hospital, bill),
        mandate=r.Mandate(holder=bert.account, proxy=proxy),
    )

    await by_key(town, bert, town.hospital.offices.any.grant, grant)

    anna = bytes.fromhex(device.account)
    made = [key for key in town.ledger.values if key.startswith(b"h" + anna)]
    entry = act_for_of(town.ledger, anna, made[0][17:])
    assert entry is not None
    assert entry.deputy.hex() == bert.account
    ended = p.ProxyRevoke(client_ref="end", account=device.account, proxy=proxy)
    await by_key(town, device, office.revoke_proxy, ended)
    record = proxy_of(town.ledger, anna, bytes.fromhex(proxy))
    assert record is not None
    assert record.revoked is not None


async def assisted_account(town: Town) -> str:
    """Enrol and confirm a person without a device."""
    request = r.PatientEnrol(
        client_ref="no device", person=r.Person(name="Sample Carl", identity_number="carl")
    )
    office = town.hospital.offices.hospital
    enrolled = await by_role(town.hospital, HOSPITAL, OperatorRole.CLERK, office.enrol, request)
    confirm = r.PatientConfirm(
        client_ref="confirm carl", account=enrolled.object, identity_number="carl"
    )
    bureau = town.medicare.offices.medicare
    await by_role(town.medicare, MEDICARE, OperatorRole.REVIEWER, bureau.confirm, confirm)
    return enrolled.object


async def test_a_clerk_acts_for_a_person_who_was_seen_and_takes_it_back(town: Town) -> None:
    await allot(town, HOSPITAL)
    office = town.hospital.offices.accounts
    carl = await assisted_account(town)
    device = Device("carl")
    device.account = carl
    bill = await settled_bill(town, device)
    seen = await by_role(
        town.hospital,
        HOSPITAL,
        OperatorRole.TERMINAL,
        office.attest,
        p.PresenceAttest(client_ref="seen", account=carl, check="face_and_card"),
    )
    salt = await salt_of(town.hospital, bill)
    claim = r.ClaimFile(
        client_ref="assisted",
        account=carl,
        payer=INSURER,
        items=(r.ClaimItem(bill=bill, amount_fen=100, owner_salt=salt),),
        mandate=r.Mandate(presence=seen.object, form=b"a signed form".hex()),
    )

    file = town.hospital.offices.any.file_claim
    outcome = await by_role(town.hospital, HOSPITAL, OperatorRole.CLERK, file, claim)

    presence = presence_of(town.ledger, bytes.fromhex(seen.object))
    assert presence is not None
    assert presence.used is not None
    assert outcome.object.startswith("63")  # the claim
    (key,) = [key for key in town.ledger.values if key.startswith(b"h" + bytes.fromhex(carl))]
    undone = p.AssistedAct(client_ref="back", account=carl, act=key[17:].hex(), by_patient=False)
    await by_role(town.hospital, HOSPITAL, OperatorRole.CLERK, office.revoke_assisted, undone)
    entry = act_for_of(town.ledger, bytes.fromhex(carl), key[17:])
    assert entry is not None
    assert entry.is_undone
    late = p.AssistedAct(client_ref="late", account=carl, act=key[17:].hex(), by_patient=False)
    with pytest.raises(SubmitRefused, match="rules refuse"):
        await by_role(town.hospital, HOSPITAL, OperatorRole.REVIEWER, office.confirm_assisted, late)


async def test_a_mandate_names_a_proxy_or_a_presence_and_an_account_that_is(
    town: Town, device: Device
) -> None:
    values = {
        "client_ref": "w",
        "claim": "63" * 39,
        "account": device.account,
        "signer": device.signer.public_key.hex(),
    }
    withdraw = town.hospital.offices.any.withdraw_claim

    with pytest.raises(RpcFailure) as nothing:
        await withdraw(r.ClaimAct(**values, mandate=r.Mandate(form="00")))
    unknown = {**values, "account": "00" * 16, "client_ref": "w2"}
    with pytest.raises(RpcFailure) as nobody:
        await withdraw(r.ClaimAct(**unknown, mandate=r.Mandate(presence="70" * 39)))

    assert nothing.value.rpc_code is RpcCode.INVALID_PARAMS
    assert nobody.value.rpc_code is RpcCode.NOT_FOUND

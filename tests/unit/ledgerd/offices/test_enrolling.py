"""Accounts are random; who they are is sealed."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.queries import account_of
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node.refusals import SubmitRefused
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import PartCommitment, decode_sidecar, open_document
from ledgerd.primitives.wrapping import encryption_public_key, unwrap_for_device
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL, MEDICARE
from tests.unit.ledgerd.offices.acts import NAME, Device, by_role, enrol
from tests.unit.ledgerd.offices.town import Town


async def test_a_patient_is_enrolled_and_confirmed(town: Town) -> None:
    device = Device("anna")

    account = account_of(town.ledger, bytes.fromhex(await enrol(town, device)))

    assert account is not None
    assert account.confirmed is not None
    assert (account.enroller, account.registrar) == (HOSPITAL, MEDICARE)


async def test_the_record_opens_to_the_patient(town: Town) -> None:
    device = Device("anna")

    account = account_of(town.ledger, bytes.fromhex(await enrol(town, device)))

    assert account is not None
    sidecar = decode_sidecar(town.ledger.sidecars[account.record.sidecar.sidecar_hash])
    key = unwrap_for_device(sidecar.wraps, device.sealing_secret)[0]
    opened = open_document(sidecar, key, PartCommitment(account.record.root, account.record.key))
    assert decode(opened, tuple[str, str], bytes_max=1_000) == (NAME, "anna")


async def test_a_person_gets_one_confirmed_account(town: Town) -> None:
    await enrol(town, Device("anna"))
    office, bureau = town.hospital.offices.hospital, town.medicare
    request = r.PatientEnrol(
        client_ref="second",
        patient_key=Device("other").signer.public_key.hex(),
        patient_seal_key=encryption_public_key(Device("other").sealing_secret).hex(),
        person=r.Person(name=NAME),
    )
    again = await by_role(town.hospital, HOSPITAL, OperatorRole.CLERK, office.enrol, request)
    confirm = r.PatientConfirm(client_ref="c2", account=again.object, identity_number="anna")

    with pytest.raises(SubmitRefused) as refused:
        await by_role(
            bureau, MEDICARE, OperatorRole.REVIEWER, bureau.offices.medicare.confirm, confirm
        )

    assert refused.value.receipts[0].code is RejectCode.PERSON_HAS_ACCOUNT


async def test_the_office_key_may_not_enrol(town: Town) -> None:
    request = r.PatientEnrol(
        client_ref="e",
        patient_key=Device("anna").signer.public_key.hex(),
        patient_seal_key="11" * 32,
        person=r.Person(name=NAME),
    )

    with pytest.raises(RpcFailure) as refused:
        await town.hospital.offices.hospital.enrol(request)

    assert refused.value.reason == "ROLE_NOT_ALLOWED"

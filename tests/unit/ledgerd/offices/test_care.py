"""The office of care: consent is checked, words are sealed, the chain sees a commitment."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.care_queries import prescription_of, visit_of
from ledgerd.primitives.consent import care_commitment, consent_digest
from ledgerd.rpc import requests_care as r
from ledgerd.rpc.codes import RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL
from tests.unit.ledgerd.offices.acts import Device, allot, enrol
from tests.unit.ledgerd.offices.town import Town

SALT = "07" * 32


@pytest.fixture
async def device(town: Town) -> Device:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    return device


def consented(device: Device, ref: str, **more: object) -> dict[str, object]:
    commitment = care_commitment(bytes.fromhex(device.account), bytes.fromhex(SALT))
    signed = device.signer.sign(consent_digest(commitment, "sample ward"))
    return {
        "client_ref": ref,
        "account": device.account,
        "salt": SALT,
        "content": "sample ward",
        "consent": signed.hex(),
        **more,
    }


async def test_a_visit_is_booked_registered_prescribed_at_dispensed_and_completed(
    town: Town, device: Device
) -> None:
    office = town.hospital.offices.care
    booked = await office.book(r.VisitBook(**consented(device, "book")))
    came = await office.register(r.VisitRegister(**consented(device, "come", booked=booked.object)))
    until_ms = town.ledger.clock.now_ms + 86_400_000
    prescribed = await office.prescribe(
        r.PrescriptionIssue(**consented(device, "prescribe", visit=came.object, until_ms=until_ms))
    )
    await office.dispense(
        r.PrescriptionDispense(**consented(device, "dispense", prescription=prescribed.object))
    )
    await office.complete(r.VisitAct(client_ref="complete", visit=came.object))

    visit = visit_of(town.ledger, bytes.fromhex(booked.object))
    assert came.object == booked.object
    assert visit.visit == care_commitment(bytes.fromhex(device.account), bytes.fromhex(SALT))
    found = prescription_of(town.ledger, bytes.fromhex(prescribed.object))
    assert [one.hospital for one in found.dispensings] == [HOSPITAL]
    sidecar = town.ledger.sidecars[visit.sealed[0].sidecar.sidecar_hash]
    assert b"sample ward" not in sidecar


async def test_a_visit_is_cancelled(town: Town, device: Device) -> None:
    office = town.hospital.offices.care
    booked = await office.book(r.VisitBook(**consented(device, "book")))

    done = await office.cancel(r.VisitAct(client_ref="cancel", visit=booked.object))

    assert done.state == "committed"


async def test_a_consent_that_the_device_did_not_sign_is_refused(
    town: Town, device: Device
) -> None:
    office = town.hospital.offices.care
    request = r.VisitBook(**consented(device, "book"))

    for wrong in (replace(request, content="other ward"), replace(request, consent="")):
        with pytest.raises(RpcFailure, match="signed this consent"):
            await office.book(wrong)
    with pytest.raises(RpcFailure, match="no account"):
        await office.book(replace(request, account="0" * 32))

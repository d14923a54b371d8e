"""Keys go to readers, to devices, and again to whom they did not open."""

import msgspec
import pytest

from ledgerd.ledger.claim_operations import DeliverKey
from ledgerd.ledger.objects import UnreadableReport
from ledgerd.ledger.queries import VALUE_BYTES_MAX, bill_of
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.delivering import ISSUER_FIRST_MS, KeyDelivery, KeyRoom
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import decode_sidecar
from ledgerd.primitives.wrapping import encryption_public_key, unwrap_for_device
from ledgerd.rpc import requests as r, requests_bill as rb
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.queries import BillGet
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_device,
    chain_ref,
    enrol,
    granted,
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


def room_of(town: Town) -> KeyRoom:
    house = town.hospital.house
    return KeyRoom(Desk(house), ReadingRoom(house))


def opened_by(town: Town, device: Device) -> set[int]:
    """Try every sidecar with a device, as it does."""
    found: set[int] = set()
    for data in town.ledger.sidecars.values():
        found |= set(unwrap_for_device(decode_sidecar(data).wraps, device.sealing_secret))
    return found


async def test_a_bound_bill_is_delivered_to_the_owners_device_once(
    town: Town, device: Device
) -> None:
    bill = ref_of(await town.hospital.offices.hospital.issue(issue()))
    before = opened_by(town, device)

    act = rb.BillBind(client_ref="bind", bill=bill, account=device.account)
    await town.hospital.offices.axes.bind(act)
    await town.chores()
    height = town.ledger.height
    town.later()
    await town.chores()

    assert before == {0}  # the record of the enrolment
    assert opened_by(town, device) == {0, 1}
    assert town.ledger.height == height
    assert not any(bytes.fromhex(device.account) in v for k, v in bill_rows(town))


def bill_rows(town: Town) -> list[tuple[bytes, bytes]]:
    return [(k, v) for k, v in town.ledger.values.items() if k.startswith(b"b")]


async def test_a_revoked_grant_stops_deliveries(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    grant = r.GrantGive(
        client_ref="g",
        account=device.account,
        bill=bill,
        reader=INSURER,
        until_ms=town.ledger.clock.now_ms + 86_400_000,
        owner_salt=await salt_of(town.hospital, bill),
    )
    home = town.insurer
    given = await by_device(home, device, home.offices.any.grant, grant)
    revoke = rb.GrantRevoke(
        client_ref="r",
        account=device.account,
        code=bill.code,
        number=bill.number,
        grant=given.receipts[0].object[-32:],
    )
    await by_device(home, device, home.offices.consent.revoke_grant, revoke)

    await town.chores()

    with pytest.raises(RpcFailure, match="no institution"):
        await home.offices.any.open_bill(BillGet(code=bill.code, number=bill.number))
    assert town.hospital.floor.follower.chore_count == 0


async def test_another_reader_steps_in_for_a_silent_issuer(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    grant = r.GrantGive(
        client_ref="g",
        account=device.account,
        bill=bill,
        reader=INSURER,
        until_ms=town.ledger.clock.now_ms + 86_400_000,
        owner_salt=await salt_of(town.hospital, bill),
    )
    await by_device(town.insurer, device, town.insurer.offices.any.grant, grant)
    height = town.ledger.height
    await town.medicare.floor.follower.step()
    early = town.ledger.height
    town.later(ISSUER_FIRST_MS + 1)

    await town.medicare.floor.follower.step()

    opened = await town.insurer.offices.any.open_bill(BillGet(code=bill.code, number=bill.number))
    assert (early - height, len(opened.face) > 0) == (0, True)


async def test_a_reader_that_could_not_open_gets_its_keys_anew(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    report = rb.BillReport(client_ref="report", bill=bill)

    await town.medicare.offices.consent.report(report)
    await town.chores()

    reports = [v for k, v in bill_rows(town) if k[19:20] == b"\x03"]
    (found,) = (decode(v, UnreadableReport, bytes_max=VALUE_BYTES_MAX) for v in reports)
    assert (found.reader, found.parts) == (MEDICARE, 3)
    assert found.answered is not None


async def test_other_sums_are_not_mended_by_keys(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    report = rb.BillReport(client_ref="report", bill=bill, reason="sums_differ")
    await town.finance.offices.consent.report(report)
    height = town.ledger.height

    await town.chores()

    assert town.ledger.height == height


async def test_a_bureau_outside_the_circle_gets_no_keys_for_a_report(
    town: Town, device: Device
) -> None:
    from ledgerd.ledger.bill_operations import ReportUnreadable
    from ledgerd.ledger.fields import UnreadableReason

    bill = ref_of(await town.hospital.offices.hospital.issue(issue(account=device.account)))
    ref = chain_ref(bill)
    operation = ReportUnreadable(client_ref="x", bill=ref, reason=UnreadableReason.DOES_NOT_OPEN)

    async def compose(_: bytes) -> Draft:
        return Draft((operation,))

    act = r.BillAct(client_ref="x", bill=bill)
    outcome = await Desk(town.medicare.house).act(act, compose)
    report = outcome.receipts[0].object[-32:]
    delivery = KeyDelivery(client_ref="d", bill=bill, report=report)
    await room_of(town).deliver(delivery)

    found = bill_of(town.ledger, ref)
    assert found is not None
    assert MEDICARE in await ReadingRoom(town.hospital.house).circle(ref)
    assert INSURER not in await ReadingRoom(town.hospital.house).circle(ref)


@pytest.mark.parametrize("field", ["grant", "report"])
async def test_a_delivery_names_what_exists(town: Town, device: Device, field: str) -> None:
    bill = await settled_bill(town, device)
    act = KeyDelivery(client_ref="d", bill=bill)
    act = msgspec.structs.replace(act, **{field: "00" * 16})

    with pytest.raises(RpcFailure, match=f"no {field}"):
        await room_of(town).deliver(act)


async def test_a_reader_by_grant_hands_on_by_its_own_delivery(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    await granted(town, device, bill, FINANCE)
    room = ReadingRoom(town.finance.house)

    assert room.own_delivery(chain_ref(bill), FINANCE) is not None
    assert room.own_delivery(chain_ref(bill), INSURER) is None
    assert DeliverKey.__struct_config__.tag == 33
    assert encryption_public_key(device.sealing_secret)

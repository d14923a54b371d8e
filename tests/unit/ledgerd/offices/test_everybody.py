"""What needs no particular kind of institution."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.objects import ClaimState
from ledgerd.ledger.queries import claim_of, institution_of
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.queries import BillGet, BillsOfAccount
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL,
    INSURER,
    INSURER_2,
    KINDS,
    MEDICARE,
    key_of,
    uscc,
)
from tests.unit.ledgerd.offices.acts import (
    NAME,
    Device,
    allot,
    by_device,
    by_role,
    claimed,
    enrol,
    granted,
    issue,
    salt_of,
    settled_bill,
)
from tests.unit.ledgerd.offices.town import Town

NEW = uscc("12330000000000088")


@pytest.fixture
async def device(town: Town) -> Device:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    return device


def get(bill: r.BillRef) -> BillGet:
    return BillGet(code=bill.code, number=bill.number)


async def test_issuer_and_bureau_open_both_parts_finance_the_face(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device)

    at_hospital = await town.hospital.offices.any.open_bill(get(bill))
    at_bureau = await town.medicare.offices.any.open_bill(get(bill))
    at_finance = await town.finance.offices.any.open_bill(get(bill))

    assert at_hospital.face == at_bureau.face == at_finance.face
    assert at_hospital.lines == at_bureau.lines != ()
    assert at_finance.lines == ()
    assert NAME in {field.value for field in at_finance.face}
    assert NAME not in repr(at_finance)


async def test_who_has_no_key_opens_nothing(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)

    with pytest.raises(RpcFailure) as refused:
        await town.insurer.offices.any.open_bill(get(bill))
    with pytest.raises(RpcFailure) as missing:
        await town.insurer.offices.any.open_bill(BillGet(code="33010126", number="0000000999"))

    assert refused.value.rpc_code is RpcCode.UNAUTHORISED
    assert missing.value.rpc_code is RpcCode.NOT_FOUND
    assert town.insurer.audit.openings == []


async def test_every_opening_is_in_the_audit_log(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)

    await town.medicare.offices.any.open_bill(get(bill))

    entry = (MEDICARE, f"{bill.code}-{bill.number}", "request")
    assert town.medicare.audit.openings[-1] == entry


async def test_the_issuer_lists_an_accounts_bills(town: Town, device: Device) -> None:
    await settled_bill(town, device, "bill 1")
    await settled_bill(town, device, "bill 2")
    await town.hospital.offices.hospital.issue(issue("nobody"))
    asked = BillsOfAccount(account=device.account, limit=1)

    first = await town.hospital.offices.any.bills_of(asked)
    rest = await town.hospital.offices.any.bills_of(
        BillsOfAccount(account=device.account, cursor=first.next or "")
    )

    assert [bill.bill[-1] for bill in (*first.bills, *rest.bills)] == ["1", "2"]
    assert rest.next is None


async def test_a_patient_withdraws_a_claim(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER, 1)
    request = r.ClaimAct(client_ref="w", claim=key)

    await by_device(town.insurer, device, town.insurer.offices.any.withdraw_claim, request)

    claim = claim_of(town.ledger, bytes.fromhex(key))
    assert claim is not None
    assert claim.state is ClaimState.WITHDRAWN


async def test_a_withdrawal_names_the_account(town: Town) -> None:
    with pytest.raises(RpcFailure) as refused:
        await town.insurer.offices.any.withdraw_claim(r.ClaimAct(client_ref="w", claim="00" * 39))

    assert refused.value.field == "account"


async def test_anyone_releases_an_expired_claim(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER, 1)
    town.later(31 * 86_400_000)

    await town.finance.offices.any.release_claim(r.ClaimAct(client_ref="x", claim=key))

    claim = claim_of(town.ledger, bytes.fromhex(key))
    assert claim is not None
    assert claim.state is ClaimState.EXPIRED


async def test_a_patient_releases_an_expired_claim(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER, 1)
    town.later(31 * 86_400_000)
    request = r.ClaimAct(client_ref="x", claim=key)

    outcome = await by_device(town.finance, device, town.finance.offices.any.release_claim, request)

    assert outcome.state == "committed"


async def test_a_claim_asks_for_more_than_nothing(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    salt = await salt_of(town.hospital, bill)
    request = r.ClaimFile(
        client_ref="c",
        account=device.account,
        payer=INSURER,
        signer=device.signer.public_key.hex(),
        items=(r.ClaimItem(bill=bill, amount_fen=0, owner_salt=salt),),
    )

    with pytest.raises(RpcFailure) as refused:
        await town.insurer.offices.any.file_claim(request)

    assert refused.value.field == "items"


async def test_a_face_only_grant_opens_the_face_only(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    request = r.GrantGive(
        client_ref="face",
        account=device.account,
        bill=bill,
        reader=INSURER_2,
        parts="face",
        until_ms=town.ledger.clock.now_ms + 1_000_000,
        owner_salt=await salt_of(town.hospital, bill),
    )
    await by_device(town.insurer, device, town.insurer.offices.any.grant, request)
    await town.chores()

    opened = await town.insurer.offices.any.open_bill(get(bill))

    assert opened.face != ()
    assert opened.lines == ()


async def test_finance_and_a_bureau_admit_a_hosted_hospital(town: Town) -> None:
    request = r.MemberAdd(
        client_ref="add",
        institution=NEW,
        kind="hospital",
        name="Sample hospital",
        area="330100",
        hosted_by=HOSPITAL,
        operator_keys=(
            r.OperatorKeyOf(role="office", public_key=key_of(NEW, "office").hex()),
            r.OperatorKeyOf(role="admin", public_key=key_of(NEW, "admin").hex()),
        ),
        encryption_key="22" * 32,
    )
    hospital, bureau = town.hospital, town.medicare
    made = await by_role(
        town.finance, FINANCE, OperatorRole.ADMIN, town.finance.offices.any.propose_member, request
    )
    vote = r.MemberVote(client_ref="vote", proposal=made.object)
    await by_role(bureau, MEDICARE, OperatorRole.ADMIN, bureau.offices.governance.vote, vote)

    found = institution_of(town.ledger, NEW)
    assert found is not None
    assert found.institution.hosted_by == HOSPITAL
    assert hospital.house.kind_of(NEW) == KINDS[HOSPITAL]


async def test_a_second_grant_to_the_same_reader_is_delivered_too(
    town: Town, device: Device
) -> None:
    bill = await settled_bill(town, device)
    await granted(town, device, bill, INSURER)
    request = r.GrantGive(
        client_ref="again",
        account=device.account,
        bill=bill,
        reader=INSURER,
        until_ms=town.ledger.clock.now_ms + 5_000_000,
        owner_salt=await salt_of(town.hospital, bill),
    )
    await by_device(town.insurer, device, town.insurer.offices.any.grant, request)
    await town.chores()

    assert ref_of_readers(town, bill) == [INSURER, INSURER]


def ref_of_readers(town: Town, bill: r.BillRef) -> list[str]:
    from ledgerd.offices.readers import ReadingRoom
    from tests.unit.ledgerd.offices.acts import chain_ref

    room = ReadingRoom(town.insurer.house)
    return [delivery.reader for delivery in room.deliveries(chain_ref(bill))]

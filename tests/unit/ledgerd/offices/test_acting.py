"""The same request again, whatever happened in between."""

import pytest
from msgspec.structs import replace

from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.offices.acting import request_digest
from ledgerd.primitives.signatures import Ed25519Signer
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    content,
    enrol,
    granted,
    issue,
    settled_bill,
    sign,
)
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def office(town: Town):
    await allot(town, HOSPITAL)
    return town.hospital


async def test_the_same_request_gets_the_first_result(town: Town, office) -> None:
    first = await office.offices.hospital.issue(issue())
    height = town.ledger.height

    again = await office.offices.hospital.issue(replace(issue(), wait="sealed", timeout_s=1))

    assert (again.object, again.tx_id) == (first.object, first.tx_id)
    assert town.ledger.height == height


async def test_the_outbox_outlives_a_restart(town: Town, office) -> None:
    first = await office.offices.hospital.issue(issue())
    office.restart()

    again = await office.offices.hospital.issue(issue())
    next_one = await office.offices.hospital.issue(issue("bill 2"))

    assert again.tx_id == first.tx_id
    assert next_one.object.endswith("-0000000002")


async def test_another_request_under_the_same_ref_is_a_conflict(office) -> None:
    await office.offices.hospital.issue(issue())

    with pytest.raises(RpcFailure) as refused:
        await office.offices.hospital.issue(issue(content=content(99_00), paid_fen=1))

    assert refused.value.rpc_code is RpcCode.CONFLICTING_CLIENT_REF


async def test_a_ref_belongs_to_its_author(town: Town, office) -> None:
    from tests.unit.ledgerd.ledger.world import HOSPITAL_2

    await allot(town, HOSPITAL_2, first=5_000)
    await office.offices.hospital.issue(issue())

    other = await office.offices.hospital.issue(issue(author=HOSPITAL_2))

    assert other.object.endswith("-0000005000")


async def test_what_is_not_committed_in_time_is_unknown_and_then_the_same(
    town: Town, office
) -> None:
    town.ledger.is_open = False
    with pytest.raises(RpcFailure) as unknown:
        await office.offices.hospital.issue(issue())
    with pytest.raises(RpcFailure):
        await office.offices.hospital.issue(issue())
    town.ledger.is_open = True
    town.ledger.commit()

    outcome = await office.offices.hospital.issue(issue())

    assert unknown.value.rpc_code is RpcCode.OUTCOME_UNKNOWN
    assert outcome.tx_id == unknown.value.tx_id
    assert len(set(town.ledger.submitted[-2:])) == 1


async def test_without_a_quorum_nothing_is_called_a_success(town: Town, office) -> None:
    office.node.refusal = SubmitRefused(RefusalCode.NO_QUORUM, "too few")
    with pytest.raises(RpcFailure) as refused:
        await office.offices.hospital.issue(issue())
    office.node.refusal = None

    outcome = await office.offices.hospital.issue(issue())

    assert refused.value.rpc_code is RpcCode.NO_QUORUM
    assert outcome.object.endswith("-0000000001")


async def test_an_unsent_request_is_composed_anew_when_its_time_is_over(town: Town, office) -> None:
    office.node.refusal = SubmitRefused(RefusalCode.NO_QUORUM, "too few")
    with pytest.raises(RpcFailure):
        await office.offices.hospital.issue(issue())
    office.node.refusal = None
    town.later(7_200_000)

    outcome = await office.offices.hospital.issue(issue())

    assert (outcome.state, outcome.object[-10:]) == ("committed", "0000000001")


async def test_a_refused_request_frees_its_ref_and_keeps_its_number(town: Town, office) -> None:
    wrong = issue(public="settled")
    with pytest.raises(RpcFailure) as refused:
        await office.offices.hospital.issue(wrong)

    outcome = await office.offices.hospital.issue(issue())

    assert refused.value.reason == "PUBLIC_POSITION_WRONG"
    assert outcome.object.endswith("-0000000001")


async def test_nobody_waits_when_asked_not_to(town: Town, office) -> None:
    town.ledger.is_open = False

    outcome = await office.offices.hospital.issue(issue(wait="none"))

    assert (outcome.state, outcome.client_ref) == ("pending", "bill 1")


async def test_a_foreign_signer_gets_the_same_unsigned_bytes_until_they_are_in_a_block(
    town: Town, office
) -> None:
    from ledgerd.keys.roles import OperatorRole

    signer = office.keys.keys_of(HOSPITAL).signer(OperatorRole.CASHIER)
    request = issue(signer=signer.public_key.hex())

    first = await office.offices.hospital.issue(request)
    second = await office.offices.hospital.issue(request)
    await sign(office, first, signer)
    third = await office.offices.hospital.issue(request)

    assert (first.state, first.transaction) == ("unsigned", second.transaction)
    assert (third.state, third.tx_id) == ("committed", first.tx_id)


async def test_a_patients_act_needs_a_device(town: Town, office) -> None:
    device = Device("anna")
    await enrol(town, device)
    bill = await settled_bill(town, device)
    await granted(town, device, bill, HOSPITAL)
    request = r.ClaimAct(client_ref="w", claim="00" * 39, account=device.account)

    with pytest.raises(RpcFailure) as refused:
        await office.offices.any.withdraw_claim(request)

    assert refused.value.field == "signer"


def test_how_long_one_waits_is_no_part_of_what_is_asked() -> None:
    waiting = replace(issue(), wait="none", timeout_s=1)

    assert request_digest(issue()) == request_digest(waiting)
    assert request_digest(issue()) != request_digest(issue(paid_fen=None))
    signer = Ed25519Signer(bytes(32)).public_key.hex()
    assert request_digest(issue()) != request_digest(issue(signer=signer))

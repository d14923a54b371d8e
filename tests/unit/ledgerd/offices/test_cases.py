"""The office of cases: sealed to the parties, judged twice."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.case_objects import CaseState
from ledgerd.ledger.case_queries import alert_of, case_of
from ledgerd.ledger.queries import bill_of
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import PartCommitment, decode_sidecar, open_document
from ledgerd.primitives.wrapping import unwrap_for_device
from ledgerd.rpc import requests_redress as rr
from ledgerd.rpc.case_letters import LETTER_BYTES_MAX, CaseLetter
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.queries import IdRef
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    by_device,
    by_role,
    chain_ref,
    enrol,
    settled_bill,
)
from tests.unit.ledgerd.offices.town import Home, Town

REVIEWER = OperatorRole.REVIEWER


@pytest.fixture
async def device(town: Town) -> Device:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    return device


def reviewer_of(home: Home, institution: str) -> str:
    return home.keys.keys_of(institution).operator_public_key(REVIEWER).hex()


async def opened_case(town: Town, device: Device) -> tuple[str, object]:
    bill = await settled_bill(town, device)
    cases = town.medicare.offices.cases
    alert = await cases.raise_alert(
        rr.AlertRaise(client_ref="a", rule="split-stay", bills=(bill,), evidence="two stays")
    )
    request = rr.CaseOpen(
        client_ref="case",
        rule="split-stay",
        alert=alert.object,
        parties=(HOSPITAL, device.account),
        subject="two stays of one person",
        holds=(bill,),
    )
    outcome = await by_role(town.medicare, MEDICARE, REVIEWER, cases.open, request)
    assert alert_of(town.ledger, bytes.fromhex(alert.object)).case == bytes.fromhex(outcome.object)
    return outcome.object, bill


async def found_case(town: Town, device: Device) -> str:
    case, _ = await opened_case(town, device)
    assign = rr.CaseAssign(
        client_ref="as", case=case, assignee=INSURER, key=reviewer_of(town.insurer, INSURER)
    )
    await by_role(town.medicare, MEDICARE, REVIEWER, town.medicare.offices.cases.assign, assign)
    report = rr.CaseReport(client_ref="found", case=case, finding="one stay was split")
    await by_role(town.insurer, INSURER, REVIEWER, town.insurer.offices.cases.report, report)
    return case


def salt_on_device(town: Town, device: Device, case: str) -> str:
    record = case_of(town.ledger, bytes.fromhex(case))
    subject = record.subject
    sidecar = decode_sidecar(town.ledger.sidecars[subject.sidecar.sidecar_hash])
    (key,) = unwrap_for_device(sidecar.wraps, device.sealing_secret).values()
    data = open_document(sidecar, key, PartCommitment(subject.root, subject.key))
    letter = decode(data, CaseLetter, bytes_max=LETTER_BYTES_MAX)
    return {one.party: one.salt.hex() for one in letter.parties}[device.account]


async def test_a_case_goes_from_the_alert_to_the_second_judge(town: Town, device: Device) -> None:
    case = await found_case(town, device)
    hospital, medicare, finance = (
        town.hospital.offices.cases,
        town.medicare.offices.cases,
        town.finance.offices.cases,
    )

    first = rr.CaseAppeal(client_ref="no", case=case, reasons="they were two")
    await by_role(town.hospital, HOSPITAL, OperatorRole.CLERK, hospital.appeal, first)
    review = rr.CaseReview(client_ref="r1", case=case, opinion="it stays")
    await by_role(town.medicare, MEDICARE, REVIEWER, medicare.review, review)
    second = rr.CaseAppeal(
        client_ref="no again",
        case=case,
        account=device.account,
        salt=salt_on_device(town, device, case),
        reasons="I was there",
    )
    await by_device(town.finance, device, finance.appeal, second)
    judge = rr.CaseAssign(
        client_ref="judge", case=case, assignee=FINANCE, key=reviewer_of(town.finance, FINANCE)
    )
    await by_role(town.medicare, MEDICARE, REVIEWER, medicare.assign, judge)
    last = rr.CaseReview(client_ref="r2", case=case, opinion="it does not")
    await by_role(town.finance, FINANCE, REVIEWER, finance.review, last)
    end = rr.CaseClose(client_ref="end", case=case)
    await by_role(town.medicare, MEDICARE, REVIEWER, medicare.close, end)

    record = case_of(town.ledger, bytes.fromhex(case))
    assert record.state is CaseState.CLOSED
    bill = bill_of(town.ledger, record.holds[0])
    assert bill is not None
    assert bill.cases_open == 0


async def test_a_party_reads_the_case_and_nobody_else_does(town: Town, device: Device) -> None:
    case = await found_case(town, device)

    read = await town.hospital.offices.cases.read(IdRef(id=case))
    with pytest.raises(RpcFailure) as refused:
        await town.finance.offices.cases.read(IdRef(id=case))

    assert [letter.step for letter in read.letters] == ["opened", "found"]
    assert read.letters[1].text == "one stay was split"
    assert {one.party for one in read.parties} == {HOSPITAL, device.account}
    assert refused.value.rpc_code is RpcCode.UNAUTHORISED
    assert "split" not in repr(read.letters)


async def test_an_alert_is_about_bills_that_its_author_can_open(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    request = rr.AlertRaise(client_ref="a", rule="split-stay", bills=(bill,), evidence="x")

    with pytest.raises(RpcFailure) as refused:
        await town.insurer.offices.cases.raise_alert(request)

    assert refused.value.rpc_code is RpcCode.UNAUTHORISED


async def test_a_stranger_has_no_salt_and_a_device_names_its_own(
    town: Town, device: Device
) -> None:
    case = await found_case(town, device)
    stranger = rr.CaseAppeal(client_ref="x", case=case, reasons="x")
    patient = rr.CaseAppeal(
        client_ref="y",
        case=case,
        account=device.account,
        signer=device.signer.public_key.hex(),
        reasons="y",
    )

    with pytest.raises(RpcFailure) as no_party:
        await town.insurer.offices.cases.appeal(stranger)
    with pytest.raises(RpcFailure) as no_salt:
        await town.finance.offices.cases.appeal(patient)

    assert no_party.value.rpc_code is RpcCode.UNAUTHORISED
    assert no_salt.value.rpc_code is RpcCode.INVALID_PARAMS


async def test_a_case_that_does_not_exist_is_not_found(town: Town) -> None:
    with pytest.raises(RpcFailure) as absent:
        await town.hospital.offices.cases.read(IdRef(id="71" * 39))

    assert absent.value.rpc_code is RpcCode.NOT_FOUND


async def test_a_bill_that_a_case_holds_says_so(town: Town, device: Device) -> None:
    _, bill = await opened_case(town, device)

    record = bill_of(town.ledger, chain_ref(bill))

    assert record is not None
    assert record.cases_open == 1

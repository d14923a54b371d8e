"""Methods that read alerts, cases and applications, and acts where no office runs."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger import assistance_operations as ao, case_operations as ko
from ledgerd.ledger.claim_operations import ClaimItem
from ledgerd.ledger.fields import BillRef
from ledgerd.rpc.catalogue_redress import CASE_OPEN, CLAIM_APPEAL
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_redress import RedressReads, bind_redress
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Registry
from ledgerd.rpc.requests_redress import ByAuthor, CaseClose
from tests.unit.ledgerd.rpc.solo_node import HOSPITAL, MEDICARE, SoloNode
from tests.unit.ledgerd.rpc.stories import (
    ACCOUNT,
    BILL,
    DAY,
    DOCUMENT,
    SALT,
    SIDECAR,
    Story,
    told,
)

CALLER = Caller("test", ALL_SCOPES)


async def told_of_cases() -> tuple[Story, bytes, bytes]:
    story = await told()
    alert = await story.tell(
        MEDICARE,
        ko.RaiseAlert(
            client_ref="alert",
            date=DAY,
            rule="split-stay",
            result=ko.AlertClass.VIOLATION,
            evidence=DOCUMENT,
        ),
    )
    case = await story.tell(
        MEDICARE,
        ko.OpenCase(
            client_ref="case",
            date=DAY,
            rule="split-stay",
            alert=alert,
            parties=(bytes(32),),
            subject=DOCUMENT,
            holds=(BILL,),
        ),
        OperatorRole.REVIEWER,
    )
    return story, alert, case


async def test_alerts_and_cases_are_shown_and_listed_by_their_author() -> None:
    story, alert, case = await told_of_cases()
    reads = RedressReads(story.node)  # type: ignore[arg-type]

    shown = await reads.case(IdRef(id=case.hex()), CALLER)
    listed = await reads.cases(ByAuthor(institution=MEDICARE), CALLER)
    others = await reads.cases(ByAuthor(institution=HOSPITAL), CALLER)
    alerts = await reads.alerts(ByAuthor(), CALLER)

    assert listed.cases == (shown.case,)
    assert others.cases == ()
    assert alerts.alerts == ((await reads.alert(IdRef(id=alert.hex()), CALLER)).alert,)
    assert (shown.case.alert, alerts.alerts[0].result) == (alert.hex(), "violation")


async def test_sealed_letters_come_as_they_are_or_empty() -> None:
    story, _, case = await told_of_cases()
    reads = RedressReads(story.node)  # type: ignore[arg-type]

    here = await reads.letters(IdRef(id=case.hex()), CALLER)
    story.node.sidecars.clear()
    gone = await reads.letters(IdRef(id=case.hex()), CALLER)

    assert [bytes.fromhex(letter.sidecar) for letter in here.letters] == [SIDECAR]
    assert [letter.sidecar for letter in gone.letters] == [""]


async def test_applications_are_listed_as_claims_of_aid() -> None:
    story = await told()
    item = ClaimItem(bill=BillRef(code=BILL.code, number=BILL.number), salt=SALT, amount_fen=5)
    application = ao.ApplyAssistance(
        client_ref="aid", date=DAY, bureau=MEDICARE, items=(item,), reasons=DOCUMENT
    )
    key = await story.tell(ACCOUNT, application)

    listed = await RedressReads(story.node).applications(  # type: ignore[arg-type]
        ByAuthor(institution=MEDICARE), CALLER
    )

    assert [(view.claim, view.asked_fen) for view in listed.claims] == [(key.hex(), 5)]


async def test_what_does_not_exist_is_not_found() -> None:
    reads = RedressReads((await told()).node)  # type: ignore[arg-type]

    for read in (reads.case, reads.alert, reads.letters):
        with pytest.raises(RpcFailure) as absent:
            await read(IdRef(id="71" * 39), CALLER)
        assert absent.value.rpc_code is RpcCode.NOT_FOUND


@pytest.mark.parametrize("name", [CASE_OPEN.name, CLAIM_APPEAL.name])
async def test_an_act_without_its_office_is_not_authorised_here(name: str) -> None:
    registry = Registry()
    bind_redress(registry, SoloNode(), Offices())  # type: ignore[arg-type]
    method = registry.find(name)
    assert method is not None

    with pytest.raises(RpcFailure) as refused:
        await method.handler(CaseClose(client_ref="x", case="71" * 39), CALLER)

    assert refused.value.rpc_code is RpcCode.UNAUTHORISED

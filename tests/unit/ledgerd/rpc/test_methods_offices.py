"""Acts are handed to the office that does them, and refused where there is none."""

import pytest
import trio
import trio.testing
from msgspec.structs import replace

from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.catalogue import BILL_PAY, CLAIM_PAY, NUMBERS_ALLOT, PATIENT_ENROL, SETTLE_CREATE
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_offices import bind_offices
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Registry
from ledgerd.rpc.requests import BillPay, BillRef
from tests.unit.ledgerd.rpc.solo_node import SoloNode
from tests.unit.ledgerd.rpc.stories import Story
from tests.unit.ledgerd.rpc.test_methods import EmptyOffice

CALLER = Caller("test", ALL_SCOPES)
PAY = BillPay(
    client_ref="r", bill=BillRef(code="1" * 8, number="2" * 10), amount_fen=1, timeout_s=1
)


class Cashier:
    """A hospital's office that remembers what it was asked to record."""

    def __init__(self) -> None:
        self.paid: list[BillPay] = []

    async def pay(self, request: BillPay) -> Outcome:
        self.paid.append(request)
        return Outcome(state="committed", tx_id="00", client_ref=request.client_ref)

    def __getattr__(self, name: str) -> object:
        return EmptyOffice().refuse


def bound(offices: Offices) -> Registry:
    registry = Registry()
    bind_offices(registry, SoloNode(), offices)  # type: ignore[arg-type]
    return registry


async def test_a_request_reaches_its_office_as_it_is() -> None:
    office = Cashier()
    registry = bound(Offices(any=EmptyOffice(), hospital=office))  # type: ignore[arg-type]
    method = registry.find(BILL_PAY.name)
    assert method is not None

    outcome = await method.handler(PAY, CALLER)

    assert office.paid == [PAY]
    assert outcome == Outcome(state="committed", tx_id="00", client_ref="r")


@pytest.mark.parametrize(
    "name", [m.name for m in (BILL_PAY, CLAIM_PAY, NUMBERS_ALLOT, PATIENT_ENROL, SETTLE_CREATE)]
)
async def test_an_act_without_its_office_is_not_authorised_here(name: str) -> None:
    method = bound(Offices(any=EmptyOffice())).find(name)  # type: ignore[arg-type]
    assert method is not None

    with pytest.raises(RpcFailure) as refusal:
        await method.handler(PAY, CALLER)

    assert refusal.value.rpc_code is RpcCode.UNAUTHORISED


async def test_an_act_on_what_another_node_has_seen_waits_for_that_height() -> None:
    office, story = Cashier(), Story(SoloNode())
    registry = Registry()
    bind_offices(registry, story.node, Offices(hospital=office))  # type: ignore[arg-type]
    method = registry.find(BILL_PAY.name)
    assert method is not None

    async with trio.open_nursery() as nursery:
        nursery.start_soon(method.handler, replace(PAY, after_height=1), CALLER)
        await trio.lowlevel.checkpoint()
        before = list(office.paid)
        await story.allot()

    assert (before, office.paid) == ([], [PAY])


async def test_a_height_that_does_not_come_is_not_synced(
    autojump_clock: trio.testing.MockClock,
) -> None:
    method = bound(Offices(hospital=Cashier())).find(BILL_PAY.name)  # type: ignore[arg-type]
    assert method is not None

    with pytest.raises(RpcFailure) as refusal:
        await method.handler(replace(PAY, after_height=9, timeout_s=0), CALLER)

    assert refusal.value.rpc_code is RpcCode.NOT_SYNCED

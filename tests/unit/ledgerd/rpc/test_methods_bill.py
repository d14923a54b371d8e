"""Methods on consent after the story of one bill, and acts where no office runs."""

import pytest

from ledgerd.rpc.catalogue_bill import BILL_CHECK, BILL_VOID
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_bill import BillMethods, bind_bill
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.queries import BillGet
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Registry
from ledgerd.rpc.requests_bill import AccessList, BillShare
from tests.unit.ledgerd.rpc.solo_node import HOSPITAL, INSURER
from tests.unit.ledgerd.rpc.stories import BILL, BILL_TEXT, told

CALLER = Caller("test", ALL_SCOPES)
UNKNOWN = "0000000999"


async def methods() -> BillMethods:
    return BillMethods((await told()).node, None)  # type: ignore[arg-type]


async def test_who_may_read_is_listed_with_the_height_it_was_read_at() -> None:
    answer = await (await methods()).access(AccessList(code=BILL.code, number=BILL.number), CALLER)

    assert answer.bill == BILL_TEXT
    assert answer.height > 0
    ways = {(view.reader, view.because) for view in answer.access}
    assert {(HOSPITAL, "issued"), (INSURER, "granted"), ("", "owns")} <= ways


async def test_a_bill_without_deliveries_to_devices_has_no_keys() -> None:
    found = await (await methods()).keys(BillGet(code=BILL.code, number=BILL.number), CALLER)

    assert found.documents == ()


async def test_an_unknown_bill_is_not_found() -> None:
    handlers = await methods()

    with pytest.raises(RpcFailure) as access:
        await handlers.access(AccessList(code=BILL.code, number=UNKNOWN), CALLER)
    with pytest.raises(RpcFailure) as keys:
        await handlers.keys(BillGet(code=BILL.code, number=UNKNOWN), CALLER)

    assert {access.value.rpc_code, keys.value.rpc_code} == {RpcCode.NOT_FOUND}


async def test_without_an_office_nothing_is_opened_or_acted() -> None:
    story = await told()
    registry = Registry()
    bind_bill(registry, story.node, Offices())  # type: ignore[arg-type]
    share = BillShare(code=BILL.code, number=BILL.number, fields=("bill",))

    with pytest.raises(RpcFailure) as refused:
        await (await methods()).share(share, CALLER)

    assert refused.value.rpc_code is RpcCode.UNAUTHORISED
    assert registry.find(BILL_VOID.name) is not None
    assert registry.find(BILL_CHECK.name) is not None

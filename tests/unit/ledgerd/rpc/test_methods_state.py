"""Methods that read single objects and sums, after the story of one bill."""

import pytest

from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_state import StateMethods
from ledgerd.rpc.queries import AccountRef, BillGet, IdRef, MemberGet
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.unit.ledgerd.rpc.solo_node import HOSPITAL, MEDICARE, SoloNode
from tests.unit.ledgerd.rpc.stories import ACCOUNT, BILL_TEXT, CODE, SIDECAR, TOTAL_FEN, told

CALLER = Caller("test", ALL_SCOPES)


async def test_a_bill_shows_its_axes_and_its_payers() -> None:
    story = await told()
    methods = StateMethods(story.node)  # type: ignore[arg-type]

    found = await methods.bill(BillGet(code=CODE, number="0000000001"), CALLER)

    head = story.node.reads.head()
    assert (found.height, found.state_root) == (head.height, head.state_root.hex())
    assert (found.bill.bill, found.bill.issuer) == (BILL_TEXT, HOSPITAL)
    assert (found.bill.state, found.bill.payment, found.bill.paid_fen) == (
        "supervised",
        "paid",
        TOTAL_FEN,
    )
    assert [(share.payer, share.state) for share in found.bill.shares] == [("medicare", "filed")]


async def test_the_sealed_bytes_of_a_bill_come_as_they_are() -> None:
    story = await told()

    found = await StateMethods(story.node).sidecar(  # type: ignore[arg-type]
        BillGet(code=CODE, number="0000000001"), CALLER
    )

    assert bytes.fromhex(found.sidecar) == SIDECAR


async def test_sealed_bytes_that_nobody_keeps_are_pruned() -> None:
    story = await told()
    story.node.sidecars.clear()

    with pytest.raises(RpcFailure) as refusal:
        await StateMethods(story.node).sidecar(  # type: ignore[arg-type]
            BillGet(code=CODE, number="0000000001"), CALLER
        )

    assert refusal.value.rpc_code is RpcCode.PRUNED


async def test_a_claim_is_found_by_its_id() -> None:
    story = await told()
    methods = StateMethods(story.node)  # type: ignore[arg-type]

    found = await methods.claim(IdRef(id=story.claim.hex()), CALLER)

    assert (found.claim.state, found.claim.asked_fen) == ("filed", TOTAL_FEN)
    assert (found.claim.bills, found.claim.payer) == ((BILL_TEXT,), MEDICARE)


async def test_an_account_says_that_it_is_confirmed() -> None:
    story = await told()

    found = await StateMethods(story.node).account(  # type: ignore[arg-type]
        AccountRef(account=ACCOUNT.hex()), CALLER
    )

    assert (found.state, found.enrolled_by, found.key_count) == ("confirmed", HOSPITAL, 1)


async def test_a_member_is_a_validator_or_not() -> None:
    found = await StateMethods(SoloNode()).member(  # type: ignore[arg-type]
        MemberGet(institution=HOSPITAL), CALLER
    )

    assert (found.member.kind, found.member.state) == ("hospital", "validator")


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("bill", BillGet(code=CODE, number="0000000009")),
        ("claim", IdRef(id="63" + "00" * 38)),
        ("settlement", IdRef(id="73" + "00" * 38)),
        ("account", AccountRef(account="00" * 16)),
        ("member", MemberGet(institution="0" * 18)),
    ],
)
async def test_what_is_not_there_is_not_found(name: str, query: object) -> None:
    methods = StateMethods(SoloNode())  # type: ignore[arg-type]

    with pytest.raises(RpcFailure) as refusal:
        await getattr(methods, name)(query, CALLER)

    assert refusal.value.rpc_code is RpcCode.NOT_FOUND

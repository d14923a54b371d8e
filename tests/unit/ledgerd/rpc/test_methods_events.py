"""Events, histories and proofs, on a ledger of one."""

import pytest
import trio

from ledgerd.chain.light import ProvedState, ProvedTransaction, verify_proof
from ledgerd.cli.proved import proved_state, proved_transaction
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_events import EventMethods
from ledgerd.rpc.queries import BillHistory, EventsPoll, ProofGet
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.unit.ledgerd.rpc.solo_node import GENESIS, HOSPITAL, SoloNode
from tests.unit.ledgerd.rpc.stories import BILL_TEXT, CODE, Story, told

CALLER = Caller("test", ALL_SCOPES)
STORY_EVENTS = [
    "NumbersAllotted",
    "BillIssued",
    "PatientEnrolled",
    "PatientConfirmed",
    "PaymentRecorded",
    "BillCountersigned",
    "AccessGranted",
    "ClaimFiled",
]


def methods_of(node: SoloNode) -> EventMethods:
    return EventMethods(node)  # type: ignore[arg-type]


async def test_events_come_once_each_in_the_chains_order() -> None:
    methods = methods_of((await told()).node)

    first = await methods.poll(EventsPoll(cursor="0-0-0", limit=5), CALLER)
    second = await methods.poll(EventsPoll(cursor=first.next, limit=5), CALLER)

    assert [entry.event for entry in (*first.events, *second.events)] == STORY_EVENTS


async def test_a_poll_without_a_cursor_begins_now() -> None:
    methods = methods_of((await told()).node)

    page = await methods.poll(EventsPoll(), CALLER)

    assert page.events == ()


async def test_a_poll_waits_for_the_next_block() -> None:
    story = Story(SoloNode())
    methods = methods_of(story.node)
    pages = []

    async def poll() -> None:
        pages.append(await methods.poll(EventsPoll(cursor="0-0-0", wait_s=30), CALLER))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(poll)
        await trio.lowlevel.checkpoint()
        await story.allot()

    assert [entry.event for entry in pages[0].events] == ["NumbersAllotted"]


async def test_a_poll_that_waits_in_vain_gives_its_cursor_back(
    autojump_clock: trio.testing.MockClock,
) -> None:
    page = await methods_of(SoloNode()).poll(EventsPoll(cursor="0-0-0", wait_s=0), CALLER)

    assert (page.events, page.next) == ((), "0-0-0")


@pytest.mark.parametrize("cursor", ["x", "1-2", "1-2-x", "-1-0-0", f"{2**63}-0-0", "0-0-65536"])
async def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(RpcFailure) as refusal:
        await methods_of(SoloNode()).poll(EventsPoll(cursor=cursor), CALLER)

    assert refusal.value.rpc_code is RpcCode.INVALID_PARAMS


async def test_a_bills_history_is_its_own_events() -> None:
    methods = methods_of((await told()).node)
    query = BillHistory(code=CODE, number=BILL_TEXT.partition("-")[2], limit=2)

    first = await methods.bill_history(query, CALLER)
    rest = BillHistory(code=query.code, number=query.number, cursor=first.next or "")
    second = await methods.bill_history(rest, CALLER)

    names = [entry.event for entry in (*first.entries, *second.entries)]
    assert names[:3] == ["BillIssued", "PaymentRecorded", "BillCountersigned"]
    assert "ClaimFiled" in names
    assert second.next is None


async def test_a_proof_of_a_bill_holds_with_the_genesis_file_alone() -> None:
    methods = methods_of((await told()).node)

    answer = await methods.proof(ProofGet(kind="bill", subject=BILL_TEXT), CALLER)
    proved = verify_proof(bytes.fromhex(answer.proof), GENESIS)

    assert isinstance(proved, ProvedState)
    shown = proved_state(proved)
    assert (shown.subject, shown.is_there) == (f"bill {BILL_TEXT}", True)
    assert {field.name: field.value for field in shown.fields}["issuer"] == HOSPITAL


async def test_what_has_not_changed_since_the_last_seal_is_proved_without_waiting() -> None:
    story = await told()
    story.node.is_sealing = False
    await story.issue(2)
    sealed_height = story.node.reads.head().sealed_height

    with trio.fail_after(5):
        answer = await methods_of(story.node).proof(
            ProofGet(kind="bill", subject=BILL_TEXT), CALLER
        )

    assert answer.height == sealed_height < story.node.reads.head().height


@pytest.mark.parametrize("kind", ["bill", "receipt"])
async def test_what_has_changed_since_the_last_seal_is_proved_with_the_next_one(kind: str) -> None:
    story = await told()
    story.node.is_sealing = False
    await story.issue(2)
    height = story.node.reads.head().height
    block = story.node.reads.block(height)
    assert block is not None
    subjects = {"bill": f"{CODE}-0000000002", "receipt": block.tx_ids[0].hex()}
    answers = []

    async def prove() -> None:
        query = ProofGet(kind=kind, subject=subjects[kind])  # type: ignore[arg-type]
        answers.append(await methods_of(story.node).proof(query, CALLER))

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(prove)
            await trio.lowlevel.checkpoint()
            await trio.lowlevel.checkpoint()
            assert answers == []
            story.node.seal_head()

    assert answers[0].height == height


async def test_absence_is_proved_as_well() -> None:
    methods = methods_of((await told()).node)

    answer = await methods.proof(ProofGet(kind="bill", subject=f"{CODE}-0000000009"), CALLER)
    proved = verify_proof(bytes.fromhex(answer.proof), GENESIS)

    assert isinstance(proved, ProvedState)
    assert not proved_state(proved).is_there


async def test_a_receipt_is_proved_by_its_transaction() -> None:
    story = await told()
    methods = methods_of(story.node)
    block = story.node.reads.block(2)
    assert block is not None

    answer = await methods.proof(ProofGet(kind="receipt", subject=block.tx_ids[0].hex()), CALLER)
    proved = verify_proof(bytes.fromhex(answer.proof), GENESIS)

    assert isinstance(proved, ProvedTransaction)
    assert proved_transaction(proved).receipts == ("OK",)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("bill", "1-2"), ("claim", "00"), ("institution", "x"), ("receipt", "zz"), ("claim", "é")],
)
async def test_what_names_nothing_cannot_be_proved(kind: str, subject: str) -> None:
    with pytest.raises(RpcFailure) as refusal:
        await methods_of(SoloNode()).proof(
            ProofGet(kind=kind, subject=subject),  # type: ignore[arg-type]
            CALLER,
        )

    assert refusal.value.field == "subject"


async def test_a_receipt_of_nothing_is_not_available() -> None:
    with pytest.raises(RpcFailure) as refusal:
        await methods_of(SoloNode()).proof(ProofGet(kind="receipt", subject="00" * 32), CALLER)

    assert refusal.value.rpc_code is RpcCode.PROOF_UNAVAILABLE

"""Methods on the node and its chain, on a ledger of one."""

import msgspec
import pytest

from ledgerd.chain.genesis import decode_genesis
from ledgerd.cli.chain_check import check_block
from ledgerd.rpc.answers import Check
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.methods_chain import ChainMethods
from ledgerd.rpc.queries import BlockAt, Page
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.loop_turns import neighbour
from tests.unit.ledgerd.rpc.solo_node import (
    CHAIN_ID,
    FINANCE,
    GENESIS,
    HOSPITAL,
    INSURER,
    MEMBERS,
    SoloNode,
)
from tests.unit.ledgerd.rpc.stories import Story

CALLER = Caller("test", ALL_SCOPES)
NOTHING = NoParams()


async def methods_after_two_blocks() -> ChainMethods:
    story = Story(SoloNode())
    await story.allot()
    await story.issue()
    return ChainMethods(story.node)  # type: ignore[arg-type]


async def test_the_status_says_who_and_where() -> None:
    status = await (await methods_after_two_blocks()).status(NOTHING, CALLER)

    assert (status.chain_id, status.institution, status.kind) == (
        CHAIN_ID.hex(),
        HOSPITAL,
        "hospital",
    )
    assert (status.height, status.sealed_height, status.ready) == (2, 2, True)


async def test_a_node_that_waits_says_for_what() -> None:
    methods = ChainMethods(SoloNode(is_silent=True))  # type: ignore[arg-type]

    status = await methods.status(NOTHING, CALLER)
    doctor = await methods.doctor(NOTHING, CALLER)

    assert (status.ready, status.why) == (False, ("silent for a test",))
    assert [check.result for check in doctor.checks if check.name == "ready"] == ["failure"]


@pytest.mark.parametrize(
    ("away", "result", "advice"),
    [
        ((), "ok", "3 of 3 other validators are connected"),
        (
            (INSURER,),
            "warning",
            f"2 of 3 other validators are connected; not connected: {INSURER}",
        ),
        (
            (FINANCE, INSURER),
            "failure",
            f"1 of 3 other validators are connected; not connected: {FINANCE}, {INSURER}",
        ),
    ],
)
async def test_the_doctor_names_who_is_not_connected_and_fails_without_a_quorum(
    away: tuple[str, ...], result: str, advice: str
) -> None:
    methods = ChainMethods(SoloNode(away=away))  # type: ignore[arg-type]

    doctor = await methods.doctor(NOTHING, CALLER)

    [links] = [check for check in doctor.checks if check.name == "links"]
    assert links == Check(name="links", result=result, advice=advice)


async def test_peers_and_validators_are_named_with_their_kinds() -> None:
    methods = ChainMethods(SoloNode())  # type: ignore[arg-type]

    peers = await methods.peers(NOTHING, CALLER)
    validators = await methods.validators(NOTHING, CALLER)

    assert {peer.kind for peer in peers.peers} == {"finance", "medicare", "insurer"}
    assert tuple(view.institution for view in validators.validators) == MEMBERS
    assert validators.quorum == 3


async def test_parameters_come_from_the_state() -> None:
    found = await ChainMethods(SoloNode()).params(NOTHING, CALLER)  # type: ignore[arg-type]

    assert {value.name: value.value for value in found.params}["filing_days"] == "730"


async def test_the_genesis_file_comes_back_byte_for_byte() -> None:
    found = await ChainMethods(SoloNode()).genesis(NOTHING, CALLER)  # type: ignore[arg-type]

    assert decode_genesis(found.genesis.encode()) == GENESIS
    assert found.chain_id == CHAIN_ID.hex()


async def test_the_newest_block_is_shown_when_no_height_is_named() -> None:
    methods = await methods_after_two_blocks()

    newest = await methods.block(BlockAt(), CALLER)
    named = await methods.block(BlockAt(height=2), CALLER)

    assert newest == named
    assert (newest.height, newest.transaction_count, newest.sealed) == (2, 1, True)


async def test_a_block_that_is_not_there_is_not_found() -> None:
    methods = await methods_after_two_blocks()

    with pytest.raises(RpcFailure) as refusal:
        await methods.block(BlockAt(height=3), CALLER)

    assert refusal.value.rpc_code is RpcCode.NOT_FOUND


async def test_pages_of_blocks_cover_each_height_once() -> None:
    methods = await methods_after_two_blocks()

    first = await methods.blocks(Page(limit=2), CALLER)
    second = await methods.blocks(Page(limit=2, cursor=first.next or ""), CALLER)

    assert [block.height for block in (*first.blocks, *second.blocks)] == [2, 1, 0]
    assert second.next is None


async def test_while_a_page_of_blocks_is_read_others_have_a_turn_after_each() -> None:
    methods = await methods_after_two_blocks()

    async with neighbour() as beside:
        page = await methods.blocks(Page(limit=3), CALLER)

    assert len(page.blocks) == 3
    assert beside.turn_count >= len(page.blocks) - 1  # the loop may have it wait for the first one


async def test_a_foreign_cursor_is_refused() -> None:
    methods = await methods_after_two_blocks()

    with pytest.raises(RpcFailure) as refusal:
        await methods.blocks(Page(cursor="x"), CALLER)

    assert refusal.value.field == "cursor"


async def test_a_blocks_bytes_verify_against_genesis_alone() -> None:
    methods = await methods_after_two_blocks()

    found = await methods.block_bytes(BlockAt(height=2), CALLER)
    checked = check_block(GENESIS, bytes.fromhex(found.block), bytes.fromhex(found.seal))

    assert checked.height == 2


async def test_bytes_of_an_unsealed_height_are_not_available() -> None:
    methods = await methods_after_two_blocks()

    with pytest.raises(RpcFailure) as refusal:
        await methods.block_bytes(BlockAt(height=3), CALLER)

    assert refusal.value.rpc_code is RpcCode.PROOF_UNAVAILABLE


async def test_the_version_is_the_release() -> None:
    found = await ChainMethods(SoloNode()).version(NOTHING, CALLER)  # type: ignore[arg-type]

    assert msgspec.structs.asdict(found) == {"version": "0.1.0", "protocol_version": 1}

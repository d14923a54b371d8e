"""Catching up from peers of which some are honest."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio
from msgspec.structs import replace

from ledgerd.node.catch_up import GRACE_S, RANGE_COUNT, RANGES_AT_WORK, CatchUp, CatchUpPorts
from ledgerd.node.requests import Requests
from ledgerd.node.serving import find_blocks
from ledgerd.node.sync_messages import REPLY_BYTES_MAX, BlocksReply, BlocksRequest
from tests.unit.ledgerd.node.samples import allot, epoch, signed
from tests.unit.ledgerd.node.test_applying import Bench, bench
from tests.unit.ledgerd.node.worlds import Chain, Offer, PaperTransport, chain

SILENCE_S = 0.3
PIECE_BYTES = 200
Answer = Callable[[BlocksRequest], BlocksReply | None]


@dataclass
class Lagging:
    """A node behind, its peers, and what was held against them."""

    world: Bench
    catch_up: CatchUp
    faults: list[tuple[str, str]]
    asked: list[tuple[str, BlocksRequest]]


@asynccontextmanager
async def lagging(
    peers: dict[str, Answer], answer_s: float = SILENCE_S, reply_bytes: int = REPLY_BYTES_MAX
) -> AsyncIterator[Lagging]:
    async with bench() as world:
        paper = PaperTransport()
        requests = Requests(paper)
        faults: list[tuple[str, str]] = []
        asked: list[tuple[str, BlocksRequest]] = []
        catch_up = CatchUp(
            CatchUpPorts(
                epoch=epoch(),
                applier=world.applier,
                witnesses=world.witnesses,
                requests=requests,
                peers_up=lambda: tuple(peers),
                note_fault=lambda peer, reason: faults.append((peer, reason)),
                answer_s=answer_s,
                piece_bytes=PIECE_BYTES,
                reply_bytes=reply_bytes,
            )
        )

        def answer(offer: Offer) -> None:
            request = offer.sync
            assert isinstance(request, BlocksRequest)
            assert offer.to is not None
            asked.append((offer.to, request))
            reply = peers[offer.to](request)
            if reply is not None:
                requests.take_reply(offer.to, reply)

        paper.on_offer.append(answer)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(catch_up.run)
            yield Lagging(world, catch_up, faults, asked)
            nursery.cancel_scope.cancel()


async def grown(count: int) -> Chain:
    node = chain()
    for number in range(count):
        await node.grow(signed(allot(number)))
    return node


def honest(node: Chain) -> Answer:
    return lambda request: find_blocks(node.blocks, request)


async def until(world: Bench, height: int) -> None:
    while world.applier.height < height:
        await world.told.receive()


async def test_many_ranges_of_several_peers_bring_the_node_to_their_height() -> None:
    donor = await grown(100)
    async with lagging({"a": honest(donor), "b": honest(donor)}) as node:
        node.catch_up.hint("a", 100)
        node.catch_up.hint("b", 100)

        await until(node.world, 100)

        assert node.world.applier.header == donor.header
        assert {peer for peer, _ in node.asked} == {"a", "b"}
        assert node.faults == []


async def test_a_peer_that_serves_a_wrong_body_is_blamed_and_another_asked() -> None:
    """Checklist 34."""
    donor = await grown(3)

    def lying(request: BlocksRequest) -> BlocksReply:
        reply = find_blocks(donor.blocks, request)
        return BlocksReply(
            request=reply.request,
            first=reply.first,
            height=reply.height,
            blocks=tuple(reversed(reply.blocks)),
            seals=reply.seals,
        )

    async with lagging({"a": lying, "b": honest(donor)}) as node:
        node.catch_up.hint("a", 3)
        node.catch_up.hint("b", 3)

        await until(node.world, 3)

        assert node.world.applier.header == donor.header
        assert [peer for peer, _ in node.faults] == ["a"]


async def test_a_claim_of_a_height_that_nobody_has_does_not_wedge_the_node() -> None:
    """Checklist 33."""
    donor = await grown(3)
    async with lagging({"a": honest(donor)}) as node:
        node.catch_up.hint("a", 2**60)

        await until(node.world, 3)
        while node.catch_up.heights()["a"] > 3:
            await trio.lowlevel.checkpoint()

        assert node.world.applier.height == 3


async def test_a_height_that_one_of_four_claims_is_no_target() -> None:
    async with lagging({}) as node:
        node.catch_up.hint("a", 2**60)
        node.catch_up.hint("b", 7)
        assert node.catch_up.target_height == 7

        node.catch_up.hint("c", 9)
        assert node.catch_up.target_height == 9


async def test_nobody_waits_for_an_answer_that_one_peer_alone_had_promised() -> None:
    donor = await grown(3)

    def silent_once(request: BlocksRequest) -> BlocksReply | None:
        return None if len(node.asked) == 1 else find_blocks(donor.blocks, request)

    async with lagging({"a": silent_once, "b": honest(donor)}, answer_s=3_600) as node:
        node.catch_up.hint("a", 2**60)
        while not node.asked:
            await trio.lowlevel.checkpoint()

        node.catch_up.hint("b", 3)
        await until(node.world, 3)

        assert node.world.applier.header == donor.header


async def test_who_served_nothing_on_its_own_word_is_not_asked_again_at_once() -> None:
    async with lagging({"a": lambda _: None}) as node:
        node.catch_up.hint("a", 2**60)
        while node.catch_up.heights()["a"]:
            await trio.lowlevel.checkpoint()

        for _ in range(3):
            node.catch_up.hint("a", 2**60)
            with trio.move_on_after(3 * GRACE_S):
                await trio.sleep_forever()

        assert len(node.asked) == 1


async def test_a_peer_that_says_nothing_is_not_asked_for_ever() -> None:
    donor = await grown(3)
    async with lagging({"a": lambda _: None, "b": honest(donor)}) as node:
        node.catch_up.hint("a", 3)
        node.catch_up.hint("b", 3)

        await until(node.world, 3)

        assert node.world.applier.header == donor.header
        assert node.faults == []  # lateness is no misdeed


async def test_a_block_that_comes_in_pieces_is_put_together() -> None:
    donor = await grown(1)
    whole = donor.blocks.block(1)
    seal = donor.blocks.seal(1)
    assert whole is not None
    assert seal is not None

    def in_pieces(request: BlocksRequest) -> BlocksReply:
        return BlocksReply(
            request=request.request,
            first=1,
            height=1,
            blocks=(whole[request.offset : request.offset + PIECE_BYTES],),
            seals=(seal,),
            total_bytes=len(whole),
        )

    async with lagging({"a": in_pieces}) as node:
        node.catch_up.hint("a", 1)

        await until(node.world, 1)

        assert node.world.applier.header == donor.header
        assert len(node.asked) == -(-len(whole) // PIECE_BYTES)


async def test_a_block_that_comes_byte_by_byte_is_not_waited_for() -> None:
    """Checklist 34."""
    donor = await grown(1)
    whole, seal = donor.blocks.block(1), donor.blocks.seal(1)
    assert whole is not None
    assert seal is not None

    def dripping(request: BlocksRequest) -> BlocksReply:
        return BlocksReply(
            request=request.request,
            first=1,
            height=1,
            blocks=(whole[request.offset : request.offset + 1],),
            seals=(seal,),
            total_bytes=len(whole),
        )

    async with lagging({"a": dripping, "b": honest(donor)}) as node:
        node.catch_up.hint("a", 1)
        node.catch_up.hint("b", 1)

        await until(node.world, 1)

        assert [peer for peer, _ in node.asked] == ["a", "b"]
        assert [peer for peer, _ in node.faults] == ["a"]


async def test_a_range_that_did_not_come_is_asked_for_again_before_later_ones_are_applied() -> None:
    donor = await grown(40)
    deaf = [True]

    def deaf_once(request: BlocksRequest) -> BlocksReply | None:
        if request.first == 1 and deaf:
            deaf.clear()
            return None
        return find_blocks(donor.blocks, request)

    async with lagging({"a": deaf_once, "b": deaf_once}) as node:
        node.catch_up.hint("a", 40)
        node.catch_up.hint("b", 40)

        await until(node.world, 40)

        assert node.world.applier.header == donor.header
        assert [request.first for _, request in node.asked].count(1) == 2


async def test_what_peers_claimed_before_their_links_went_down_is_not_waited_for() -> None:
    peers: dict[str, Answer] = {}
    async with lagging(peers) as node:
        for name in ("a", "b"):
            node.catch_up.hint(name, 9)
        assert node.catch_up.target_height == 9

        while node.catch_up.target_height:
            await trio.lowlevel.checkpoint()

        assert node.catch_up.heights() == {"a": 0, "b": 0}
        assert node.asked == []
        assert node.faults == []


async def test_a_new_claim_wakes_a_node_that_had_caught_up() -> None:
    donor = await grown(2)
    async with lagging({"a": honest(donor), "b": honest(donor)}) as node:
        for height in (1, 2):
            for name in ("a", "b"):
                node.catch_up.hint(name, height)
            await until(node.world, height)

        assert node.world.applier.header == donor.header


async def test_a_lower_claim_takes_nothing_back() -> None:
    async with lagging({}) as node:
        node.catch_up.hint("a", 9)
        node.catch_up.hint("a", 5)

        assert node.catch_up.heights() == {"a": 9}


async def test_the_next_ranges_are_asked_for_before_the_first_are_applied() -> None:
    count = 3 * RANGE_COUNT * RANGES_AT_WORK
    donor = await grown(count)
    ahead: list[int] = []

    def watched(request: BlocksRequest) -> BlocksReply:
        ahead.append(request.first - node.world.applier.height)
        return find_blocks(donor.blocks, request)

    async with lagging({"a": watched, "b": watched}) as node:
        node.catch_up.hint("a", count)
        node.catch_up.hint("b", count)

        await until(node.world, count)

        assert node.world.applier.header == donor.header
        assert len(ahead) == 3 * RANGES_AT_WORK
        assert RANGE_COUNT * RANGES_AT_WORK < max(ahead) <= 2 * RANGE_COUNT * RANGES_AT_WORK


async def test_no_more_blocks_are_asked_for_than_fit_into_an_answer() -> None:
    """What came behind a gap was thrown away and asked for again, half of all that was sent."""
    donor = await grown(80)
    whole = honest(donor)(BlocksRequest(request=1, first=1, count=1)).blocks[0]
    sent: list[int] = []

    def ten_at_most(request: BlocksRequest) -> BlocksReply:
        reply = find_blocks(donor.blocks, replace(request, count=min(request.count, 10)))
        sent.extend(range(reply.first, reply.first + len(reply.blocks)))
        return reply

    peers = {"a": ten_at_most, "b": ten_at_most}
    async with lagging(peers, reply_bytes=10 * len(whole)) as node:
        node.catch_up.hint("a", 80)
        node.catch_up.hint("b", 80)

        await until(node.world, 80)

        assert node.world.applier.header == donor.header
        assert len(sent) == 80 + 10

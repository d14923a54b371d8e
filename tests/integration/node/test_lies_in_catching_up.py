"""Every false answer of a dishonest member to who catches up: found out, and asked elsewhere."""

import random

import pytest

from ledgerd.node.serving import find_blocks
from ledgerd.node.sync_messages import BlocksReply, BlocksRequest
from tests.processes.false_answers import BLOCKS_LIES
from tests.unit.ledgerd.node.test_catch_up import grown, honest, lagging, until

HEIGHT = 40  # more than one range
HARMLESS = {
    "catch-up: false height"
}  # whoever gives true blocks may say of its height what it likes


@pytest.mark.parametrize("name", sorted(BLOCKS_LIES))
async def test_a_false_answer_delays_and_does_nothing_else(name: str) -> None:
    donor = await grown(HEIGHT)
    rng = random.Random(name)

    def lying(request: BlocksRequest) -> BlocksReply:
        reply = find_blocks(donor.blocks, request)
        return BLOCKS_LIES[name](reply, rng) if reply.blocks else reply

    async with lagging({"a": lying, "b": honest(donor)}) as node:
        node.catch_up.hint("a", HEIGHT)
        node.catch_up.hint("b", HEIGHT)

        await until(node.world, HEIGHT)

        assert node.world.applier.header == donor.header
        assert "a" in {peer for peer, _ in node.asked}
        assert {peer for peer, _ in node.faults} <= {"a"}
        last = [peer for peer, _ in node.asked][-1]
        assert last == "b" or name in HARMLESS

"""A chain executed again: what holds is found to hold, what was changed is found."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from ledgerd.chain.block import Block, decode_block
from ledgerd.cli.chain_check import check_chain
from ledgerd.cli.replay import Replay
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.rpc.solo_node import GENESIS, sample_genesis, seal_of
from tests.unit.ledgerd.rpc.stories import Story, told

Chain = list[tuple[bytes, bytes | None]]


async def chain_of(story: Story) -> Chain:
    found = [story.node.reads.block_bytes(h) for h in range(1, story.node.reads.head().height + 1)]
    return [pair for pair in found if pair is not None]


async def test_a_whole_story_gives_the_state_root_of_the_node() -> None:
    story = await told()
    head = story.node.reads.head()

    checked = check_chain(GENESIS, await chain_of(story))

    assert (checked.height, checked.state_root) == (head.height, head.state_root.hex())
    assert checked.transactions == head.height


async def test_a_transaction_that_stands_twice_takes_effect_once() -> None:
    story = await told()
    chain = await chain_of(story)
    replay = Replay(GENESIS)
    for block, seal in chain:
        replay.apply(block, seal)

    assert replay.transaction_count == len(chain)
    assert replay.header.height == len(chain)


async def test_a_block_without_a_seal_of_its_own_is_vouched_for_by_a_later_one() -> None:
    chain = await chain_of(await told())

    checked = check_chain(GENESIS, [(chain[0][0], None), *chain[1:]])

    assert checked.height == len(chain)


async def test_nobody_vouches_for_an_unsealed_end() -> None:
    chain = await chain_of(await told())

    with pytest.raises(VerificationFailed, match="nobody sealed"):
        check_chain(GENESIS, [*chain[:-1], (chain[-1][0], None)])


async def test_a_gap_is_found() -> None:
    chain = await chain_of(await told())

    with pytest.raises(VerificationFailed):
        check_chain(GENESIS, chain[1:])


async def test_another_genesis_is_another_chain() -> None:
    chain = await chain_of(await told())

    with pytest.raises(VerificationFailed):
        check_chain(replace(sample_genesis(), chain_name="other"), chain)


def with_other_root(block: Block) -> Block:
    return replace(block, header=replace(block.header, state_root=b"\x01" * 32))


def with_other_receipts(block: Block) -> Block:
    return replace(block, header=replace(block.header, receipt_root=b"\x01" * 32))


def without_bundles(block: Block) -> Block:
    return replace(block, bundles=())


@pytest.mark.parametrize("change", [with_other_root, with_other_receipts, without_bundles])
async def test_a_lie_that_a_quorum_sealed_is_found_by_executing(
    change: Callable[[Block], Block],
) -> None:
    chain = await chain_of(await told())
    lie = change(decode_block(chain[0][0]))

    with pytest.raises(VerificationFailed):
        check_chain(GENESIS, [(encode(lie), seal_of(lie.header)), *chain[1:]])


async def test_every_changed_byte_of_a_block_is_found() -> None:
    block, seal = (await chain_of(await told()))[0]

    for place in range(0, len(block), 7):
        changed = block[:place] + bytes([block[place] ^ 1]) + block[place + 1 :]
        with pytest.raises((VerificationFailed, DecodeError)):
            Replay(GENESIS).apply(changed, seal)


async def test_every_changed_byte_of_a_seal_is_found() -> None:
    block, seal = (await chain_of(await told()))[0]
    assert seal is not None

    for place in range(0, len(seal), 5):
        changed = seal[:place] + bytes([seal[place] ^ 1]) + seal[place + 1 :]
        with pytest.raises((VerificationFailed, DecodeError)):
            Replay(GENESIS).apply(block, changed)

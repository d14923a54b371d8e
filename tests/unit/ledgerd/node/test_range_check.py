"""Ranges of blocks from peers: only what hangs together and is sealed goes on."""

import pytest

from consensus.codec import encode_seal
from ledgerd.chain.block import Block, decode_block as decode
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.node.range_check import read_range
from ledgerd.node.serving import find_blocks
from ledgerd.node.sync_messages import BlocksReply, BlocksRequest
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.node.samples import allot, epoch, signed
from tests.unit.ledgerd.node.worlds import Chain, chain, seal_of


async def grown(*sealed: bool) -> Chain:
    node = chain()
    for number, is_sealed in enumerate(sealed):
        await node.grow(signed(allot(number)), is_sealed=is_sealed)
    return node


def served(node: Chain, first: int = 1, count: int = 9) -> BlocksReply:
    return find_blocks(node.blocks, BlocksRequest(request=1, first=first, count=count))


def changed(reply: BlocksReply, **fields: object) -> BlocksReply:
    values = {name: getattr(reply, name) for name in BlocksReply.__struct_fields__}
    return BlocksReply(**{**values, **fields})


async def test_a_served_range_is_read_with_its_seals() -> None:
    node = await grown(True, True, True)

    blocks = read_range(served(node), 1, epoch())

    assert [block.header.height for block in blocks] == [1, 2, 3]
    assert blocks == node.sealed


async def test_a_block_without_a_seal_is_proved_by_a_sealed_later_one() -> None:
    node = await grown(True, False, True)

    blocks = read_range(served(node), 1, epoch())

    assert [block.seal is None for block in blocks] == [False, True, False]


async def test_a_range_that_does_not_end_in_a_seal_is_refused() -> None:
    node = await grown(True, True)
    reply = changed(served(node), seals=(served(node).seals[0], b""))

    with pytest.raises(VerificationFailed, match="no seal"):
        read_range(reply, 1, epoch())


async def test_another_height_than_asked_for_is_refused() -> None:
    node = await grown(True, True)

    with pytest.raises(VerificationFailed, match="asked for"):
        read_range(served(node, first=2), 1, epoch())


async def test_a_seal_of_too_few_or_of_another_block_is_refused() -> None:
    node = await grown(True, True)
    reply = served(node)
    few = encode_seal(seal_of(node.sealed[1].header, signers=(0, 1)))
    other = encode_seal(seal_of(node.sealed[0].header))

    for seal in (few, other):
        with pytest.raises(VerificationFailed, match="seal"):
            read_range(changed(reply, seals=(reply.seals[0], seal)), 1, epoch())


async def test_blocks_that_do_not_follow_each_other_are_refused() -> None:
    node = await grown(True, True, True)
    reply = served(node)
    gap = changed(
        reply,
        blocks=(reply.blocks[0], reply.blocks[2]),
        seals=(reply.seals[0], reply.seals[2]),
    )

    with pytest.raises(VerificationFailed):
        read_range(gap, 1, epoch())


async def test_foreign_contents_under_a_good_header_are_refused() -> None:
    node = await grown(True, True)
    reply = served(node)
    first, second = decode(reply.blocks[0]), decode(reply.blocks[1])
    mixed = Block(header=first.header, batch=first.batch, bundles=second.bundles)

    with pytest.raises(VerificationFailed):
        read_range(changed(reply, blocks=(encode(mixed), reply.blocks[1])), 1, epoch())


async def test_bytes_that_are_no_block_or_no_seal_are_refused() -> None:
    node = await grown(True)
    reply = served(node)

    with pytest.raises(DecodeError):
        read_range(changed(reply, blocks=(b"\x00",)), 1, epoch())
    with pytest.raises(DecodeError):
        read_range(changed(reply, seals=(b"\x00",)), 1, epoch())


async def test_a_good_seal_of_another_block_at_the_same_height_is_refused() -> None:
    """What a quorum signed on a fork must not pass for a block that nobody signed. Checklist 34."""
    node, fork = await grown(True), chain()
    await fork.grow(signed(allot(7)))
    foreign = encode_seal(seal_of(fork.sealed[0].header))

    with pytest.raises(VerificationFailed, match="another header"):
        read_range(changed(served(node), seals=(foreign,)), 1, epoch())

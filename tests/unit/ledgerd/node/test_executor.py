"""Execution of blocks: one effect per transaction, one result for every node."""

import pytest
import trio

from ledgerd.chain.block import header_hash
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node import slices
from tests.unit.ledgerd.node.samples import CREATED_MS, allot, signed
from tests.unit.ledgerd.node.worlds import chain


async def test_the_same_transactions_give_the_same_header_on_two_nodes() -> None:
    here, there = chain(), chain()
    reads = (signed(allot(0)), signed(allot(1)))

    one, two = await here.execute(*reads), await there.execute(*reads)

    assert one.header_hash == two.header_hash == header_hash(one.header)
    assert [r.code for own in one.receipts for r in own] == [RejectCode.OK, RejectCode.OK]


async def test_a_header_follows_its_parent() -> None:
    node = chain()
    parent = (await node.grow(signed(allot(0)))).header

    child = (await node.grow(signed(allot(1)))).header

    assert child.previous_hash == header_hash(parent)
    assert child.timestamp_ms > parent.timestamp_ms
    assert child.state_root != parent.state_root


async def test_a_transaction_in_a_later_block_again_names_its_first_place() -> None:
    node = chain()
    read = signed(allot(0))
    await node.grow(read)

    again = await node.grow(signed(allot(1)), read)

    (receipt,) = again.receipts[1]
    assert receipt.code is RejectCode.REPEATED
    assert receipt.first is not None
    assert (receipt.first.height, receipt.first.transaction) == (1, 0)


async def test_a_transaction_twice_in_one_block_takes_effect_once() -> None:
    node = chain()
    read = signed(allot(0))

    executed = await node.grow(read, read)

    assert [own[0].code for own in executed.receipts] == [RejectCode.OK, RejectCode.REPEATED]


async def test_a_refused_transaction_stays_refused_when_somebody_repeats_it() -> None:
    node = chain()
    early = signed(allot(1), kind="hospital")  # no authority of the code: refused
    refused = (await node.grow(early)).receipts[0][0].code

    again = await node.grow(early)

    assert refused not in (RejectCode.OK, RejectCode.REPEATED)
    assert again.receipts[0][0].code == refused


async def test_expiry_is_judged_by_the_time_of_the_block() -> None:
    node = chain()

    executed = await node.grow(signed(allot(0), until_ms=CREATED_MS + 1))

    assert executed.receipts[0][0].code is RejectCode.EXPIRED


async def test_an_empty_block_changes_nothing_but_its_place() -> None:
    node = chain()
    before = node.header.state_root

    executed = await node.grow()

    assert executed.header.state_root == before


async def test_a_block_gives_the_loop_back_when_its_slice_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "SLICE_S", 0)  # as if each transaction took that long
    node, turns = chain(), 0
    reads = [signed(allot(0, code=f"99{number:06d}")) for number in range(20)]

    async def count_turns() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(count_turns)
        executed = await node.execute(*reads)
        nursery.cancel_scope.cancel()

    assert turns >= len(reads) // 2  # the order of tasks is drawn: one may come twice in a row
    assert {own[0].code for own in executed.receipts} == {RejectCode.OK}


async def test_roots_and_rows_give_the_loop_back_like_the_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "SLICE_S", 0)
    node, turns = chain(), []

    async def take_turns() -> None:
        while True:
            await trio.lowlevel.checkpoint()
            turns.append(node.header.height)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take_turns)
        await node.execute()  # no transaction at all
        nursery.cancel_scope.cancel()

    assert turns

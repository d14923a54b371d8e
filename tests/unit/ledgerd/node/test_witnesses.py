"""Whoever waits for a block is woken by it, once and cheaply."""

from dataclasses import replace

import pytest
import trio
import trio.testing

from ledgerd.node.witnesses import PACE_WINDOW_MS, Witnesses
from ledgerd.storage.block_store import SealRow
from tests.unit.ledgerd.node.samples import StillClock, allot, signed
from tests.unit.ledgerd.node.worlds import chain


async def test_only_those_who_wait_for_a_transaction_of_the_block_wake() -> None:
    witnesses = Witnesses(StillClock())
    read, other = signed(allot(0)), signed(allot(1))
    executed = await chain().execute(read)
    woken: list[bytes] = []

    async def wait(tx_id: bytes) -> None:
        await witnesses.wait_transaction(tx_id)
        woken.append(tx_id)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait, read.transaction_id)
        nursery.start_soon(wait, read.transaction_id)
        nursery.start_soon(wait, other.transaction_id)
        await trio.testing.wait_all_tasks_blocked()
        witnesses.on_block(executed)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    assert woken == [read.transaction_id, read.transaction_id]


async def test_what_was_given_up_wakes_its_waiter_too() -> None:
    witnesses = Witnesses(StillClock())

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(witnesses.wait_transaction, bytes(32))
            await trio.testing.wait_all_tasks_blocked()
            witnesses.wake((bytes(32),))


async def test_the_pace_is_that_of_the_last_second() -> None:
    clock = StillClock()
    witnesses = Witnesses(clock)
    witnesses.on_block(await chain().execute(signed(allot(0)), signed(allot(1))))

    assert witnesses.transactions_per_s() == 2

    clock.monotonic += PACE_WINDOW_MS + 1
    assert witnesses.transactions_per_s() == 0


async def test_listeners_are_called_before_the_bell_rings() -> None:
    witnesses = Witnesses(StillClock())
    executed = await chain().execute()
    heard: list[object] = []
    witnesses.listen(heard.append)

    async def wait() -> None:
        await witnesses.block.wait()
        heard.append("bell")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        witnesses.on_block(executed)

    assert heard == [executed, "bell"]


async def test_a_node_that_only_follows_remembers_the_last_second_only() -> None:
    clock = StillClock()
    witnesses = Witnesses(clock)
    executed = await chain().execute()

    for _ in range(50):
        witnesses.on_block(executed)
        clock.monotonic += PACE_WINDOW_MS // 4

    assert witnesses.remembered_count <= 5


async def test_a_wait_that_was_given_up_leaves_nothing_behind_for_others() -> None:
    """The next one who waits for the same transaction is woken all the same."""
    witnesses = Witnesses(StillClock())
    read = signed(allot(0))
    with trio.move_on_after(0):
        await witnesses.wait_transaction(read.transaction_id)

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(witnesses.wait_transaction, read.transaction_id)
            await trio.testing.wait_all_tasks_blocked()
            witnesses.on_block(await chain().execute(read))


@pytest.mark.parametrize("is_sealed", [True, False])
async def test_followers_of_seals_are_woken_by_a_block_that_brings_one(is_sealed: bool) -> None:
    witnesses = Witnesses(StillClock())
    executed = await chain().execute()
    rows = (SealRow(1, b"seal"),) if is_sealed else ()
    woken: list[str] = []

    async def wait() -> None:
        await witnesses.seal.wait()
        woken.append("seal")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        witnesses.on_block(replace(executed, write=replace(executed.write, seals=rows)))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    assert bool(woken) is is_sealed


async def test_seals_that_came_alone_wake_their_followers() -> None:
    witnesses = Witnesses(StillClock())

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(witnesses.seal.wait)
            await trio.testing.wait_all_tasks_blocked()
            witnesses.on_sealed()

"""Whoever waits for a block is woken by it, once and cheaply."""

import trio
import trio.testing

from ledgerd.node.witnesses import PACE_WINDOW_MS, Witnesses
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

"""Bells: for many waiters, and for one worker."""

import trio
import trio.testing

from ledgerd.node.pulse import Latch, Pulse


async def test_a_pulse_wakes_all_that_wait_and_nobody_who_comes_later() -> None:
    pulse = Pulse()
    woken: list[str] = []

    async def wait(name: str) -> None:
        await pulse.wait()
        woken.append(name)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait, "a")
        nursery.start_soon(wait, "b")
        await trio.testing.wait_all_tasks_blocked()
        pulse.ring()
        nursery.start_soon(wait, "late")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    assert sorted(woken) == ["a", "b"]


async def test_a_latch_remembers_a_ring_that_came_before_the_wait() -> None:
    latch = Latch()
    latch.ring()
    latch.ring()

    with trio.fail_after(1):
        await latch.wait()

    with trio.move_on_after(0.01) as scope:
        await latch.wait()
    assert scope.cancelled_caught

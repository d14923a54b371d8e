"""Bells: for many waiters, and for one worker; and a turnstile."""

import trio
import trio.testing

from ledgerd.node.pulse import Latch, Pulse, Turnstile
from tests.loop_turns import LoopTurns


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


async def test_a_turnstile_lets_one_through_a_turn_in_the_order_in_which_they_came() -> None:
    """Clients came by the dozen, and each turn of the loop took as long as all of them."""
    turnstile, turns = Turnstile(), LoopTurns()
    trio.lowlevel.add_instrument(turns)
    passed: list[int] = []
    turns_passed: list[int] = []

    async def come(number: int) -> None:
        await turnstile.pass_through()
        passed.append(number)
        turns_passed.append(turns.count)

    async with trio.open_nursery() as nursery:
        for number in range(6):
            nursery.start_soon(come, number)
            if not number % 2:
                await trio.lowlevel.checkpoint()

    assert len(set(turns_passed)) == 6
    assert [set(passed[:1]), set(passed[1:3]), set(passed[3:5])] == [{0}, {1, 2}, {3, 4}]


async def test_a_turnstile_holds_each_up_by_the_pause_of_the_moment(
    autojump_clock: trio.testing.MockClock,
) -> None:
    pauses = [0.0, 2.0, 1.0]
    turnstile = Turnstile(lambda: pauses.pop(0))
    began = trio.current_time()

    for _ in range(2):
        await turnstile.pass_through()

    assert trio.current_time() - began == 2.0
    with trio.move_on_after(0.5):
        await turnstile.pass_through()
    pauses.append(0.0)
    with trio.fail_after(0.1):
        await turnstile.pass_through()  # one that went away keeps nobody
    del autojump_clock

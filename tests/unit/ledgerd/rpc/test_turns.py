"""Turns: as much as fits into a turn of the loop, by what each client has had."""

from collections.abc import Sequence

import trio
import trio.testing

from ledgerd.rpc.turns import READ_PAUSE_PART, REQUEST_WEIGHT, TURN_WEIGHT, Doors, Line, Turns
from tests.loop_turns import LoopTurns

AT_ONCE = TURN_WEIGHT // REQUEST_WEIGHT


async def come_all(turns: Turns, requests: Sequence[tuple[Line, int]]) -> list[tuple[int, int]]:
    """Let all come in one turn; give the turn and the number of each as they are let in."""
    loop, passed = LoopTurns(), []
    trio.lowlevel.add_instrument(loop)

    async def come(number: int, line: Line, weight: int) -> None:
        await turns.take(line, weight)
        passed.append((loop.count, number))

    async with trio.open_nursery() as nursery:
        for number, (line, weight) in enumerate(requests):
            nursery.start_soon(come, number, line, weight)
    trio.lowlevel.remove_instrument(loop)
    return passed


def test_each_client_has_a_number_of_its_own_and_none_is_the_node_itself() -> None:
    numbers = {Line().number for _ in range(10)}

    assert len(numbers) == 10
    assert 0 not in numbers


async def test_small_requests_share_a_turn_and_no_more_of_them_than_fit() -> None:
    passed = await come_all(Turns(), [(Line(), 1) for _ in range(5 * AT_ONCE)])

    counts = [sum(turn == at for at, _ in passed) for turn in sorted({at for at, _ in passed})]
    assert sum(counts) == 5 * AT_ONCE
    assert max(counts) <= AT_ONCE + 1  # and the one who opened the next turn
    assert len(counts) >= 5


async def test_one_request_goes_however_large_it_is_and_none_beside_it() -> None:
    passed = await come_all(Turns(), [(Line(), 10 * TURN_WEIGHT) for _ in range(4)])

    assert len({turn for turn, _ in passed}) == 4


async def test_a_client_that_asks_for_much_waits_for_those_who_ask_for_little() -> None:
    turns, greedy = Turns(), Line()
    await turns.take(greedy, 20 * TURN_WEIGHT)
    await turns.take(Line(), 20 * TURN_WEIGHT)  # the turn is full: whoever comes now waits

    modest = [(Line(), REQUEST_WEIGHT) for _ in range(3 * AT_ONCE)]
    passed = await come_all(turns, [(greedy, TURN_WEIGHT), *modest])

    turn_of = {number: turn for turn, number in passed}
    assert turn_of[0] == max(turn_of.values())


async def test_two_clients_who_always_want_more_get_the_same_whatever_their_requests_hold() -> None:
    turns, large, small = Turns(), Line(), Line()
    had: dict[str, int] = {"large": 0, "small": 0}

    async def ask(name: str, line: Line, weight: int) -> None:
        while True:
            await turns.take(line, weight)
            had[name] += weight
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, "large", large, 3 * TURN_WEIGHT)
        for _ in range(8 * AT_ONCE):  # so many that some always wait
            nursery.start_soon(ask, "small", small, REQUEST_WEIGHT)
        while sum(had.values()) < 400 * TURN_WEIGHT:
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()

    assert 0.8 < had["large"] / had["small"] < 1.25


async def test_whoever_goes_away_keeps_nobody_waiting() -> None:
    turns = Turns()
    await turns.take(Line(), TURN_WEIGHT)
    passed: list[int] = []

    async def come(number: int, scope: trio.CancelScope) -> None:
        with scope:
            await turns.take(Line(), TURN_WEIGHT)
            passed.append(number)

    scopes = [trio.CancelScope() for _ in range(6)]
    async with trio.open_nursery() as nursery:
        for number, scope in enumerate(scopes):
            nursery.start_soon(come, number, scope)
        for scope in scopes[::2]:
            await trio.lowlevel.checkpoint()
            scope.cancel()
        with trio.fail_after(1):
            while not {1, 3, 5} <= set(passed):
                await trio.lowlevel.checkpoint()


async def test_reads_rest_for_a_part_of_what_the_others_rest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    doors = Doors(lambda: 5.0)

    async def held_up_s(turns: Turns) -> float:
        await turns.take(Line(), TURN_WEIGHT)
        began = trio.current_time()
        await turns.take(Line())
        return trio.current_time() - began

    assert await held_up_s(doors.acts) == 5.0
    assert await held_up_s(doors.reads) == 5.0 / READ_PAUSE_PART

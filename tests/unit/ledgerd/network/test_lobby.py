"""Connections that have not proved who they are."""

import pytest
import trio
import trio.testing

from ledgerd.errors import HandshakeFailed
from ledgerd.network.lobby import Lobby, limited


async def test_a_stay_that_ends_in_time_is_nobodys_business(
    autojump_clock: trio.testing.MockClock,
) -> None:
    lobby = Lobby(count_max=1, timeout_ms=1000)

    with lobby.stay():
        assert lobby.count == 1

    assert lobby.count == 0


async def test_whoever_is_too_slow_is_put_out(autojump_clock: trio.testing.MockClock) -> None:
    lobby = Lobby(count_max=1, timeout_ms=1000)

    with pytest.raises(HandshakeFailed, match="1000 ms"), lobby.stay():
        await trio.sleep_forever()

    assert trio.current_time() == pytest.approx(1.0)
    assert lobby.count == 0


async def test_the_oldest_makes_room_for_the_newest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    lobby = Lobby(count_max=2, timeout_ms=1000)
    put_out: list[str] = []

    async def stay(name: str) -> None:
        try:
            with lobby.stay():
                await trio.sleep_forever()
        except HandshakeFailed:
            put_out.append(name)

    async with trio.open_nursery() as nursery:
        for name in ("a", "b", "c"):
            nursery.start_soon(stay, name)
            await trio.testing.wait_all_tasks_blocked()
        assert put_out == ["a"]
        assert lobby.count == 2

    assert sorted(put_out) == ["a", "b", "c"]


async def test_an_outer_cancellation_is_not_taken_for_a_timeout() -> None:
    with trio.CancelScope() as outer:
        outer.cancel()
        with limited(1000):
            await trio.lowlevel.checkpoint()

    assert outer.cancelled_caught

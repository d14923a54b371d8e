"""Fair and bounded delivery of what came in."""

from collections.abc import Sequence

import pytest
import trio
import trio.testing

from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import PROMPT_COUNT_MAX, Inbox, Incoming, LinkDown, LinkUp
from ledgerd.network.settings import NetworkSettings

SMALL = NetworkSettings(inbox_count_max=3, inbox_bytes_max=10)


def vote(peer: str, body: bytes = b"v") -> Incoming:
    return Incoming(peer, FrameKind.VOTE, body)


def drain(inbox: Inbox) -> list[object]:
    taken: list[object] = []
    try:
        while True:
            taken.append(inbox.receive_nowait())
    except (trio.WouldBlock, trio.EndOfChannel):
        return taken


async def test_peers_are_served_in_turn() -> None:
    inbox = Inbox(SMALL)

    inbox.put([vote("a", bytes((i,))) for i in range(3)])
    inbox.put([vote("b")])
    inbox.put([vote("c"), vote("c")])

    taken = [arrival.peer for arrival in drain(inbox)]  # type: ignore[attr-defined]
    assert taken == ["a", "b", "c", "a", "c", "a"]


async def test_frames_of_one_peer_keep_their_order_between_up_and_down() -> None:
    inbox = Inbox(SMALL)
    arrivals = [LinkUp("a"), vote("a", b"1"), vote("a", b"2"), LinkDown("a", ""), LinkUp("a")]

    inbox.put(arrivals)

    assert drain(inbox) == arrivals


async def test_a_flapping_link_fills_no_lane() -> None:
    inbox = Inbox(SMALL)
    inbox.put([vote("a"), LinkDown("a", "")])

    for _ in range(1000):
        inbox.put([LinkUp("a")])
        inbox.put([LinkDown("a", "")])

    assert drain(inbox) == [vote("a"), LinkDown("a", "")]


async def test_a_link_that_flaps_in_an_empty_lane_leaves_nothing() -> None:
    inbox = Inbox(SMALL)

    inbox.put([LinkUp("a"), LinkDown("a", "")])
    inbox.put([vote("a")])

    assert drain(inbox) == [vote("a")]


async def test_whoever_waits_is_woken() -> None:
    inbox = Inbox(SMALL)
    taken: list[object] = []

    async def take() -> None:
        taken.append(await inbox.receive())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        await trio.testing.wait_all_tasks_blocked()
        inbox.put([vote("a")])

    assert taken == [vote("a")]


async def test_a_flood_of_one_peer_delays_another_by_one_message_only() -> None:
    """Checklist 41."""
    inbox = Inbox(NetworkSettings())
    inbox.put([vote("flood")] * 100_000)

    inbox.put([vote("calm")])

    assert [inbox.receive_nowait().peer, inbox.receive_nowait().peer] == ["flood", "calm"]


@pytest.mark.parametrize("filling", [[vote("a")] * 3, [vote("a", bytes(10))]])
async def test_a_full_lane_holds_its_reader_back_until_the_host_takes(
    filling: list[Incoming],
) -> None:
    inbox = Inbox(SMALL)
    inbox.put(filling)
    passed: list[str] = []

    async def read(peer: str) -> None:
        await inbox.wait_room(peer)
        passed.append(peer)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read, "a")
        nursery.start_soon(read, "b")
        await trio.testing.wait_all_tasks_blocked()
        assert passed == ["b"]
        inbox.receive_nowait()

    assert passed == ["b", "a"]


async def test_a_cancelled_wait_takes_nothing() -> None:
    inbox = Inbox(SMALL)
    with trio.CancelScope() as scope:
        scope.cancel()
        await inbox.receive()

    inbox.put([vote("a")])

    assert await inbox.receive() == vote("a")


async def test_a_closed_inbox_gives_what_is_left_and_ends() -> None:
    inbox = Inbox(SMALL)
    inbox.put([vote("a")])

    await inbox.aclose()
    inbox.put([vote("b")])

    assert [arrival async for arrival in inbox] == [vote("a")]
    with pytest.raises(trio.EndOfChannel):
        inbox.receive_nowait()


async def test_closing_wakes_whoever_waits() -> None:
    inbox = Inbox(SMALL)

    async def take() -> None:
        with pytest.raises(trio.EndOfChannel):
            await inbox.receive()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        await trio.testing.wait_all_tasks_blocked()
        inbox.close()


def test_no_repr_shows_a_body() -> None:
    assert "secret" not in repr(vote("a", b"secret"))


async def test_a_few_frames_that_find_their_lane_empty_are_offered_to_the_host_first() -> None:
    inbox, taken = Inbox(SMALL), list[Incoming]()

    def take(frames: Sequence[Incoming]) -> bool:
        taken.extend(frames)
        return frames[0].peer != "refused"

    inbox.serve(take)
    inbox.hand([vote("a", b"1"), vote("a", b"2")])
    inbox.hand([])
    inbox.hand([vote("refused")])

    assert taken == [vote("a", b"1"), vote("a", b"2"), vote("refused")]
    assert drain(inbox) == [vote("refused")]


async def test_what_finds_its_lane_taken_or_comes_in_a_flood_goes_by_the_lane() -> None:
    inbox, taken = Inbox(SMALL), list[Incoming]()

    def take(frames: Sequence[Incoming]) -> bool:
        taken.extend(frames)
        return True

    inbox.put([LinkUp("a")])
    inbox.serve(take)
    inbox.hand([vote("a")])
    flood = [vote("b")] * (PROMPT_COUNT_MAX + 1)
    inbox.hand(flood)

    assert taken == []
    assert sorted(map(str, drain(inbox))) == sorted(map(str, [LinkUp("a"), vote("a"), *flood]))


async def test_after_the_end_nothing_is_offered() -> None:
    inbox, taken = Inbox(SMALL), list[Incoming]()
    inbox.serve(lambda frames: not taken.extend(frames))
    inbox.close()

    inbox.hand([vote("a")])

    assert (taken, drain(inbox)) == ([], [])

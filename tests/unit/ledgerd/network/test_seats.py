"""Which of several links to a peer is the link."""

import random

import pytest
import trio
import trio.testing

from ledgerd.errors import HandshakeFailed, PeerBroken, PeerClosed
from ledgerd.network.handshake import NO_TICKET, Ticket
from ledgerd.network.inbox import Inbox, LinkDown, LinkUp
from ledgerd.network.link import Link, Tally
from ledgerd.network.pacing import Backoff
from ledgerd.network.seats import Counter, Seat
from ledgerd.network.settings import NetworkSettings
from ledgerd.network.wire import Wire
from tests.unit.ledgerd.network.builders import node, stream_pair

SETTINGS = NetworkSettings()
PEER = node(1).peer()
ID = PEER.institution_id
RUN_1, RUN_2 = bytes(16), bytes((1,)) * 16


def new_seat(inbox: Inbox) -> Seat:
    return Seat(PEER, SETTINGS, inbox, Backoff(SETTINGS, random.Random(1)))


def new_link(inbox: Inbox) -> Link:
    return Link(PEER, Wire(stream_pair()[0]), inbox, Tally(), SETTINGS)


def drain(inbox: Inbox) -> list[object]:
    taken: list[object] = []
    try:
        while True:
            taken.append(inbox.receive_nowait())
    except trio.WouldBlock:
        return taken


async def test_the_host_hears_of_up_and_down() -> None:
    inbox = Inbox(SETTINGS)
    seat, link = new_seat(inbox), new_link(inbox)

    seat.take(link, Ticket(RUN_1, 1))
    assert drain(inbox) == [LinkUp(ID)]
    seat.leave(link, PeerBroken("odd frame"))

    assert drain(inbox) == [LinkDown(ID, "PeerBroken: odd frame")]
    assert seat.link is None
    assert seat.last_error == "PeerBroken: odd frame"


async def test_a_newer_link_takes_the_place_of_an_older_one() -> None:
    inbox = Inbox(SETTINGS)
    seat, old, new = new_seat(inbox), new_link(inbox), new_link(inbox)
    seat.take(old, Ticket(RUN_1, 1))
    drain(inbox)

    seat.take(new, Ticket(RUN_1, 2))

    assert seat.link is new
    assert str(await old.run()) == "a newer link of the pair is up"
    assert [type(arrival) for arrival in drain(inbox)] == [LinkDown, LinkUp]


async def test_the_end_of_a_replaced_link_changes_nothing() -> None:
    inbox = Inbox(SETTINGS)
    seat, old, new = new_seat(inbox), new_link(inbox), new_link(inbox)
    seat.take(old, Ticket(RUN_1, 1))
    seat.take(new, Ticket(RUN_1, 2))
    drain(inbox)

    seat.leave(old, PeerClosed("gone"))

    assert seat.link is new
    assert drain(inbox) == []


async def test_an_older_link_that_comes_late_is_refused() -> None:
    inbox = Inbox(SETTINGS)
    seat, late, up = new_seat(inbox), new_link(inbox), new_link(inbox)
    seat.take(up, Ticket(RUN_1, 2))

    with pytest.raises(HandshakeFailed, match="newer link"):
        seat.take(late, Ticket(RUN_1, 1))

    assert seat.link is up


async def test_serials_of_another_start_are_not_compared() -> None:
    inbox = Inbox(SETTINGS)
    seat, before, after = new_seat(inbox), new_link(inbox), new_link(inbox)
    seat.take(before, Ticket(RUN_1, 9))

    seat.take(after, Ticket(RUN_2, 1))

    assert seat.link is after


async def test_of_two_dialled_at_once_the_first_to_prove_itself_gets_the_number(
    autojump_clock: trio.testing.MockClock,
) -> None:
    seat, counter = new_seat(Inbox(SETTINGS)), Counter(RUN_1)
    begun_at = trio.current_time()
    autojump_clock.jump(0.1)

    assert seat.issue(counter, begun_at) == Ticket(RUN_1, 1)
    with pytest.raises(HandshakeFailed, match="preferred"):
        seat.issue(counter, begun_at + 0.05)
    autojump_clock.jump(0.1)
    assert seat.issue(counter, begun_at + 0.15) == Ticket(RUN_1, 2)


async def test_a_connection_begun_before_the_link_came_up_is_no_longer_wanted(
    autojump_clock: trio.testing.MockClock,
) -> None:
    inbox = Inbox(SETTINGS)
    seat, begun_at = new_seat(inbox), trio.current_time()
    autojump_clock.jump(0.1)
    assert seat.approve(begun_at) == NO_TICKET
    seat.take(new_link(inbox), Ticket(RUN_1, 1))

    with pytest.raises(HandshakeFailed, match="preferred"):
        seat.approve(begun_at)
    with pytest.raises(HandshakeFailed, match="preferred"):
        seat.issue(Counter(RUN_1), begun_at)
    autojump_clock.jump(0.1)
    assert seat.approve(trio.current_time()) == NO_TICKET


async def test_while_a_link_sits_errors_of_other_attempts_are_not_shown() -> None:
    inbox = Inbox(SETTINGS)
    seat = new_seat(inbox)
    seat.note(PeerClosed("before"))
    seat.take(new_link(inbox), Ticket(RUN_1, 1))

    seat.note(HandshakeFailed("another was preferred"))

    assert seat.last_error == "PeerClosed: before"


async def test_nobody_dials_while_a_link_sits(autojump_clock: trio.testing.MockClock) -> None:
    inbox = Inbox(SETTINGS)
    seat, link = new_seat(inbox), new_link(inbox)
    seat.take(link, Ticket(RUN_1, 1))
    with trio.move_on_after(1000) as scope:
        await seat.wait_turn_to_dial()
    assert scope.cancelled_caught

    seat.leave(link, PeerClosed("gone"))
    left_at = trio.current_time()
    await seat.wait_turn_to_dial()

    assert trio.current_time() - left_at <= SETTINGS.redial_min_ms / 1000


@pytest.mark.parametrize(("up_ms", "is_short"), [(9_000, False), (10_000, True)])
async def test_only_a_stable_link_shortens_the_pause(
    autojump_clock: trio.testing.MockClock, up_ms: int, is_short: bool
) -> None:
    inbox = Inbox(SETTINGS)
    seat, link = new_seat(inbox), new_link(inbox)
    for _ in range(8):
        await seat.wait_turn_to_dial()
    seat.take(link, Ticket(RUN_1, 1))
    autojump_clock.jump(up_ms / 1000)
    seat.leave(link, PeerClosed("gone"))
    left_at = trio.current_time()

    await seat.wait_turn_to_dial()

    assert (trio.current_time() - left_at <= SETTINGS.redial_min_ms / 1000) is is_short

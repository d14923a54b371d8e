"""One link that is up, over streams in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import trio
import trio.testing

from ledgerd.errors import FrameTooLarge, LinkError, PeerBroken, PeerClosed
from ledgerd.network.frames import FrameKind, encode_frame
from ledgerd.network.inbox import Inbox, Incoming
from ledgerd.network.link import Link, Tally
from ledgerd.network.settings import NetworkSettings, PeerRole, QueueLimits
from ledgerd.network.tls import Tls
from ledgerd.network.wire import PROMPT_PAUSE_S, Wire
from tests.unit.ledgerd.network.builders import node, stream_pair
from tests.virtual_time import pass_time

PEER = node(1).peer()
VOTE, SYNC, BUNDLE = FrameKind.VOTE, FrameKind.SYNC, FrameKind.BUNDLE
SMALL = replace(
    NetworkSettings(),
    vote_queue=QueueLimits(count_max=3, bytes_max=1000),
    sync_queue=QueueLimits(count_max=3, bytes_max=1000),
    bundle_queue=QueueLimits(count_max=3, bytes_max=1000),
    inbox_count_max=2,
)


@dataclass
class Up:
    """A running link, the other end of its stream, and how it ended."""

    link: Link
    theirs: trio.abc.Stream
    inbox: Inbox
    tally: Tally
    ended: list[LinkError] = field(default_factory=list)
    over: trio.Event = field(default_factory=trio.Event)


@asynccontextmanager
async def link_up(
    settings: NetworkSettings = SMALL,
    role: PeerRole = PeerRole.VALIDATOR,
    streams: tuple[trio.abc.Stream, trio.abc.Stream] | None = None,
) -> AsyncIterator[Up]:
    ours, theirs = streams or stream_pair()
    inbox, tally = Inbox(settings), Tally()
    link = Link(replace(PEER, role=role), Wire(ours), inbox, tally, settings)
    up = Up(link, theirs, inbox, tally)

    async def run() -> None:
        up.ended.append(await link.run())
        up.over.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        yield up
        nursery.cancel_scope.cancel()


def frame(kind: FrameKind, body: bytes) -> bytes:
    return encode_frame(kind, body)


async def test_what_the_peer_sends_comes_to_the_host() -> None:
    async with link_up() as up:
        await up.theirs.send_all(frame(VOTE, b"v") + frame(FrameKind.PING, b""))
        await up.theirs.send_all(frame(BUNDLE, b"b"))

        assert await up.inbox.receive() == Incoming(PEER.institution_id, VOTE, b"v")
        assert await up.inbox.receive() == Incoming(PEER.institution_id, BUNDLE, b"b")
        assert up.tally.frames_in == 3
        assert up.tally.bytes_in == 17


async def test_all_offers_of_one_tick_leave_in_one_write() -> None:
    async with link_up() as up:
        await trio.testing.wait_all_tasks_blocked()
        for kind, body in ((BUNDLE, b"b"), (VOTE, b"v"), (SYNC, b"s")):
            up.link.offer(kind, frame(kind, body))

        sent = await up.theirs.receive_some()

        assert sent == frame(VOTE, b"v") + frame(SYNC, b"s") + frame(BUNDLE, b"b")
        assert (up.tally.frames_out, up.tally.bytes_out) == (3, 18)


async def test_a_full_vote_queue_closes_the_link() -> None:
    async with link_up() as up:
        for _ in range(4):
            up.link.offer(VOTE, frame(VOTE, b"v"))
        await trio.testing.wait_all_tasks_blocked()

        assert "queue of votes is full" in str(up.ended[0])
        assert isinstance(up.ended[0], PeerClosed)


@pytest.mark.parametrize("kind", [SYNC, BUNDLE])
async def test_other_queues_drop_and_count(kind: FrameKind) -> None:
    async with link_up() as up:
        for index in range(5):
            up.link.offer(kind, frame(kind, bytes((index,))))

        sent = await up.theirs.receive_some()

        assert sent == b"".join(frame(kind, bytes((index,))) for index in range(3))
        assert up.tally.dropped_count == 2
        assert up.ended == []


@pytest.mark.parametrize("kind", [FrameKind.GREETING, FrameKind.HELLO, FrameKind.HELLO_ACK])
async def test_words_of_the_handshake_have_no_place_later(kind: FrameKind) -> None:
    async with link_up() as up:
        await up.theirs.send_all(frame(kind, b"x"))
        await trio.testing.wait_all_tasks_blocked()

        assert isinstance(up.ended[0], PeerBroken)


@pytest.mark.parametrize("kind", [VOTE, SYNC, BUNDLE])
async def test_empty_content_breaks_the_link(kind: FrameKind) -> None:
    async with link_up() as up:
        await up.theirs.send_all(frame(kind, b""))
        await trio.testing.wait_all_tasks_blocked()

        assert isinstance(up.ended[0], PeerBroken)


@pytest.mark.parametrize("kind", [VOTE, BUNDLE])
async def test_an_observer_that_sends_more_than_sync_is_cut(kind: FrameKind) -> None:
    async with link_up(role=PeerRole.OBSERVER) as up:
        await up.theirs.send_all(frame(SYNC, b"s"))
        assert await up.inbox.receive() == Incoming(PEER.institution_id, SYNC, b"s")
        await up.theirs.send_all(frame(kind, b"x"))
        await trio.testing.wait_all_tasks_blocked()

        assert isinstance(up.ended[0], PeerBroken)


async def test_an_oversize_header_ends_the_link() -> None:
    async with link_up() as up:
        await up.theirs.send_all(b"\xff\xff\xff\xff\x10")
        await trio.testing.wait_all_tasks_blocked()

        assert isinstance(up.ended[0], FrameTooLarge)


async def test_the_end_of_the_connection_ends_the_link() -> None:
    async with link_up() as up:
        await up.theirs.aclose()
        await trio.testing.wait_all_tasks_blocked()

        assert isinstance(up.ended[0], PeerClosed)


async def test_a_peer_whose_lane_is_full_is_not_read_from() -> None:
    async with link_up() as up:
        await up.theirs.send_all(frame(VOTE, b"1") + frame(VOTE, b"2"))
        await trio.testing.wait_all_tasks_blocked()
        await up.theirs.send_all(frame(VOTE, b"3"))
        await trio.testing.wait_all_tasks_blocked()
        assert up.tally.frames_in == 2

        up.inbox.receive_nowait()
        await trio.testing.wait_all_tasks_blocked()

        assert up.tally.frames_in == 3


async def test_above_its_quota_a_peer_is_read_later(
    autojump_clock: trio.testing.MockClock,
) -> None:
    settings = replace(NetworkSettings(), peer_messages_per_s_max=10)
    async with link_up(settings) as up:
        await up.theirs.send_all(frame(VOTE, b"v") * 40)
        await up.inbox.receive()
        await up.theirs.send_all(frame(SYNC, b"s"))
        while (await up.inbox.receive()).kind is not SYNC:  # type: ignore[union-attr]
            pass

        assert trio.current_time() == pytest.approx(3.0, abs=0.2)


async def test_an_idle_link_pings(autojump_clock: trio.testing.MockClock) -> None:
    async with link_up() as up:
        sent = await up.theirs.receive_some()

        assert sent == frame(FrameKind.PING, b"")
        assert trio.current_time() <= SMALL.ping_ms / 1000


async def test_a_silent_peer_ends_the_link(autojump_clock: trio.testing.MockClock) -> None:
    async with link_up() as up:
        await up.over.wait()

        assert "silent for 6000 ms" in str(up.ended[0])
        assert trio.current_time() == pytest.approx(6.0, abs=0.8)


async def test_two_links_that_ping_each_other_stay_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ours, theirs = stream_pair()
    async with link_up(streams=(ours, theirs)) as up, link_up(streams=(theirs, ours)) as other:
        with trio.move_on_after(600):
            await up.inbox.receive()

        assert (up.ended, other.ended) == ([], [])
        assert up.tally.frames_in >= 600 * 1000 / SMALL.silence_timeout_ms


async def test_a_peer_that_takes_no_bytes_ends_the_link(
    autojump_clock: trio.testing.MockClock,
) -> None:
    settings = replace(SMALL, silence_timeout_ms=10**9)
    async with link_up(settings, streams=trio.testing.lockstep_stream_pair()) as up:
        up.link.offer(VOTE, frame(VOTE, b"v"))

        await up.over.wait()

        assert "took no bytes" in str(up.ended[0])


async def test_the_first_reason_stays_and_nothing_comes_after_the_end() -> None:
    async with link_up() as up:
        await trio.testing.wait_all_tasks_blocked()
        await up.theirs.send_all(frame(VOTE, b"late"))
        up.link.close(PeerClosed("first"))
        up.link.close(PeerClosed("second"))
        await trio.testing.wait_all_tasks_blocked()

        assert [str(error) for error in up.ended] == ["first"]
        with pytest.raises(trio.WouldBlock):
            up.inbox.receive_nowait()


@asynccontextmanager
async def secured_link_up(settings: NetworkSettings = SMALL) -> AsyncIterator[Up]:
    """Run a link over TLS and sockets, as links are, until its writer waits for a frame."""
    left, right = (trio.SocketStream(each) for each in trio.socket.socketpair())
    ours, theirs = (Tls(node(i).identity(), [node(1 - i).peer()]) for i in (0, 1))
    secured: list[trio.abc.Stream] = []

    async def accept() -> None:
        secured.append((await ours.accept(left))[0])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(accept)
        dialled = await theirs.connect(right, node(0).peer())
    async with secured[0], dialled, link_up(settings, streams=(secured[0], dialled)) as up:
        await trio.testing.wait_all_tasks_blocked()
        await pass_time(PROMPT_PAUSE_S)
        yield up


async def test_a_small_frame_leaves_in_the_turn_in_which_it_is_offered(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with secured_link_up() as up:
        with trio.testing.assert_no_checkpoints():
            up.link.offer(VOTE, frame(VOTE, b"v"))

        assert (up.tally.frames_out, up.tally.bytes_out) == (1, 6)
        assert await up.theirs.receive_some() == frame(VOTE, b"v")


async def test_what_follows_close_behind_is_joined_by_the_writer(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with secured_link_up() as up:
        for word in (b"1", b"2", b"3"):
            up.link.offer(VOTE, frame(VOTE, word))

        assert up.tally.frames_out == 1
        await trio.testing.wait_all_tasks_blocked()
        assert up.tally.frames_out == 3
        sent = b"".join(frame(VOTE, word) for word in (b"1", b"2", b"3"))
        assert await up.theirs.receive_some() == sent


async def test_a_frame_that_the_kernel_takes_in_part_is_whole_and_in_order_on_the_other_side(
    autojump_clock: trio.testing.MockClock,
) -> None:
    settings = replace(SMALL, vote_queue=QueueLimits(count_max=10_000, bytes_max=1 << 30))
    words = [bytes((i % 251,)) * 12_000 for i in range(600)]  # 7 MB, nobody reads meanwhile
    async with secured_link_up(settings) as up:
        for word in words:
            await pass_time(PROMPT_PAUSE_S)
            up.link.offer(VOTE, frame(VOTE, word))

        theirs, taken = Wire(up.theirs), list[bytes]()
        while len(taken) < len(words):
            taken += [one.body for one in await theirs.receive() if one.kind is VOTE]

    assert taken == words


async def test_a_send_that_fails_at_once_ends_the_link(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with secured_link_up() as up:
        await up.theirs.aclose()
        up.link.offer(VOTE, frame(VOTE, b"v"))
        await up.over.wait()

        assert isinstance(up.ended[0], PeerClosed)

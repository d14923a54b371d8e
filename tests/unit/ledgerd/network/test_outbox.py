"""The three outgoing queues of a link."""

import pytest
import trio
import trio.testing

from ledgerd.network.frames import FrameKind
from ledgerd.network.outbox import Offered, Outbox
from ledgerd.network.settings import NetworkSettings, QueueLimits

SMALL = NetworkSettings(
    vote_queue=QueueLimits(count_max=2, bytes_max=100),
    sync_queue=QueueLimits(count_max=2, bytes_max=100),
    bundle_queue=QueueLimits(count_max=2, bytes_max=100),
)
VOTE, SYNC, BUNDLE = FrameKind.VOTE, FrameKind.SYNC, FrameKind.BUNDLE


def test_votes_go_before_sync_before_bundles() -> None:
    outbox = Outbox(SMALL)
    for kind, frame in ((BUNDLE, b"b"), (SYNC, b"s"), (VOTE, b"v"), (VOTE, b"w")):
        outbox.offer(kind, frame)

    assert outbox.take(100) == (b"vwsb", 4)
    assert outbox.is_empty


def test_one_flush_ends_with_the_frame_that_fills_it() -> None:
    outbox = Outbox(SMALL)
    outbox.offer(SYNC, b"s" * 60)
    outbox.offer(SYNC, b"t" * 30)
    outbox.offer(BUNDLE, b"b")

    assert outbox.take(50) == (b"s" * 60, 1)
    assert outbox.take(30) == (b"t" * 30, 1)
    assert outbox.take(30) == (b"b", 1)


@pytest.mark.parametrize(
    ("kind", "when_full"),
    [(VOTE, Offered.OVERFLOWED), (SYNC, Offered.DROPPED), (BUNDLE, Offered.DROPPED)],
)
def test_a_queue_is_full_by_count(kind: FrameKind, when_full: Offered) -> None:
    outbox = Outbox(SMALL)

    outcomes = [outbox.offer(kind, frame) for frame in (b"1", b"2", b"3")]

    assert outcomes == [Offered.QUEUED, Offered.QUEUED, when_full]
    assert outbox.take(100) == (b"12", 2)
    assert outbox.offer(kind, b"4") is Offered.QUEUED


@pytest.mark.parametrize(
    ("kind", "when_full"),
    [(VOTE, Offered.OVERFLOWED), (SYNC, Offered.DROPPED), (BUNDLE, Offered.DROPPED)],
)
def test_a_queue_is_full_by_bytes(kind: FrameKind, when_full: Offered) -> None:
    outbox = Outbox(SMALL)

    assert outbox.offer(kind, bytes(60)) is Offered.QUEUED
    assert outbox.offer(kind, bytes(41)) is when_full
    assert outbox.offer(kind, bytes(40)) is Offered.QUEUED


def test_one_frame_passes_whatever_its_size() -> None:
    outbox = Outbox(SMALL)

    assert outbox.offer(BUNDLE, bytes(1000)) is Offered.QUEUED
    assert outbox.offer(BUNDLE, b"x") is Offered.DROPPED


def test_a_full_bundle_queue_hinders_no_vote() -> None:
    outbox = Outbox(SMALL)
    outbox.offer(BUNDLE, bytes(1000))

    assert outbox.offer(VOTE, b"v") is Offered.QUEUED


async def test_the_writer_wakes_once_for_all_of_a_tick(autojump_clock: trio.abc.Clock) -> None:
    outbox = Outbox(SMALL)
    flushes: list[bytes] = []

    async def write() -> None:
        while len(flushes) < 2:
            await outbox.wait()
            flushes.append(outbox.take(100)[0])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(write)
        await trio.testing.wait_all_tasks_blocked()
        outbox.offer(VOTE, b"a")
        outbox.offer(VOTE, b"b")
        await trio.testing.wait_all_tasks_blocked()
        outbox.offer(SYNC, b"c")

    assert flushes == [b"ab", b"c"]


async def test_a_box_is_idle_while_its_writer_waits_for_a_frame() -> None:
    outbox = Outbox(SMALL)
    assert not outbox.is_idle

    async with trio.open_nursery() as nursery:
        nursery.start_soon(outbox.wait)
        await trio.testing.wait_all_tasks_blocked()
        assert outbox.is_idle
        outbox.offer(VOTE, b"a")
        assert not outbox.is_idle

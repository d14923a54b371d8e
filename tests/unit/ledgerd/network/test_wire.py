"""One connection: frames in and out, and whether it lives."""

import pytest
import trio
import trio.testing

from ledgerd.errors import FrameTooLarge, PeerBroken, PeerClosed
from ledgerd.network.frames import Frame, FrameKind, encode_frame
from ledgerd.network.wire import Wire, link_errors
from tests.unit.ledgerd.network.builders import stream_pair

FRAME = encode_frame(FrameKind.SYNC, b"body")


def verify_alive(wire: Wire) -> None:
    wire.verify_alive(trio.current_time(), silence_ms=5_000, stall_ms=30_000)


async def test_frames_that_came_together_are_taken_together() -> None:
    ours, theirs = stream_pair()
    await theirs.send_all(FRAME * 3)
    wire = Wire(ours)

    frames = await wire.receive()

    assert frames == [Frame(FrameKind.SYNC, b"body")] * 3
    assert wire.bytes_in == 3 * len(FRAME)


async def test_frames_that_came_together_can_be_taken_singly_and_then_the_rest() -> None:
    ours, theirs = stream_pair()
    await theirs.send_all(FRAME * 3)
    wire = Wire(ours)

    assert await wire.receive_one() == Frame(FrameKind.SYNC, b"body")
    assert len(await wire.receive()) == 2


async def test_a_frame_in_two_halves_is_one_frame() -> None:
    ours, theirs = stream_pair()
    wire = Wire(ours)
    taken: list[list[Frame]] = []

    async def take() -> None:
        taken.append(await wire.receive())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        await theirs.send_all(FRAME[:7])
        await trio.testing.wait_all_tasks_blocked()
        assert taken == []
        await theirs.send_all(FRAME[7:])

    assert taken == [[Frame(FrameKind.SYNC, b"body")]]


@pytest.mark.parametrize(
    ("sent", "where"), [(b"", "by the peer"), (FRAME[:3], "middle"), (FRAME[:-1], "middle")]
)
async def test_an_end_is_reported_with_where_it_came(sent: bytes, where: str) -> None:
    ours, theirs = stream_pair()
    await theirs.send_all(sent or FRAME)
    await theirs.aclose()
    wire = Wire(ours)
    if not sent:
        await wire.receive()

    with pytest.raises(PeerClosed, match=where):
        await wire.receive()


async def test_a_malformed_frame_is_the_peers_fault() -> None:
    ours, theirs = stream_pair()
    await theirs.send_all(bytes(4) + b"\xff")
    with pytest.raises(PeerBroken):
        await Wire(ours).receive()

    ours, theirs = stream_pair()
    await theirs.send_all(b"\xff\xff\xff\xff\x10")
    with pytest.raises(FrameTooLarge):
        await Wire(ours).receive()


async def test_what_is_sent_is_counted() -> None:
    ours, theirs = stream_pair()
    wire = Wire(ours)

    await wire.send(FRAME)

    assert await theirs.receive_some() == FRAME
    assert wire.bytes_out == len(FRAME)


async def test_a_cancelled_send_poisons_the_wire() -> None:
    ours, _theirs = trio.testing.lockstep_stream_pair()
    wire = Wire(ours)
    with trio.CancelScope() as scope:
        scope.cancel()
        await wire.send(FRAME)

    with pytest.raises(PeerClosed, match="an earlier frame was cut"):
        await wire.send(FRAME)


async def test_a_failed_send_poisons_the_wire() -> None:
    ours, theirs = stream_pair()
    await theirs.aclose()
    wire = Wire(ours)
    with pytest.raises(PeerClosed, match="BrokenResourceError"):
        await wire.send(FRAME)

    with pytest.raises(PeerClosed, match="an earlier frame was cut"):
        await wire.send(FRAME)


def test_foreign_errors_are_translated_with_their_cause() -> None:
    with (
        pytest.raises(PeerClosed, match="dialling failed: ConnectionRefusedError"),
        link_errors("dialling"),
    ):
        raise ConnectionRefusedError
    with (
        pytest.raises(PeerClosed, match="sending failed: closed on this side"),
        link_errors("sending"),
    ):
        raise trio.ClosedResourceError


async def test_a_silent_peer_is_found(autojump_clock: trio.testing.MockClock) -> None:
    ours, _theirs = stream_pair()
    wire = Wire(ours)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wire.receive)
        await trio.testing.wait_all_tasks_blocked()
        autojump_clock.jump(4.9)
        verify_alive(wire)
        autojump_clock.jump(0.1)
        with pytest.raises(PeerClosed, match="silent for 5000 ms"):
            verify_alive(wire)
        nursery.cancel_scope.cancel()


async def test_time_in_which_nobody_listened_is_not_held_against_the_peer(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ours, theirs = stream_pair()
    wire = Wire(ours)
    await theirs.send_all(FRAME + FRAME[:6])
    await wire.receive()

    autojump_clock.jump(1000)

    verify_alive(wire)
    await theirs.send_all(FRAME[6:])
    assert await wire.receive() == [Frame(FrameKind.SYNC, b"body")]
    verify_alive(wire)


async def test_a_frame_that_drips_in_is_found(autojump_clock: trio.testing.MockClock) -> None:
    ours, theirs = stream_pair()
    wire = Wire(ours)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wire.receive)
        for byte in FRAME[:7]:
            await theirs.send_all(bytes((byte,)))
            await trio.testing.wait_all_tasks_blocked()
            verify_alive(wire)
            autojump_clock.jump(4.5)
        with pytest.raises(PeerBroken, match="one frame took more than 30000 ms"):
            wire.verify_alive(trio.current_time(), silence_ms=5_000, stall_ms=30_000)
        nursery.cancel_scope.cancel()


async def test_a_peer_that_takes_no_bytes_is_found(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ours, _theirs = trio.testing.lockstep_stream_pair()
    wire = Wire(ours)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wire.send, FRAME)
        await trio.testing.wait_all_tasks_blocked()
        autojump_clock.jump(30)
        with pytest.raises(PeerClosed, match="took no bytes for 30000 ms"):
            verify_alive(wire)
        nursery.cancel_scope.cancel()


async def test_a_wire_is_quiet_when_nothing_was_sent_for_a_while(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ours, _theirs = stream_pair()
    wire = Wire(ours)

    autojump_clock.jump(1.5)
    assert wire.is_quiet(trio.current_time(), 1_500)
    await wire.send(FRAME)
    assert not wire.is_quiet(trio.current_time(), 1_500)

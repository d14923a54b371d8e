"""A socket that asks the kernel first: same bytes, fewer turns of the loop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from ledgerd.network.eager_socket import EagerSocket, eager
from tests.unit.ledgerd.network.builders import stream_pair

LONG = bytes(range(256)) * (32 << 10)  # 8 MiB: more than the kernel holds of one connection


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[trio.abc.Stream, trio.SocketStream]]:
    """Give our eager end and the plain other end of one connection."""
    left, right = trio.socket.socketpair()
    theirs = trio.SocketStream(right)
    async with eager(trio.SocketStream(left)) as ours, theirs:
        yield ours, theirs


async def test_what_is_no_socket_stays_as_it_is() -> None:
    stream, _ = stream_pair()

    assert eager(stream) is stream


async def test_a_small_send_is_no_checkpoint_and_arrives() -> None:
    async with connected() as (ours, theirs):
        with trio.testing.assert_no_checkpoints():
            await ours.send_all(b"vote")

        assert await theirs.receive_some() == b"vote"


async def test_what_the_kernel_does_not_take_at_once_follows() -> None:
    async with connected() as (ours, theirs):
        received = bytearray()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ours.send_all, LONG)
            while len(received) < len(LONG):
                received += await theirs.receive_some()

    assert received == LONG


async def test_what_is_sent_without_waiting_is_what_the_kernel_takes() -> None:
    async with connected() as (ours, theirs):
        assert isinstance(ours, EagerSocket)
        sent = ours.send_now(LONG)

        assert 0 < sent < len(LONG)
        assert ours.send_now(LONG) == 0
        received = bytearray()
        while len(received) < sent:
            received += await theirs.receive_some()
        assert received == LONG[:sent]


async def test_receiving_waits_for_bytes() -> None:
    async with connected() as (ours, theirs):
        received: list[bytes] = []

        async def receive() -> None:
            received.append(bytes(await ours.receive_some()))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(receive)
            await trio.testing.wait_all_tasks_blocked()
            assert received == []
            await theirs.send_all(b"vote")

    assert received == [b"vote"]


async def test_receiving_is_a_checkpoint_also_when_bytes_are_there() -> None:
    async with connected() as (ours, theirs):
        await theirs.send_all(b"vote after vote")
        with trio.testing.assert_checkpoints():
            assert await ours.receive_some(4) == b"vote"


async def test_an_end_is_an_end_and_a_closed_socket_is_an_error() -> None:
    async with connected() as (ours, theirs):
        await theirs.aclose()
        assert await ours.receive_some() == b""
        await ours.aclose()
        with pytest.raises(OSError, match="descriptor"):
            await ours.send_all(b"late")


async def test_closing_wakes_whoever_receives() -> None:
    async with connected() as (ours, _), trio.open_nursery() as nursery:

        async def receive() -> None:
            with pytest.raises(trio.ClosedResourceError):
                await ours.receive_some()

        nursery.start_soon(receive)
        await trio.testing.wait_all_tasks_blocked()
        await ours.aclose()

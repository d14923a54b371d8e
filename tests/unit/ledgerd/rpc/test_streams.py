"""Bytes of clients: at once where the kernel takes them, else as trio sends them."""

import socket

import pytest
import trio
import trio.testing

from ledgerd.rpc.streams import READ_BYTES, receive, send

LARGE = bytes(range(256)) * 8_192
WAITING = bytes(2 * READ_BYTES + 1)  # in the kernel, of a client that has sent it all


def socket_pair() -> tuple[trio.SocketStream, trio.SocketStream]:
    ours, theirs = trio.socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return trio.SocketStream(ours), trio.SocketStream(theirs)


async def received_whole(stream: trio.abc.Stream) -> bytes:
    found = b""
    while data := await receive(stream):
        found += data
    return found


@pytest.mark.parametrize("pair", [socket_pair, trio.testing.memory_stream_pair])
@pytest.mark.parametrize("data", [b"small", LARGE])
async def test_what_is_sent_arrives_whole(pair, data: bytes) -> None:
    ours, theirs = pair()
    found: list[bytes] = []

    async def read() -> None:
        found.append(await received_whole(theirs))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        async with ours:
            await send(ours, data, 10)

    await theirs.aclose()
    assert found == [data]


async def test_a_small_answer_takes_no_turn_of_the_loop() -> None:
    ours, theirs = socket_pair()

    async with ours, theirs:
        with trio.testing.assert_no_checkpoints():
            await send(ours, b"small", 10)


async def test_whoever_reads_nothing_is_cut(autojump_clock: trio.testing.MockClock) -> None:
    ours, theirs = socket_pair()

    async with ours, theirs:
        with pytest.raises(trio.BrokenResourceError):
            await send(ours, LARGE, 10)


async def test_a_client_that_went_away_is_a_broken_stream() -> None:
    ours, theirs = socket_pair()
    await send(theirs, b"never read", 10)
    await theirs.aclose()

    async with ours:
        with pytest.raises(trio.BrokenResourceError):
            await send(ours, b"x", 10)


async def test_what_is_there_already_takes_one_turn_of_the_loop() -> None:
    """A request of many submissions took one turn for each 64 KiB of it."""
    ours, theirs = socket_pair()
    ours.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * len(WAITING))

    async with ours, theirs:
        await send(ours, WAITING, 10)
        assert await receive(theirs) == WAITING

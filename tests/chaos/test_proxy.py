"""The proxy does to a connection what it says, and two transports survive it."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import trio
import trio.testing

from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Incoming, LinkDown, LinkUp
from ledgerd.network.settings import Address, NetworkSettings
from ledgerd.network.transport import Transport
from tests.chaos.proxy import Mesh, Proxy, Weather
from tests.unit.ledgerd.network.builders import node

IMPATIENT = replace(
    NetworkSettings(),
    redial_min_ms=10,
    redial_max_ms=50,
    ping_ms=40,
    silence_timeout_ms=400,
    stall_timeout_ms=400,
    handshake_timeout_ms=400,
)
TEXT = bytes(range(256)) * 100


@pytest.fixture(autouse=True)
async def in_time() -> None:
    """Keep a test that waits for something that never comes from waiting for ever."""
    trio.lowlevel.current_task().parent_nursery.cancel_scope.deadline = trio.current_time() + 60


@asynccontextmanager
async def talk_to_an_echo() -> AsyncIterator[tuple[Proxy, trio.SocketStream]]:
    """Run a server that sends back what it gets, with a proxy before it; connect to that."""

    async def echo(stream: trio.SocketStream) -> None:
        try:
            async with stream:
                while data := await stream.receive_some():
                    await stream.send_all(data)
        except trio.BrokenResourceError:
            pass

    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, echo, [listener])
        proxy = Proxy("127.0.0.1", listener.socket.getsockname()[1], random.Random(1))
        await nursery.start(proxy.run)
        async with await trio.open_tcp_stream("127.0.0.1", proxy.port) as stream:
            yield proxy, stream
        nursery.cancel_scope.cancel()


async def receive(stream: trio.SocketStream, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := await stream.receive_some()):
        data += more
    return data


async def exchange(stream: trio.SocketStream, data: bytes) -> bytes:
    await stream.send_all(data)
    return await receive(stream, len(data))


async def test_in_fine_weather_everything_passes_unchanged() -> None:
    async with talk_to_an_echo() as (proxy, stream):
        await stream.send_all(TEXT)

        assert await receive(stream, len(TEXT)) == TEXT
        assert proxy.tally.bytes_passed == 2 * len(TEXT)


@pytest.mark.parametrize("cut", [Proxy.cut, Proxy.cut_there, Proxy.cut_back])
async def test_a_cut_holds_bytes_back_and_loses_none(cut: object) -> None:
    async with talk_to_an_echo() as (proxy, stream):
        await stream.send_all(b"before")
        await receive(stream, 6)
        cut(proxy)  # type: ignore[operator]
        await stream.send_all(TEXT)
        with trio.move_on_after(0.05) as scope:
            await receive(stream, 1)
        assert scope.cancelled_caught

        proxy.mend()

        assert await receive(stream, len(TEXT)) == TEXT


async def test_connections_that_waited_for_a_cut_to_end_are_told_apart() -> None:
    """Two that were let through at once had one number, and the proxy fell over it."""
    async with talk_to_an_echo() as (proxy, stream):
        await exchange(stream, b"before")
        proxy.cut()
        others = [await trio.open_tcp_stream("127.0.0.1", proxy.port) for _ in range(2)]
        await trio.testing.wait_all_tasks_blocked(0.01)

        proxy.mend()
        answers = [await exchange(other, b"x") for other in others]

        assert answers == [b"x", b"x"]
        assert proxy.connection_count == 3
        for other in others:
            await other.aclose()


async def test_a_delay_comes_on_top_of_each_direction() -> None:
    async with talk_to_an_echo() as (proxy, stream):
        proxy.set_weather(Weather(delay_ms=40), Weather(delay_ms=60))
        begun_at = trio.current_time()
        await stream.send_all(b"x")
        await receive(stream, 1)

        assert trio.current_time() - begun_at >= 0.1


async def test_a_drip_keeps_its_rate() -> None:
    async with talk_to_an_echo() as (proxy, stream):
        proxy.set_weather(Weather(bytes_per_s=100), Weather())
        begun_at = trio.current_time()
        await stream.send_all(b"x" * 25)
        await receive(stream, 25)

        assert trio.current_time() - begun_at >= 0.2


async def test_a_flipped_bit_is_one_bit() -> None:
    async with talk_to_an_echo() as (proxy, stream):
        proxy.set_weather(Weather(flips_every_bytes=1), Weather())
        await stream.send_all(bytes(100))
        got = await receive(stream, 100)

        assert proxy.tally.bits_flipped >= 1
        assert sum(byte.bit_count() for byte in got) == proxy.tally.bits_flipped


async def test_a_reset_is_felt_as_one() -> None:
    async with talk_to_an_echo() as (proxy, stream):
        await stream.send_all(b"x")
        await receive(stream, 1)
        proxy.reset()

        with pytest.raises(trio.BrokenResourceError):
            await receive(stream, 1)
        assert proxy.tally.resets == 1


async def test_a_connection_that_is_closing_already_is_reset_again_without_harm() -> None:
    """A storm ended with an error of its own: two resets came while a connection was closing."""
    async with talk_to_an_echo() as (proxy, stream):
        await exchange(stream, b"before")

        while proxy.connection_count:
            proxy.reset()
            await trio.lowlevel.checkpoint()

        with pytest.raises(trio.BrokenResourceError):
            await exchange(stream, b"after")


async def test_a_reset_mid_frame_lets_a_part_pass() -> None:
    async with talk_to_an_echo() as (proxy, stream):
        proxy.reset_mid_frame(within_bytes=1000)
        with pytest.raises(trio.BrokenResourceError):
            await exchange(stream, TEXT)

        assert 0 < proxy.tally.bytes_passed < len(TEXT)


@asynccontextmanager
async def two_transports_through_a_mesh() -> AsyncIterator[tuple[Transport, Transport, Mesh]]:
    async with trio.open_nursery() as nursery:
        listeners = [await trio.open_tcp_listeners(0, host="127.0.0.1") for _ in range(2)]
        ports = [own[0].socket.getsockname()[1] for own in listeners]
        mesh = Mesh.between(ports, random.Random(1))
        await nursery.start(mesh.run)
        transports = []
        for i, j in ((0, 1), (1, 0)):
            address = Address("127.0.0.1", mesh.proxies[i, j].port)
            peers = [node(j).peer(address)]
            each = Transport(node(i).identity(), peers, IMPATIENT, random.Random(i))
            await nursery.start(each.run, listeners[i])
            transports.append(each)
        yield transports[0], transports[1], mesh
        nursery.cancel_scope.cancel()


async def wait_for(transport: Transport, kind: type) -> None:
    while not isinstance(await transport.incoming.receive(), kind):
        pass


async def wait_word(sender: Transport, receiver: Transport, word: bytes) -> None:
    """Say a word again and again until it comes: a lost one is allowed."""
    while True:
        sender.offer(FrameKind.VOTE, word, None)
        with trio.move_on_after(0.05):
            while True:
                arrival = await receiver.incoming.receive()
                if isinstance(arrival, Incoming) and arrival.body == word:
                    return


SPOILERS = {
    "isolate": lambda mesh: mesh.isolate(0),
    "split": lambda mesh: mesh.split([0]),
    "deafen": lambda mesh: mesh.deafen(1),
    "reset": lambda mesh: [proxy.reset() for proxy in mesh.proxies.values()],
    "flip": lambda mesh: [
        proxy.set_weather(Weather(flips_every_bytes=1), Weather(flips_every_bytes=1))
        for proxy in mesh.proxies.values()
    ],
    "drip": lambda mesh: [
        proxy.set_weather(Weather(bytes_per_s=10), Weather(bytes_per_s=10))
        for proxy in mesh.proxies.values()
    ],
    "mid-frame": lambda mesh: [proxy.reset_mid_frame(200) for proxy in mesh.proxies.values()],
}


@pytest.mark.parametrize("spoiler", SPOILERS)
async def test_a_spoiled_link_goes_down_and_comes_back_when_mended(spoiler: str) -> None:
    async with two_transports_through_a_mesh() as (a, b, mesh):
        await wait_word(a, b, b"before")
        SPOILERS[spoiler](mesh)
        await wait_for(a, LinkDown)

        mesh.mend()

        await wait_for(a, LinkUp)
        await wait_word(b, a, b"after")
        await wait_word(a, b, b"after")

"""TLS over a stream: the same bytes as through ``trio.SSLStream``, the slow and obvious twin."""

import ssl

import pytest
import trio
import trio.testing

from ledgerd.network.eager_socket import eager
from ledgerd.network.secured_stream import SecuredStream
from tests.unit.ledgerd.network.builders import node, stream_pair

RECORD_BYTES = 16 << 10
LONG = bytes(range(256)) * 5_000  # 1.28 MB: many records, more than one read
MUCH = bytes(range(256)) * (32 << 10)  # 8 MiB: more than the kernel holds of one connection


def context(index: int, protocol: int) -> ssl.SSLContext:
    made = ssl.SSLContext(protocol)
    made.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # some releases of Python set it
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_cert_chain(node(index).identity().certificate_path, node(index).identity().key_path)
    made.load_verify_locations(cadata=node(1 - index).certificate)
    if protocol == ssl.PROTOCOL_TLS_SERVER:
        made.num_tickets = 0
    return made


SERVER = context(0, ssl.PROTOCOL_TLS_SERVER)
CLIENT = context(1, ssl.PROTOCOL_TLS_CLIENT)


async def shake(*sides: SecuredStream | trio.SSLStream) -> None:
    async with trio.open_nursery() as nursery:
        for side in sides:
            nursery.start_soon(side.do_handshake)


async def secured_pair() -> tuple[SecuredStream, SecuredStream]:
    left, right = stream_pair()
    pair = SecuredStream(left, SERVER, server_side=True), SecuredStream(right, CLIENT)
    await shake(*pair)
    return pair


async def receive_exactly(stream: trio.abc.Stream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += await stream.receive_some(1 << 16)
    return data


async def test_both_sides_know_the_others_certificate() -> None:
    server, client = await secured_pair()

    assert server.certificate() == node(1).certificate
    assert client.certificate() == node(0).certificate


async def test_what_was_sent_in_pieces_is_received_at_once() -> None:
    server, client = await secured_pair()
    await server.send_all(b"vote")
    await server.send_all(b" and vote")

    assert await client.receive_some() == b"vote and vote"


@pytest.mark.parametrize("data", [b"x", bytes(RECORD_BYTES), bytes(RECORD_BYTES + 1), LONG])
async def test_both_ways_at_once_nothing_is_lost(data: bytes) -> None:
    server, client = await secured_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.send_all, data)
        nursery.start_soon(client.send_all, data)
        at_client = await receive_exactly(client, len(data))
        at_server = await receive_exactly(server, len(data))

    assert at_client == data
    assert at_server == data


async def eager_pair() -> tuple[SecuredStream, SecuredStream]:
    left, right = (eager(trio.SocketStream(each)) for each in trio.socket.socketpair())
    pair = SecuredStream(left, SERVER, server_side=True), SecuredStream(right, CLIENT)
    await shake(*pair)
    return pair


async def test_a_small_send_needs_no_wait() -> None:
    server, client = await eager_pair()
    async with server, client:
        assert server.send_now(b"vote")

        assert await client.receive_some() == b"vote"


async def test_what_a_send_without_waiting_leaves_goes_out_before_the_next() -> None:
    server, client = await eager_pair()
    async with server, client, trio.open_nursery() as nursery:
        assert not server.send_now(MUCH)

        nursery.start_soon(server.send_all, b"ping")
        received = await receive_exactly(client, len(MUCH) + 4)

    assert received == MUCH + b"ping"


async def test_over_a_stream_that_only_waits_all_is_left_for_the_next_send() -> None:
    server, client = await secured_pair()
    assert not server.send_now(b"vote")

    await server.send_all(b" and ping")

    assert await client.receive_some() == b"vote and ping"


async def test_a_record_in_two_halves_is_waited_for() -> None:
    left, right = stream_pair()
    server, client = SecuredStream(left, SERVER, server_side=True), SecuredStream(right, CLIENT)
    await shake(server, client)
    await server.send_all(b"in two halves")
    first, rest = await right.receive_some(10), await right.receive_some(1_000)
    received: list[bytes] = []

    async def receive() -> None:
        received.append(await client.receive_some())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(receive)
        await left.send_all(first)
        await trio.testing.wait_all_tasks_blocked()
        assert received == []
        await left.send_all(rest)

    assert received == [b"in two halves"]


async def test_an_end_without_a_goodbye_is_a_broken_stream() -> None:
    server, client = await secured_pair()
    await server.send_all(b"last words")
    await server.aclose()

    assert await client.receive_some() == b"last words"
    with pytest.raises(trio.BrokenResourceError):
        await client.receive_some()


async def test_bytes_that_are_no_tls_break_the_stream() -> None:
    left, right = stream_pair()
    server, client = SecuredStream(left, SERVER, server_side=True), SecuredStream(right, CLIENT)
    await shake(server, client)
    await left.send_all(b"these are no TLS records")

    with pytest.raises(trio.BrokenResourceError):
        await client.receive_some()


async def test_an_end_within_the_handshake_breaks_it() -> None:
    left, right = stream_pair()
    await left.aclose()

    with pytest.raises(trio.BrokenResourceError):
        await SecuredStream(right, CLIENT).do_handshake()


async def test_it_understands_its_twin_and_its_goodbye() -> None:
    left, right = stream_pair()
    twin, ours = trio.SSLStream(left, SERVER, server_side=True), SecuredStream(right, CLIENT)
    await shake(twin, ours)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(twin.send_all, LONG)
        assert await receive_exactly(ours, len(LONG)) == LONG
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ours.send_all, LONG)
        assert await receive_exactly(twin, len(LONG)) == LONG
    async with trio.open_nursery() as nursery:
        nursery.start_soon(twin.unwrap)
        assert await ours.receive_some() == b""
        nursery.cancel_scope.cancel()

"""One HTTP connection: limits, refusals, keep-alive."""

import json

import pytest
import trio
import trio.testing

from ledgerd.rpc.limits import Limits
from ledgerd.rpc.server import RpcServer
from tests.unit.ledgerd.rpc.rpc_desk import (
    READ_SECRET,
    call,
    error_of,
    exchange,
    post,
    post_json,
    registry,
    settings,
)

VERSION = call("chain_version", {})
SMALL = Limits(header_bytes_max=1_000, body_bytes_max=1_000, header_s=2, body_s=3, idle_s=5)


async def test_a_call_over_http_is_answered() -> None:
    status, body = await exchange(post_json(VERSION))

    assert (status, json.loads(body)["result"]["version"]) == (200, "0.1.0")


async def test_a_notification_has_an_empty_answer() -> None:
    status, body = await exchange(post_json({"jsonrpc": "2.0", "method": "chain_version"}))

    assert (status, body) == (204, b"")


async def test_two_requests_share_a_connection() -> None:
    _, body = await exchange(post_json(VERSION) + post_json(VERSION))

    assert body.count(b'"0.1.0"') == 2


@pytest.mark.parametrize("steered", [0b0101, 0b1010, 0b0110, 0b1111, 0b0000])
async def test_plain_requests_and_others_follow_each_other(steered: int) -> None:
    """Some go through h11 and some do not; each is answered once, in order, whatever comes next."""
    kinds = [("Connection: keep-alive",) if steered >> i & 1 else () for i in range(4)]
    sent = [post_json(call("chain_version", {}, i), *kinds[i]) for i in range(4)]

    _, body = await exchange(b"".join(sent))

    found = [body.index(f'"id":{i}'.encode()) for i in range(4)]
    assert found == sorted(found)
    assert body.count(b'"0.1.0"') == 4


async def test_a_head_that_was_let_in_lets_in_no_other_one() -> None:
    good = post_json(VERSION)
    false = good.replace(b"Bearer ", b"Bearer x")

    _, body = await exchange(good + good + false)

    assert body.count(b'"0.1.0"') == 2
    assert b" 401 " in body


@pytest.mark.parametrize("cut", [10, 60, 200, -1])
async def test_a_plain_request_may_come_in_pieces(cut: int) -> None:
    request = post_json(VERSION)
    server = RpcServer(registry(), settings())
    ours, theirs = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        await ours.send_all(request[:cut])
        await trio.testing.wait_all_tasks_blocked()
        await ours.send_all(request[cut:])
        received = await ours.receive_some()
        await ours.aclose()

    assert received.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("request_bytes", "status", "name"),
    [
        (post(b"{}", secret="wrong"), 401, "unauthorised"),
        (post(b"{}", host="example.org"), 403, "unauthorised"),
        (post(b"{}", "Origin: http://example.org"), 403, "unauthorised"),
        (post(b"{}").replace(b"POST / ", b"POST /x "), 404, "invalid_request"),
        (post(b"{}").replace(b"POST / ", b"PUT / "), 405, "invalid_request"),
        (post(b"{}").replace(b"application/json", b"text/plain"), 415, "invalid_request"),
        (post(b"{}", "Content-Length: 3"), 400, "invalid_request"),
        (post(b"{}", "Host: localhost"), 400, "invalid_request"),
        (b"\x00\x01\x02 / HTTP/1.1\r\n\r\n", 400, "invalid_request"),
        (b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "invalid_request"),
        (post(b"x" * 1_001), 413, "too_large"),
        (post(b"{}", f"X: {'x' * 2_000}"), 431, "invalid_request"),
        (post(b"{}", "X: y") + b"", 200, "invalid_request"),
        (post(b"{}")[:-1], 400, "invalid_request"),
    ],
)
async def test_every_refusal_is_a_json_rpc_error(
    request_bytes: bytes, status: int, name: str
) -> None:
    found_status, body = await exchange(request_bytes, limits=SMALL)

    assert (found_status, error_of(body)[1]) == (status, name)


async def test_a_chunked_body_has_the_same_limit() -> None:
    head = post(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")

    status, body = await exchange(head + b"3e9\r\n" + b"x" * 1_001 + b"\r\n0\r\n\r\n", limits=SMALL)

    assert (status, error_of(body)) == (413, (-32011, "too_large"))


async def test_a_reader_credential_cannot_act() -> None:
    params = {"client_ref": "r", "bill": {"code": "1" * 8, "number": "2" * 10}, "amount_fen": 1}
    body = json.dumps(call("bill_pay", params)).encode()

    status, reply = await exchange(post(body, secret=READ_SECRET))

    assert (status, error_of(reply)) == (200, (-32002, "unauthorised"))


@pytest.mark.parametrize("part", [b"POST / HTTP/1.1\r\nHost: lo", post(b"x" * 10)[:-5]])
async def test_a_slow_sender_is_cut(part: bytes, autojump_clock: trio.testing.MockClock) -> None:
    """Checklist 45."""
    server = RpcServer(registry(), settings(limits=SMALL))
    ours, theirs = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        await ours.send_all(part)
        received = b"".join([data async for data in ours])

    assert received.startswith(b"HTTP/1.1 408 ")


async def test_who_is_refused_while_sending_is_heard_to_the_end_and_reads_why() -> None:
    server = RpcServer(registry(), settings(limits=SMALL))
    ours, theirs = trio.testing.memory_stream_pair()
    request = post(b"x" * 50_000)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        await ours.send_all(request[:2_000])
        refusal = await ours.receive_some()
        await ours.send_all(request[2_000:])
        await ours.aclose()

    assert refusal.startswith(b"HTTP/1.1 413 ")


async def test_who_never_comes_to_an_end_after_a_refusal_is_cut(
    autojump_clock: trio.testing.MockClock,
) -> None:
    server = RpcServer(registry(), settings(limits=SMALL))
    ours, theirs = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        await ours.send_all(post(b"x" * 50_000)[:2_000])
        received = b"".join([data async for data in ours])

    assert received.startswith(b"HTTP/1.1 413 ")
    assert trio.current_time() == SMALL.linger_s


async def test_an_idle_connection_ends_without_a_word(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Checklist 45."""
    server = RpcServer(registry(), settings(limits=SMALL))
    ours, theirs = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        received = [data async for data in ours]

    assert (received, trio.current_time() >= SMALL.idle_s) == ([], True)


async def test_a_client_that_waits_for_continue_is_told_to_go_on() -> None:
    body = json.dumps(VERSION).encode()
    server = RpcServer(registry(), settings())
    ours, theirs = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        await ours.send_all(post(body, "Expect: 100-continue")[: -len(body)])
        first = await ours.receive_some()
        await ours.send_all(body)
        second = await ours.receive_some()
        await ours.aclose()

    assert (first[:12], second[:12]) == (b"HTTP/1.1 100", b"HTTP/1.1 200")

"""WebSocket: calls, subscriptions, limits."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
import trio.testing
from wsproto import ConnectionType, WSConnection
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, Request, TextMessage

from ledgerd.rpc.limits import Limits
from ledgerd.rpc.server import RpcServer
from tests.unit.ledgerd.rpc.rpc_desk import COOKIE, call, exchange, registry, settings


class Page:
    """The browser's side of a WebSocket on a memory stream."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self.frames = WSConnection(ConnectionType.CLIENT)

    async def send(self, event: Event) -> None:
        await self.stream.send_all(self.frames.send(event))

    async def ask(self, value: object) -> None:
        await self.send(TextMessage(data=json.dumps(value)))

    async def next(self) -> Event:
        while True:
            for event in self.frames.events():
                return event
            self.frames.receive_data(bytes(await self.stream.receive_some()) or None)

    async def next_json(self) -> dict[str, dict[str, object]]:
        event = await self.next()
        assert isinstance(event, TextMessage)
        found: dict[str, dict[str, object]] = json.loads(event.data)
        return found


@asynccontextmanager
async def page(limits: Limits | None = None) -> AsyncIterator[Page]:
    server = RpcServer(registry(), settings(limits=limits or Limits()))
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        client = Page(ours)
        headers = [(b"Authorization", f"Bearer {COOKIE}".encode())]
        await client.send(Request(host="localhost", target="/ws", extra_headers=headers))
        await client.next()
        yield client
        await ours.aclose()


async def test_a_call_over_a_websocket_is_answered() -> None:
    async with page() as client:
        await client.ask(call("chain_version", {}))

        assert (await client.next_json())["result"]["version"] == "0.1.0"


async def test_a_subscription_pushes_pages_from_its_cursor() -> None:
    async with page() as client:
        await client.ask(call("sub_subscribe", {"cursor": "0"}, 9))
        first = await client.next_json()
        pushed = [await client.next_json() for _ in range(2)]

    assert (first["id"], first["result"]["next"]) == (9, "1")
    assert [entry["params"]["next"] for entry in pushed] == ["2", "3"]
    assert pushed[0]["method"] == "sub_events"


async def test_a_wrong_subscription_is_refused() -> None:
    async with page() as client:
        await client.ask(call("sub_subscribe", {"cursor": 1}))

        assert (await client.next_json())["error"]["code"] == -32602


async def test_a_connection_holds_few_subscriptions() -> None:
    async with page() as client:
        for _ in range(5):
            await client.ask(call("sub_subscribe", {"cursor": "3"}))
        replies = [await client.next_json() for _ in range(5)]

    refused = [reply["error"]["code"] for reply in replies if "error" in reply]
    assert refused == [-32003]


async def test_a_binary_message_ends_the_connection() -> None:
    async with page() as client:
        await client.send(BytesMessage(data=b"\x00"))
        event = await client.next()

    assert isinstance(event, CloseConnection)
    assert event.code == 1003


async def test_a_message_over_the_limit_ends_the_connection() -> None:
    async with page(Limits(body_bytes_max=100)) as client:
        await client.send(TextMessage(data="x" * 101))
        event = await client.next()

    assert isinstance(event, CloseConnection)
    assert event.code == 1009


async def test_a_ping_is_answered_and_a_close_is_answered() -> None:
    async with page() as client:
        await client.send(Ping(payload=b"a"))
        pong = await client.next()
        await client.send(CloseConnection(code=1000))
        closed = await client.next()

    assert (type(pong), type(closed)) == (Pong, CloseConnection)


async def test_a_plain_get_is_no_upgrade() -> None:
    head = f"GET /ws HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {COOKIE}\r\n\r\n"

    status, _ = await exchange(head.encode())

    assert status == 400


async def test_an_upgrade_without_a_credential_is_refused() -> None:
    head = "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n"

    status, _ = await exchange(head.encode())

    assert status == 401

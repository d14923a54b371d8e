"""A registry with two methods and a server on memory streams, for the tests of this room."""

import json
from typing import Any

import trio
import trio.testing
from prometheus_client import CollectorRegistry

from ledgerd.rpc.access import Gate, credential_of
from ledgerd.rpc.answers import BillFound, ChainStatus, EventPage, HistoryEntry, Outcome, Version
from ledgerd.rpc.catalogue import BILL_GET, BILL_PAY, CHAIN_STATUS, CHAIN_VERSION, EVENTS_POLL
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.limits import Limits
from ledgerd.rpc.probes import Probes
from ledgerd.rpc.queries import BillGet, EventsPoll
from ledgerd.rpc.registry import Caller, Registry, Scope
from ledgerd.rpc.requests import BillPay
from ledgerd.rpc.server import RpcServer, Settings

COOKIE = "c" * 64
READ_SECRET = "r" * 64
EVENT_COUNT = 3
FULL_NUMBER = "9" * 10  # of the bill for which there is no room


async def version(_params: NoParams, _caller: Caller) -> Version:
    return Version(version="0.1.0", protocol_version=1)


async def status(_params: NoParams, _caller: Caller) -> ChainStatus:
    await trio.sleep_forever()
    raise AssertionError


async def pay(params: BillPay, _caller: Caller) -> Outcome:
    return Outcome(state="committed", tx_id="ab" * 32, client_ref=params.client_ref, height=7)


async def find(params: BillGet, _caller: Caller) -> BillFound:
    if params.number == FULL_NUMBER:
        raise RpcFailure(RpcCode.POOL_FULL, "later").after(70)
    raise RpcFailure(RpcCode.REJECTED, "no", reason="NOT_FOUND", tx_id="cd" * 32)


async def poll(params: EventsPoll, _caller: Caller) -> EventPage:
    number = int(params.cursor or "0")
    if number >= EVENT_COUNT:
        with trio.move_on_after(params.wait_s):
            await trio.sleep_forever()
        return EventPage(events=(), next=params.cursor)
    cursor = str(number + 1)
    entry = HistoryEntry(cursor=cursor, height=number, time_ms=0, event="Seen", object="")
    return EventPage(events=(entry,), next=cursor)


def registry() -> Registry:
    filled = Registry()
    filled.bind(CHAIN_VERSION, version)
    filled.bind(CHAIN_STATUS, status)
    filled.bind(BILL_PAY, pay)
    filled.bind(BILL_GET, find)
    filled.bind(EVENTS_POLL, poll)
    return filled


def gate() -> Gate:
    read_only = credential_of("reader", READ_SECRET, frozenset({Scope.READ}))
    return Gate((credential_of("cookie", COOKIE), read_only))


def probes(*reasons: str) -> Probes:
    return Probes(lambda: reasons, CollectorRegistry())


def settings(**changes: Any) -> Settings:
    values = {"listen": "127.0.0.1:0", "socket_path": None, "limits": Limits()}
    return Settings(gate=gate(), probes=probes(), **{**values, **changes})


def call(method: str, params: object, call_id: object = 1) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": call_id, "method": method, "params": params}


def post(body: bytes, *extra: str, secret: str = COOKIE, host: str = "localhost") -> bytes:
    head = [
        "POST / HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {secret}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *extra,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def post_json(value: object, *extra: str) -> bytes:
    return post(json.dumps(value).encode(), *extra)


async def exchange(request: bytes, **changes: Any) -> tuple[int, bytes]:
    """Send bytes to a fresh server, end the stream, and split what comes back."""
    server = RpcServer(registry(), settings(**changes))
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        await ours.send_all(request)
        await ours.send_eof()
        received = b""
        while data := await ours.receive_some():
            received += data
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]) if head else 0, body


def error_of(body: bytes) -> tuple[int, str]:
    error = json.loads(body)["error"]
    return error["code"], error["data"]["name"]

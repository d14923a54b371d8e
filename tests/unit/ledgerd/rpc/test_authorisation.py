"""Who may ask for what: every method × credential × transport, generated from the catalogue.

A method without an expectation cannot exist: the expectation follows from its scope.
"""

import json

import pytest
import trio
import trio.testing

from ledgerd.rpc.catalogue import METHODS, SUB_SUBSCRIBE
from ledgerd.rpc.dispatch import answer
from ledgerd.rpc.methods import registry_of
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Method, Scope
from ledgerd.rpc.server import RpcServer
from tests.unit.ledgerd.rpc.rpc_desk import READ_SECRET, call, post, settings
from tests.unit.ledgerd.rpc.solo_node import SoloNode

UNAUTHORISED = -32002
CREDENTIALS = {
    "everything": ALL_SCOPES,
    "reader": frozenset({Scope.READ}),
    "clerk": frozenset({Scope.READ, Scope.ACT}),
    "nothing": frozenset[Scope](),
}
BOUND = [method for method in METHODS if method is not SUB_SUBSCRIBE]
REGISTRY = registry_of(SoloNode(), Offices())  # type: ignore[arg-type]


@pytest.mark.parametrize("method", BOUND, ids=lambda method: method.name)
@pytest.mark.parametrize("credential", CREDENTIALS)
async def test_a_scope_that_is_lacking_is_refused_before_the_parameters_are_read(
    method: Method, credential: str
) -> None:
    caller = Caller(credential, CREDENTIALS[credential])
    body = json.dumps(call(method.name, {"no such parameter": 1})).encode()

    reply = json.loads(await answer(REGISTRY, body, caller) or b"{}")

    is_allowed = method.scope in CREDENTIALS[credential]
    assert reply["error"]["code"] == (-32602 if is_allowed else UNAUTHORISED)


@pytest.mark.parametrize("method", BOUND, ids=lambda method: method.name)
@pytest.mark.parametrize("secret", ["", "wrong", READ_SECRET[:-1], READ_SECRET.upper()])
async def test_without_a_valid_credential_nothing_is_answered(method: Method, secret: str) -> None:
    body = json.dumps(call(method.name, {})).encode()

    status, reply = await ask(post(body, secret=secret))

    assert (status, reply["error"]["code"]) == (401, UNAUTHORISED)


@pytest.mark.parametrize("secret", ["", "wrong", READ_SECRET[:-1]])
async def test_a_websocket_needs_a_credential_as_well(secret: str) -> None:
    head = [
        "GET /ws HTTP/1.1", "Host: localhost", f"Authorization: Bearer {secret}",
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
    ]  # fmt: skip

    status, reply = await ask("\r\n".join(head).encode())

    assert (status, reply["error"]["code"]) == (401, UNAUTHORISED)


async def ask(request: bytes) -> tuple[int, dict[str, dict[str, int]]]:
    server = RpcServer(registry_of(SoloNode(), Offices()), settings())  # type: ignore[arg-type]
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        await ours.send_all(request)
        received = b"".join([bytes(data) async for data in ours])
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(body)

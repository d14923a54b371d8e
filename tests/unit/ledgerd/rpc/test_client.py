"""The synchronous client against a real server, and against servers that break."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from ledgerd.rpc.access import write_cookie
from ledgerd.rpc.catalogue import BILL_GET, BILL_PAY, CHAIN_VERSION, EVENTS_POLL
from ledgerd.rpc.client import (
    AnswerBroken,
    AnswerLost,
    NodeUnreachable,
    Target,
    open_client,
    target_of_home,
)
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import BillGet, EventsPoll
from ledgerd.rpc.requests import BillPay, BillRef
from ledgerd.rpc.server import RpcServer
from tests.unit.ledgerd.rpc.rpc_desk import COOKIE, FULL_NUMBER, registry, settings

BILL = {"code": "1" * 8, "number": "2" * 10}
PAY = BillPay(client_ref="r", bill=BillRef(**BILL), amount_fen=1)


async def ask(work: Callable[[Target], object], **changes: object) -> object:
    async with trio.open_nursery() as nursery:
        (address, *_) = await nursery.start(RpcServer(registry(), settings(**changes)).serve)
        target = Target(address=address, cookie=COOKIE)
        found = await trio.to_thread.run_sync(work, target)
        nursery.cancel_scope.cancel()
    return found


async def test_a_typed_call_gives_a_typed_answer() -> None:
    def work(target: Target) -> object:
        with open_client(target) as client:
            first = client.call(CHAIN_VERSION, NoParams())
            return first, client.call(BILL_PAY, PAY)

    first, second = await ask(work)

    assert first.version == "0.1.0"
    assert (second.client_ref, second.height) == ("r", 7)


async def test_a_refusal_comes_back_as_itself() -> None:
    def work(target: Target) -> object:
        with open_client(target) as client, pytest.raises(RpcFailure) as refusal:
            client.call(BILL_GET, BillGet(**BILL))
        return refusal.value

    failure = await ask(work)

    assert (failure.rpc_code, failure.reason) == (RpcCode.REJECTED, "NOT_FOUND")


async def test_the_advice_when_to_come_again_arrives() -> None:
    def work(target: Target) -> object:
        with open_client(target) as client, pytest.raises(RpcFailure) as refusal:
            client.call(BILL_GET, BillGet(**BILL | {"number": FULL_NUMBER}))
        return refusal.value

    failure = await ask(work)

    assert (failure.rpc_code, failure.retry_after_ms) == (RpcCode.POOL_FULL, 70)


async def test_many_calls_in_one_request_have_an_answer_or_a_refusal_each_in_their_order() -> None:
    def work(target: Target) -> object:
        with open_client(target) as client:
            acts = client.call_many(BILL_PAY, [PAY, replace(PAY, client_ref="s")])
            return acts, client.call_many(BILL_GET, [BillGet(**BILL)])

    acts, (refusal,) = await ask(work)

    assert [outcome.client_ref for outcome in acts] == ["r", "s"]
    assert isinstance(refusal, RpcFailure)
    assert refusal.reason == "NOT_FOUND"


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'[{"id": 1, "result": {}}]', b'[{"id": 0}, {"id": 0}]']
)
def test_answers_to_other_calls_than_those_of_the_request_are_not_believed(body: bytes) -> None:
    reply = b"HTTP/1.1 200 OK\r\ncontent-length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    with (
        breaking_server(reply) as (target, _),
        open_client(target) as client,
        pytest.raises(AnswerBroken),
    ):
        client.call_many(BILL_PAY, [PAY])


async def test_a_home_is_reached_by_its_socket_and_cookie(tmp_path: Path) -> None:
    write_cookie(tmp_path)
    (tmp_path / ".cookie").write_text(COOKIE)

    def work(_target: Target) -> object:
        with open_client(target_of_home(tmp_path)) as client:
            return client.call(CHAIN_VERSION, NoParams())

    found = await ask(work, listen="", socket_path=tmp_path / "rpc.sock")

    assert found.version == "0.1.0"


async def test_a_call_that_waits_is_given_that_time() -> None:
    def work(target: Target) -> object:
        with open_client(target, timeout_s=0.1) as client:
            return client.call(EVENTS_POLL, EventsPoll(cursor="3", wait_s=1))

    assert (await ask(work)).events == ()


def test_no_node_means_nothing_was_sent(tmp_path: Path) -> None:
    with open_client(target_of_home(tmp_path)) as client, pytest.raises(NodeUnreachable):
        client.call(BILL_PAY, PAY)


@contextmanager
def breaking_server(reply: bytes) -> Iterator[tuple[Target, list[bytes]]]:
    """Accept, read, send ``reply``, close; again and again."""
    seen: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                seen.append(connection.recv(65_536))
                connection.sendall(reply)

    thread = threading.Thread(target=run)
    thread.start()
    host, port = listening.getsockname()
    yield Target(address=f"{host}:{port}"), seen
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def test_a_lost_answer_to_an_act_is_an_unknown_outcome_and_not_repeated() -> None:
    with (
        breaking_server(b"") as (target, seen),
        open_client(target, 1) as client,
        pytest.raises(AnswerLost),
    ):
        client.call(BILL_PAY, PAY)

    assert len([request for request in seen if request]) == 1


def test_a_lost_answer_to_a_read_is_asked_for_again() -> None:
    with (
        breaking_server(b"") as (target, seen),
        open_client(target, 1) as client,
        pytest.raises(AnswerLost),
    ):
        client.call(CHAIN_VERSION, NoParams())

    assert len([request for request in seen if request]) == 3


@pytest.mark.parametrize("body", [b"", b"[]", b'{"result":{"version":1}}', b"<html>"])
def test_an_answer_of_something_else_is_not_believed(body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    with (
        breaking_server(head + body) as (target, _),
        open_client(target, 1) as client,
        pytest.raises(AnswerBroken),
    ):
        client.call(CHAIN_VERSION, NoParams())


def test_an_error_code_of_a_later_release_is_a_server_error() -> None:
    body = b'{"error":{"code":-32099,"message":"new"}}'
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    with (
        breaking_server(head + body) as (target, _),
        open_client(target, 1) as client,
        pytest.raises(RpcFailure) as refusal,
    ):
        client.call(CHAIN_VERSION, NoParams())

    assert refusal.value.rpc_code is RpcCode.SERVER


def test_a_target_does_not_show_its_cookie() -> None:
    assert "secret" not in repr(Target(address="a", cookie="secret"))

"""Bytes of a request to bytes of its answer."""

import json

import pytest
import trio
import trio.testing

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.dispatch import answer, read_params
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Method, Registry, Scope
from tests.unit.ledgerd.rpc.rpc_desk import call, error_of, registry

EVERYBODY = Caller("test", ALL_SCOPES)
PAY = {"client_ref": "r1", "bill": {"code": "1" * 8, "number": "2" * 10}, "amount_fen": 5}


async def ask(value: object, caller: Caller = EVERYBODY) -> bytes:
    reply = await answer(registry(), json.dumps(value).encode(), caller)
    assert reply is not None
    return reply


async def test_a_call_is_answered_with_its_id() -> None:
    reply = json.loads(await ask(call("chain_version", {}, "abc")))

    assert reply == {
        "jsonrpc": "2.0",
        "id": "abc",
        "result": {"version": "0.1.0", "protocol_version": 1},
    }


async def test_a_notification_is_not_answered() -> None:
    value = {"jsonrpc": "2.0", "method": "chain_version"}

    assert await answer(registry(), json.dumps(value).encode(), EVERYBODY) is None


@pytest.mark.parametrize(
    "value",
    [
        1,
        "call",
        None,
        {},
        {"jsonrpc": "1.0", "method": "chain_version", "id": 1},
        {"jsonrpc": "2.0", "method": 1, "id": 1},
        {"jsonrpc": "2.0", "method": "chain_version", "params": [], "id": 1},
        {"jsonrpc": "2.0", "method": "chain_version", "id": True},
        {"jsonrpc": "2.0", "method": "chain_version", "id": {}},
        {"jsonrpc": "2.0", "method": "chain_version", "id": "x" * 101},
        {"jsonrpc": "2.0", "method": "chain_version", "id": 1, "extra": 1},
        [],
        [call("chain_version", {})] * 101,
    ],
)
async def test_a_malformed_call_is_an_invalid_request(value: object) -> None:
    assert error_of(await ask(value)) == (-32600, "invalid_request")


async def test_bytes_that_are_no_json_are_a_parse_error() -> None:
    assert error_of(await answer(registry(), b"{", EVERYBODY) or b"") == (-32700, "parse_error")


async def test_a_method_that_is_not_bound_is_not_found() -> None:
    assert error_of(await ask(call("no_such", {}))) == (-32601, "method_not_found")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": True}, "amount_fen"),
        ({"amount_fen": -1}, "amount_fen"),
        ({"amount_fen": 10**12 + 1}, "amount_fen"),
        ({"amount_fen": "5"}, "amount_fen"),
        ({"amount_fen": None}, "amount_fen"),
        ({"bill": {"code": "1", "number": "2" * 10}}, "bill.code"),
        ({"bill": {"code": "１" * 8, "number": "2" * 10}}, "bill.code"),
        ({"bill": []}, "bill"),
        ({"client_ref": "x" * 65}, "client_ref"),
        ({"client_ref": ""}, "client_ref"),
        ({"client_ref": "with space"}, "client_ref"),
        ({"unknown": 1}, "unknown"),
        ({"wait": "for ever"}, "wait"),
        ({"timeout_s": 61}, "timeout_s"),
    ],
)
async def test_a_wrong_parameter_is_named_and_not_echoed(
    changes: dict[str, object], field: str
) -> None:
    reply = await ask(call("bill_pay", {**PAY, **changes}))

    assert error_of(reply) == (-32602, "invalid_params")
    assert json.loads(reply)["error"]["data"]["field"] == field
    assert "１" not in reply.decode()


async def test_a_missing_parameter_is_named() -> None:
    reply = json.loads(await ask(call("bill_pay", {"client_ref": "a", "amount_fen": 5})))

    assert reply["error"]["data"]["field"] == "bill"


async def test_a_refusal_carries_its_reason_and_transaction() -> None:
    bill = {"code": "1" * 8, "number": "2" * 10}

    reply = json.loads(await ask(call("bill_get", bill)))

    assert reply["error"] == {
        "code": -32008,
        "message": "no",
        "data": {
            "name": "rejected",
            "retryable": False,
            "reason": "NOT_FOUND",
            "tx_id": "cd" * 32,
        },
    }


async def test_each_call_of_a_batch_is_judged_on_its_own() -> None:
    batch = [call("chain_version", {}, 1), call("no_such", {}, 2), 7, {"jsonrpc": "2.0"}]

    replies = json.loads(await ask(batch))

    assert [reply.get("error", {}).get("code") for reply in replies] == [
        None,
        -32601,
        -32600,
        -32600,
    ]


async def test_a_full_batch_of_a_hundred_is_answered() -> None:
    replies = json.loads(await ask([call("chain_version", {}, n) for n in range(100)]))

    assert [reply["id"] for reply in replies] == list(range(100))


async def test_a_credential_without_the_scope_is_refused() -> None:
    reader = Caller("reader", frozenset({Scope.READ}))

    assert error_of(await ask(call("bill_pay", PAY), reader)) == (-32002, "unauthorised")


async def test_a_handler_that_hangs_is_ended(autojump_clock: trio.testing.MockClock) -> None:
    assert error_of(await ask(call("chain_status", {}))) == (-32000, "server")


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
@pytest.mark.parametrize("wrong", [{"no such parameter": 1}])
def test_no_method_takes_an_unknown_parameter(method: Method, wrong: dict[str, object]) -> None:
    with pytest.raises(RpcFailure):
        read_params(wrong, method.params)


def test_an_unbound_registry_knows_no_method() -> None:
    assert Registry().find("chain_version") is None

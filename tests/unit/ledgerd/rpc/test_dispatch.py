"""Bytes of a request to bytes of its answer."""

import json
from collections.abc import Sequence

import pytest
import trio
import trio.testing

from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.catalogue import METHODS, TX_GET
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.dispatch import CALL_S_MAX, answer, read_params
from ledgerd.rpc.queries import TxRef
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


async def test_neighbours_of_a_method_that_takes_several_go_together_in_order() -> None:
    told: list[int] = []
    taken: list[list[str]] = []

    async def get(params: TxRef, _caller: Caller) -> Outcome:
        (answer,) = await get_many([params], EVERYBODY)
        assert isinstance(answer, Outcome)
        return answer

    async def get_many(params: Sequence[TxRef], _caller: Caller) -> list[Outcome | RpcFailure]:
        taken.append([each.tx_id[0] for each in params])
        lost = RpcFailure(RpcCode.NOT_FOUND, "lost")
        found = [Outcome(state="pending", tx_id=each.tx_id) for each in params]
        return [lost if each.tx_id[0] == "b" else each for each in found]

    filled = registry()
    filled.witness = lambda _method, params, _caller: told.append(len(params))
    filled.bind(TX_GET, get, get_many)
    ids = {number: letter * 64 for number, letter in enumerate("abcd")}
    gets = [call("tx_get", {"tx_id": tx_id}, number) for number, tx_id in ids.items()]
    silent = {"jsonrpc": "2.0", "method": "tx_get", "params": {"tx_id": "e" * 64}}
    batch = [*gets[:2], silent, call("tx_get", {}, 7), call("chain_version", {}, 8), *gets[2:]]

    replies = json.loads(await answer(filled, json.dumps(batch).encode(), EVERYBODY) or b"")

    assert taken == [["a", "b", "e"], ["c", "d"]]
    assert told == [3, 1, 2]
    codes = [(reply["id"], reply.get("error", {}).get("code")) for reply in replies]
    none = [(number, None) for number in (8, 2, 3)]
    assert codes == [(0, None), (1, -32001), (7, -32602), *none]


async def test_several_that_hang_together_are_ended_together(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def hang(_params: object, _caller: Caller) -> Outcome:
        await trio.sleep_forever()
        raise AssertionError

    async def hang_all(params: Sequence[object], caller: Caller) -> list[Outcome | RpcFailure]:
        return [await hang(each, caller) for each in params]

    filled = registry()
    filled.bind(TX_GET, hang, hang_all)
    batch = [call("tx_get", {"tx_id": "a" * 64}, number) for number in range(3)]

    replies = json.loads(await answer(filled, json.dumps(batch).encode(), EVERYBODY) or b"")

    assert [reply["error"]["code"] for reply in replies] == [-32000] * 3
    assert trio.current_time() == CALL_S_MAX


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

"""Who gets no turn: told at once, surely, and nobody else."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio
import trio.testing

from ledgerd.node.views import OutcomeState
from ledgerd.rpc.dispatch import Prepared, hands_in, respond, turn_away
from ledgerd.rpc.http_connection import Face
from ledgerd.rpc.limits import Limits
from ledgerd.rpc.methods_tx import bind_transactions
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Method, Registry, Scope
from ledgerd.rpc.turns import READ_PAUSE_PART, TURN_WEIGHT, WAIT_S_MAX, Doors, Line
from tests.unit.ledgerd.rpc.rpc_desk import call, gate, probes
from tests.unit.ledgerd.rpc.solo_node import SoloNode
from tests.unit.ledgerd.rpc.test_methods_tx import BAD, GOOD

CALLER = Caller("test", ALL_SCOPES)
READER = Caller("reader", frozenset({Scope.READ}))
ONE = {"transaction": GOOD.encoded.hex(), "wait": "none"}
REST_S = 5.0
MANY = {"submissions": [{"transaction": read.encoded.hex()} for read in (GOOD, BAD)]}


def bound(node: SoloNode) -> Registry:
    registry = Registry()
    bind_transactions(registry, node)  # type: ignore[arg-type]
    return registry


def away(value: object, caller: Caller = CALLER, node: SoloNode | None = None) -> Prepared | None:
    return turn_away(bound(node or SoloNode()), json.dumps(value).encode(), caller, 70)


async def told(prepared: Prepared | None) -> dict:
    assert prepared is not None
    return json.loads(await respond(prepared, CALLER) or b"{}")


async def test_one_submission_is_told_when_to_come_again() -> None:
    reply = await told(away(call("tx_submit", ONE, "a")))

    assert reply["id"] == "a"
    assert reply["error"]["code"] == -32004
    assert reply["error"]["data"] == {
        "name": "pool_full",
        "retryable": True,
        "retry_after_ms": 70,
    }


async def test_each_of_many_is_told_when_to_come_again() -> None:
    reply = await told(away(call("tx_submit_many", MANY, 7)))

    refusals = [answer["refusal"] for answer in reply["result"]["answers"]]
    assert reply["id"] == 7
    assert [(r["name"], r["retry_after_ms"]) for r in refusals] == [("pool_full", 70)] * 2


async def test_a_notification_is_not_answered() -> None:
    prepared = away({"jsonrpc": "2.0", "method": "tx_submit", "params": ONE})

    assert prepared is not None
    assert await respond(prepared, CALLER) is None


@pytest.mark.parametrize("method", ["tx_submit", "tx_submit_many"])
@pytest.mark.parametrize("state", [OutcomeState.PENDING, OutcomeState.COMMITTED])
async def test_what_the_node_has_already_is_never_refused(method: str, state: OutcomeState) -> None:
    """A refusal says that nothing was sent; of these it would be false."""
    node = SoloNode(is_silent=state is OutcomeState.PENDING)
    await node.submit(GOOD.encoded, ())
    params = ONE if method == "tx_submit" else MANY

    assert away(call(method, params), node=node) is None


@pytest.mark.parametrize(
    "value",
    [
        call("tx_get", {"tx_id": "ab" * 32}),
        call("tx_submitted", ONE),
        {"jsonrpc": "2.0", "method": "tx_submit"},
        call("tx_submit", {"transaction": "no hex"}),
        call("tx_submit", {"transaction": "ab"}),
        call("tx_submit_many", {"submissions": []}),
        call("tx_submit_many", {"submissions": [{"transaction": ""}]}),
        call("tx_submit", ONE, "x" * 101),
        call("tx_submit", ONE) | {"more": 1},
        call("tx_submit", ONE) | {"jsonrpc": "1.0"},
        [call("tx_submit", ONE)],
        "tx_submit",
    ],
)
def test_every_other_body_has_its_turn(value: object) -> None:
    assert away(value) is None


def test_a_body_without_such_a_method_is_passed_over() -> None:
    bodies = [json.dumps(call(name, {})).encode() for name in ("tx_submit", "bill_get")]

    assert [hands_in(body) for body in bodies] == [True, False]


def test_whoever_may_not_hand_in_is_told_so_in_a_turn() -> None:
    assert away(call("tx_submit", ONE), READER) is None


def test_the_audit_log_is_told_as_of_any_call() -> None:
    lines: list[tuple[str, str, int]] = []

    def witness(method: Method, params: Sequence[msgspec.Struct], caller: Caller) -> None:
        lines.append((method.name, caller.name, len(params)))

    registry = bound(SoloNode())
    registry.witness = witness
    turn_away(registry, json.dumps(call("tx_submit_many", MANY)).encode(), CALLER, 70)
    turn_away(registry, json.dumps(call("tx_submit", ONE)).encode(), READER, 70)

    assert lines == [("tx_submit_many", "test", 1)]


async def test_sidecars_are_not_looked_at() -> None:
    reply = await told(away(call("tx_submit", ONE | {"sidecars": ["no hex"]})))

    assert reply["error"]["data"]["name"] == "pool_full"


@asynccontextmanager
async def crowded(shared: Face) -> AsyncIterator[None]:
    """Have one request let in and another that has waited for long behind it."""
    async with trio.open_nursery() as nursery:
        for _ in range(2):
            nursery.start_soon(shared.doors.acts.take, Line(), TURN_WEIGHT)
        with trio.move_on_after(WAIT_S_MAX):
            await trio.sleep_forever()
        yield
        nursery.cancel_scope.cancel()


async def admitted(shared: Face, body: bytes, caller: Caller = CALLER) -> tuple[Prepared, float]:
    """Let a request come in; give what it came to, and for how long it waited."""
    began = trio.current_time()
    prepared = await shared.admit(Line(), body, caller)
    return prepared, trio.current_time() - began


async def test_whoever_heeds_no_advice_is_slowed_down(
    autojump_clock: trio.testing.MockClock,
) -> None:
    shared = Face(bound(SoloNode()), gate(), probes(), Limits(), Doors(lambda: REST_S))
    body = json.dumps(call("tx_submit", ONE)).encode()

    async with crowded(shared):
        found = [await admitted(shared, body) for _ in range(3)]

    assert [waited_s for _, waited_s in found] == [0.0, 0.0, REST_S / READ_PAUSE_PART]
    assert ["pool_full" in repr(prepared.calls) for prepared, _ in found] == [True] * 3

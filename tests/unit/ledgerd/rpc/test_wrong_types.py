"""Every parameter of every method, given every kind of wrong value: a coded error, no echo."""

import json

import msgspec
import pytest

from ledgerd.rpc.catalogue import METHODS, SUB_SUBSCRIBE
from ledgerd.rpc.dispatch import answer
from ledgerd.rpc.methods import registry_of
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.unit.ledgerd.rpc.rpc_desk import call
from tests.unit.ledgerd.rpc.solo_node import SoloNode

MARKER = "Marker-of-the-input"
EVERYBODY = Caller("test", ALL_SCOPES)
REGISTRY = registry_of(SoloNode(), Offices())  # type: ignore[arg-type]
WRONG = [True, False, -1, 2**62, MARKER, f"{MARKER}\n", "１", [], {}, [MARKER], {MARKER: MARKER}]
PLACES = [
    (method.name, field.encode_name)
    for method in METHODS
    if method is not SUB_SUBSCRIBE
    for field in msgspec.structs.fields(method.params)
]
ANSWERED = {
    -32602,  # invalid params: nearly always
    -32001,  # a value that happens to fit and names nothing
    -32002,  # ... or an act of an office that does not run here
    -32005,  # ... or a height that this node has not reached
    -32013,  # ... or one that has no seal
}


@pytest.mark.parametrize(("method", "field"), PLACES)
@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
async def test_a_wrong_value_is_a_coded_error(method: str, field: str, value: object) -> None:
    body = json.dumps(call(method, {field: value})).encode()

    reply = await answer(REGISTRY, body, EVERYBODY)

    assert reply is not None
    decoded = json.loads(reply)
    if "error" in decoded:
        assert decoded["error"]["code"] in ANSWERED
    assert MARKER.encode() not in reply
    assert b"Traceback" not in reply


@pytest.mark.parametrize(("method", "field"), PLACES)
async def test_a_boolean_is_no_number_and_no_text(method: str, field: str) -> None:
    body = json.dumps(call(method, {field: True})).encode()

    reply = json.loads(await answer(REGISTRY, body, EVERYBODY) or b"{}")

    assert reply["error"]["code"] == -32602

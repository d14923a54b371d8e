"""From the bytes of a request to the bytes of its answer: JSON-RPC 2.0, transport left out.

Rules: every input has an answer with a stable code and no echo of itself; nothing is run before
its parameters are checked; a batch holds 1 to ``BATCH_MAX`` calls, each checked on its own. A
request without ``id`` (a notification) is run and not answered. A handler's refusal is an
``RpcFailure``; anything else it raises is our own bug and goes up.
"""

import itertools
import re
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec
import trio

from ledgerd.rpc import strict_json
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.registry import Bound, Caller, Registry, Scope
from ledgerd.rpc.strict_json import JsonValue

T = TypeVar("T")
BATCH_MAX: Final = 100
ID_CHARS_MAX: Final = 100
CALL_S_MAX: Final = 90  # above every wait a method offers; a handler that hangs ends here
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_MEMBERS: Final = {"jsonrpc", "method", "params", "id"}


class ErrorData(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ``data`` of an error; members that do not apply are left out."""

    name: str
    retryable: bool | None = None
    reason: str | None = None
    tx_id: str | None = None
    field: str | None = None
    cursor: str | None = None
    retry_after_ms: int | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    """The ``error`` of a response."""

    code: int
    message: str
    data: ErrorData


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One response; exactly one of ``result`` and ``error`` is set."""

    jsonrpc: str = "2.0"
    id: str | int | None
    result: msgspec.Struct | dict[str, object] | msgspec.UnsetType = msgspec.UNSET
    error: ErrorBody | msgspec.UnsetType = msgspec.UNSET


class Call(msgspec.Struct, frozen=True):
    """One well-formed call."""

    id: str | int | None
    is_answered: bool
    method: str
    params: dict[str, JsonValue]


class Ready(msgspec.Struct, frozen=True):
    """A call that may run: its method is known and allowed, and its parameters hold."""

    call: Call
    bound: Bound
    params: msgspec.Struct


class Settled(msgspec.Struct, frozen=True):
    """A call that is not run, with its answer, if it wants one."""

    response: Response | None


class Prepared(msgspec.Struct, frozen=True):
    """A body of which everything is checked that can be before anything is run."""

    calls: tuple[Ready | Settled, ...]
    is_batch: bool = False

    @property
    def is_reading(self) -> bool:
        """Whether it is one call, of a method that only reads."""
        if self.is_batch or not isinstance(self.calls[0], Ready):
            return False
        return self.calls[0].bound.method.scope is Scope.READ


async def answer(registry: Registry, body: bytes, caller: Caller) -> bytes | None:
    """Answer one request or batch; None when nothing in it wants an answer."""
    return await respond(prepare(registry, body, caller), caller)


def prepare(registry: Registry, body: bytes, caller: Caller) -> Prepared:
    """Read one request or batch, and run nothing."""
    try:
        value = strict_json.decode(body)
    except strict_json.JsonRefused as refusal:
        return _settled(RpcFailure(RpcCode.PARSE_ERROR, str(refusal)))
    if not isinstance(value, list):
        return Prepared((_read(registry, value, caller),))
    if not 1 <= len(value) <= BATCH_MAX:
        return _settled(
            RpcFailure(RpcCode.INVALID_REQUEST, f"a batch holds 1 to {BATCH_MAX} calls")
        )
    return Prepared(tuple(_read(registry, each, caller) for each in value), is_batch=True)


async def respond(prepared: Prepared, caller: Caller) -> bytes | None:
    """Run what may run; None when nothing in it wants an answer."""
    if prepared.is_batch:
        answered = await _answer_batch(prepared.calls, caller)
        return strict_json.encode(answered) if answered else None
    (read,) = prepared.calls
    response = read.response if isinstance(read, Settled) else await _run(read, caller)
    return None if response is None else strict_json.encode(response)


def _settled(failure: RpcFailure) -> Prepared:
    return Prepared((Settled(failed(None, failure)),))


def read_call(value: JsonValue) -> Call:
    """Check the envelope of one call.

    Raises:
        RpcFailure: INVALID_REQUEST, with the member that is wrong.
    """
    if not isinstance(value, dict):
        raise _malformed("a call is an object", "")
    if value.get("jsonrpc") != "2.0":
        raise _malformed('jsonrpc is "2.0"', "jsonrpc")
    if not value.keys() <= _MEMBERS:
        raise _malformed("a call has jsonrpc, method, params, id and nothing else", "")
    method, params = value.get("method"), value.get("params", {})
    if not isinstance(method, str):
        raise _malformed("method is a string", "method")
    if not isinstance(params, dict):
        raise _malformed("params are named: an object", "params")
    call_id = value.get("id")
    if not _is_id(call_id):
        raise _malformed("id is an integer, a short string or null", "id")
    assert call_id is None or isinstance(call_id, str | int)
    return Call(id=call_id, is_answered="id" in value, method=method, params=params)


def read_params(params: dict[str, JsonValue], type_: type[T]) -> T:
    """Check named parameters against their struct."""
    try:
        return msgspec.convert(params, type_)
    except msgspec.ValidationError as error:
        text, place = _without_values(str(error))
        raise RpcFailure(RpcCode.INVALID_PARAMS, text, field=place) from None


def _without_values(message: str) -> tuple[str, str]:
    """Split a message of msgspec into sentence and place, and drop what it quotes of the input."""
    text, _, place = message.partition(" - at `$")
    place = place.rstrip("`").lstrip(".")
    for sentence in ("Object missing required field", "Object contains unknown field"):
        if text.startswith(sentence):
            name = text.partition("`")[2].rstrip("`")
            known = name if _NAME.fullmatch(name) else "?"
            return sentence, f"{place}.{known}".lstrip(".")
    if text.startswith("Invalid"):  # "Invalid enum value 'x'"
        return "Not one of the allowed values", place
    return text, place


def failed(call_id: str | int | None, failure: RpcFailure) -> Response:
    """The response to a call that failed."""
    data = ErrorData(
        name=failure.rpc_code.label,
        retryable=failure.rpc_code.is_retryable,
        reason=failure.reason or None,
        tx_id=failure.tx_id or None,
        field=failure.field or None,
        retry_after_ms=failure.retry_after_ms or None,
    )
    return Response(id=call_id, error=ErrorBody(int(failure.rpc_code), failure.text, data))


async def _answer_batch(reads: Sequence[Ready | Settled], caller: Caller) -> list[Response]:
    """Answer calls in their order; neighbours of a method that can take several go together."""
    responses: list[Response | None] = []
    for bound, group in itertools.groupby(reads, key=_bound_for_many):
        if bound is None:
            responses += [
                read.response if isinstance(read, Settled) else await _run(read, caller)
                for read in group
            ]
        else:
            together = [read for read in group if isinstance(read, Ready)]
            responses += await _run_together(bound, together, caller)
    return [response for response in responses if response is not None]


def _bound_for_many(read: Ready | Settled) -> Bound | None:
    return read.bound if isinstance(read, Ready) and read.bound.many is not None else None


def _read(registry: Registry, value: JsonValue, caller: Caller) -> Ready | Settled:
    """Check everything that can be checked before anything is run."""
    try:
        call = read_call(value)
    except RpcFailure as failure:
        return Settled(failed(None, failure))
    try:
        bound = _bound_of(registry, call, caller)
        return Ready(call, bound, read_params(call.params, bound.method.params))
    except RpcFailure as failure:
        return Settled(failed(call.id, failure) if call.is_answered else None)


def _bound_of(registry: Registry, call: Call, caller: Caller) -> Bound:
    bound = registry.find(call.method)
    if bound is None:
        raise RpcFailure(RpcCode.METHOD_NOT_FOUND, "no such method")
    check_scope(bound, caller)
    return bound


async def _run(ready: Ready, caller: Caller) -> Response | None:
    with trio.CancelScope(deadline=trio.current_time() + CALL_S_MAX):
        try:
            return _response(ready.call, await ready.bound.handler(ready.params, caller))
        except RpcFailure as failure:
            return _response(ready.call, failure)
    return _response(ready.call, _too_slow())


async def _run_together(
    bound: Bound, calls: Sequence[Ready], caller: Caller
) -> Sequence[Response | None]:
    assert bound.many is not None
    found: Sequence[msgspec.Struct | RpcFailure] = [_too_slow() for _ in calls]
    with trio.move_on_after(CALL_S_MAX):
        found = await bound.many([ready.params for ready in calls], caller)
    return [_response(ready.call, each) for ready, each in zip(calls, found, strict=True)]


def _response(call: Call, found: msgspec.Struct | RpcFailure) -> Response | None:
    if not call.is_answered:
        return None
    return (
        failed(call.id, found)
        if isinstance(found, RpcFailure)
        else Response(id=call.id, result=found)
    )


def _too_slow() -> RpcFailure:
    return RpcFailure(RpcCode.SERVER, f"no answer within {CALL_S_MAX} s")


def check_scope(bound: Bound, caller: Caller) -> None:
    """Refuse a caller whose credential does not cover the method."""
    if bound.method.scope not in caller.scopes:
        needed = bound.method.scope.value
        raise RpcFailure(RpcCode.UNAUTHORISED, f"this credential lacks the scope {needed}")


def _malformed(text: str, member: str) -> RpcFailure:
    return RpcFailure(RpcCode.INVALID_REQUEST, text, field=member)


def _is_id(value: JsonValue) -> bool:
    if isinstance(value, str):
        return len(value) <= ID_CHARS_MAX
    return value is None or (isinstance(value, int) and not isinstance(value, bool))

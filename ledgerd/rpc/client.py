"""A small synchronous RPC client for ``ledgerctl``.

Rules: no trio (a command is one thread); every call has a deadline; an answer is bounded and
checked against its type before anybody reads it. A call is repeated only when repeating cannot do
harm: the connection was never made, or the method reads. Everything that acts carries a
``client_ref`` or is a signed transaction, so its caller may repeat it by hand: after a lost answer
the error says ``outcome unknown``, never failure.
"""

import http.client
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from ledgerd.errors import LedgerdError
from ledgerd.primitives.type_decoders import json_decoder
from ledgerd.rpc.access import SOCKET_HOST, read_cookie
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import Answer, Params
from ledgerd.rpc.registry import Method, Scope

P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Answer)
ANSWER_BYTES_MAX: Final = 64 << 20  # a page of a thousand blocks stays far below
ATTEMPTS_MAX: Final = 3
PAUSE_S: Final = 0.2  # before another attempt; a node that restarts needs longer than we wait
EXTRA_S: Final = 5.0  # what the network may take on top of the wait that a call asks for


class NodeUnreachable(LedgerdError):  # noqa: N818
    """No connection to the node: nothing was sent. Exit 6."""


class AnswerLost(LedgerdError):  # noqa: N818
    """The request was sent and its answer did not come: the outcome is unknown. Exit 7."""


class AnswerBroken(LedgerdError):  # noqa: N818
    """Something answered that is no ledgerd, or of another release."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a node listens: exactly one of ``socket_path`` and ``address`` is set."""

    socket_path: Path | None = None
    address: str = ""
    cookie: str | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """What people read in messages."""
        return str(self.socket_path) if self.socket_path is not None else self.address


def target_of_home(home: Path, socket_name: str = "rpc.sock") -> Target:
    """The node that runs in a home, by its unix socket and cookie."""
    return Target(socket_path=home / socket_name, cookie=read_cookie(home))


@dataclass(slots=True)
class RpcClient:
    """Calls one node, one call at a time, over one kept connection.

    Attributes:
        timeout_s: how long an answer may take, without the wait that the call itself asks for.
    """

    target: Target
    timeout_s: float = 30.0
    _connection: http.client.HTTPConnection | None = None
    _calls: int = 0

    def call(self, method: Method[P, R], params: P) -> R:
        """Call ``method`` and return its typed answer.

        Raises:
            RpcFailure: the node refused.
            NodeUnreachable: no connection after all attempts.
            AnswerLost: sent, and no answer: what became of it is not known.
            AnswerBroken: the answer is not one of this method.
        """
        self._calls += 1
        body = _request(self._calls, method.name, params)
        data = self._exchange(
            body, _wait_s(params), is_read=method.scope in {Scope.READ, Scope.OPEN}
        )
        return _answer_in(data, method.answer)

    def call_many(self, method: Method[P, R], params: Sequence[P]) -> list[R | RpcFailure]:
        """Call ``method`` once for each of up to 100 parameters, in one request.

        Returns:
            An answer or a refusal for each, in the order given.

        Raises:
            NodeUnreachable, AnswerLost, AnswerBroken: as `call`, for all of them together.
        """
        calls = [_call(number, method.name, each) for number, each in enumerate(params)]
        is_read = method.scope in {Scope.READ, Scope.OPEN}
        wait_s = max((_wait_s(each) for each in params), default=0.0)
        data = self._exchange(msgspec.json.encode(calls), wait_s, is_read=is_read)
        return _answers_in(data, method.answer, len(calls))

    def close(self) -> None:
        """Drop the connection; the next call makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, body: bytes, wait_s: float, *, is_read: bool) -> bytes:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            is_last = attempt == ATTEMPTS_MAX
            try:
                return self._once(body, wait_s)
            except NodeUnreachable:
                if is_last:
                    raise
            except AnswerLost:
                if is_last or not is_read:
                    raise
            time.sleep(PAUSE_S * attempt)
        raise AssertionError("the last attempt raises or returns")

    def _once(self, body: bytes, wait_s: float) -> bytes:
        connection = self._open(wait_s)
        try:
            connection.request("POST", "/", body, self._headers())
            response = connection.getresponse()
            data = response.read(ANSWER_BYTES_MAX + 1)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            text = f"{self.target.text}: the answer did not come ({type(error).__name__})"
            raise AnswerLost(text) from error
        if len(data) > ANSWER_BYTES_MAX:
            raise AnswerBroken(f"{self.target.text}: answer over {ANSWER_BYTES_MAX} bytes")
        if response.will_close:
            self.close()
        return data

    def _open(self, wait_s: float) -> http.client.HTTPConnection:
        """Connect, or prove that the kept connection is still there: then nothing was sent yet."""
        if self._connection is not None and _is_gone(self._connection):
            self.close()
        if self._connection is None:
            self._connection = _connect(self.target, self.timeout_s)
        assert self._connection.sock is not None
        self._connection.sock.settimeout(self.timeout_s + wait_s + EXTRA_S)
        return self._connection

    def _headers(self) -> dict[str, str]:
        headers = {"content-type": "application/json"}
        if self.target.cookie is not None:
            headers["authorization"] = f"Bearer {self.target.cookie}"
        return headers


@contextmanager
def open_client(target: Target, timeout_s: float = 30.0) -> Iterator[RpcClient]:
    """A client that is closed at the end."""
    client = RpcClient(target, timeout_s)
    try:
        yield client
    finally:
        client.close()


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__(SOCKET_HOST, timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _connect(target: Target, timeout_s: float) -> http.client.HTTPConnection:
    connection: http.client.HTTPConnection
    if target.socket_path is not None:
        connection = _UnixConnection(target.socket_path, timeout_s)
    else:
        connection = http.client.HTTPConnection(target.address, timeout=timeout_s)
    try:
        connection.connect()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise NodeUnreachable(f"{target.text}: no node answers ({type(error).__name__})") from error
    return connection


def _is_gone(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has closed a kept connection: it then reads as ended."""
    if connection.sock is None:
        return True
    connection.sock.settimeout(0)
    try:
        connection.sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True  # ended, or it sent what nobody asked for


class _Error(msgspec.Struct, frozen=True):
    code: int
    message: str = ""
    data: dict[str, Any] = msgspec.field(default_factory=dict)


class _Reply(msgspec.Struct, frozen=True):
    id: int | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: _Error | None = None


def _call(call_id: int, method: str, params: Params) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": call_id, "method": method, "params": params}


def _request(call_id: int, method: str, params: Params) -> bytes:
    return msgspec.json.encode(_call(call_id, method, params))


def _wait_s(params: Params) -> float:
    """How long the call itself asks the node to wait."""
    return float(max(getattr(params, name, 0) for name in ("timeout_s", "wait_s")))


def _answer_in(data: bytes, type_: type[R]) -> R:
    try:
        reply = json_decoder(_Reply).decode(data)
        if reply.error is None:
            return json_decoder(type_).decode(reply.result)
    except msgspec.MsgspecError as error:
        raise AnswerBroken(f"not an answer of this release of ledgerd: {error}") from error
    raise _failure(reply.error)


def _answers_in(data: bytes, type_: type[R], count: int) -> list[R | RpcFailure]:
    """Read the answers of a batch; whatever its order, each call has exactly one."""
    try:
        replies = json_decoder(list[_Reply]).decode(data)
        by_id = {reply.id: reply for reply in replies}
        if len(replies) != count or set(by_id) != set(range(count)):
            raise AnswerBroken("the answers of a batch are not those of its calls")
        ordered = (by_id[number] for number in range(count))
        return [
            json_decoder(type_).decode(reply.result)
            if reply.error is None
            else _failure(reply.error)
            for reply in ordered
        ]
    except msgspec.MsgspecError as error:
        raise AnswerBroken(f"not an answer of this release of ledgerd: {error}") from error


def _failure(error: _Error) -> RpcFailure:
    known = error.code in {int(code) for code in RpcCode}
    code = RpcCode(error.code) if known else RpcCode.SERVER
    text = {name: str(error.data.get(name) or "") for name in ("reason", "tx_id", "field")}
    retry_after_ms = error.data.get("retry_after_ms")
    return RpcFailure(code, error.message, **text).after(
        retry_after_ms if isinstance(retry_after_ms, int) else 0
    )

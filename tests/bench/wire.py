"""JSON-RPC as bytes over one kept connection: what a load generator can afford.

Rules: a call is encoded before the clock starts and only joined and written afterwards; of an
answer no more is read than whoever asks needs. The typed client costs as much as a node's own work
for a bill; this one costs some microseconds.
"""

import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import msgspec

from ledgerd.rpc.access import SOCKET_HOST
from ledgerd.rpc.client import Target
from ledgerd.rpc.codes import RpcCode
from ledgerd.rpc.fields import Params
from ledgerd.rpc.registry import Method

ANSWER_S_MAX = 60.0
READ_BYTES = 1 << 18


class Refusal(msgspec.Struct):
    """What is read of an error."""

    code: int
    message: str = ""
    data: dict[str, Any] = {}


class Reply(msgspec.Struct):
    """What is read of an answer to one of many calls."""

    id: int
    error: Refusal | None = None


class Result(msgspec.Struct):
    """The answer to a single call."""

    result: msgspec.Raw = msgspec.Raw()
    error: Refusal | None = None


REPLIES = msgspec.json.Decoder(list[Reply])
RESULT = msgspec.json.Decoder(Result)


def encode_call(method: Method[Any, Any], params: Params, call_id: int = 0) -> bytes:
    """Encode one call; several of them with commas between brackets are a batch."""
    call = {"jsonrpc": "2.0", "id": call_id, "method": method.name, "params": params}
    return msgspec.json.encode(call)


class Wire:
    """One kept connection to a node's unix socket, one request at a time."""

    def __init__(self, target: Target) -> None:
        assert target.socket_path is not None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(ANSWER_S_MAX)
        self._socket.connect(str(target.socket_path))
        self._head = (
            f"POST / HTTP/1.1\r\nHost: {SOCKET_HOST}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {target.cookie}\r\nContent-Length: "
        ).encode()
        self._get = f" HTTP/1.1\r\nHost: {SOCKET_HOST}\r\n\r\n".encode()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def get(self, path: str) -> bytes:
        """Ask for a probe, e.g. ``/metrics``."""
        self._socket.sendall(b"GET " + path.encode() + self._get)
        return self._answer()

    def call(self, body: bytes) -> bytes:
        """Make one call; give the bytes of its result."""
        result = RESULT.decode(self.exchange(body))
        assert result.error is None, result.error
        return bytes(result.result)

    def call_all(self, calls: Sequence[bytes]) -> dict[int, Refusal]:
        """Make many calls in one request; give the refusals by the ids of their calls."""
        answer = self.exchange(b"[" + b",".join(calls) + b"]")
        return {r.id: r.error for r in REPLIES.decode(answer) if r.error is not None}

    def exchange(self, body: bytes) -> bytes:
        """Send one body and wait for its answer."""
        self._socket.sendall(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        return self._answer()

    def _answer(self) -> bytes:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._read()
        head, parts = data[:end].lower(), [data[end + 4 :]]
        wanted = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        wanted -= len(parts[0])
        while wanted > 0:
            parts.append(self._read())
            wanted -= len(parts[-1])
        return b"".join(parts)

    def _read(self) -> bytes:
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise ConnectionError("the node closed the connection of the load")
        return data


def is_pool_full(refusal: Refusal) -> bool:
    """Say whether the node asks to come back later; anything else is a mistake of the load."""
    if refusal.code != RpcCode.POOL_FULL:
        raise AssertionError(f"refused: {refusal.code} {refusal.message} {refusal.data}")
    return True

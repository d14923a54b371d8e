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
from ledgerd.rpc.requests import Submission

ANSWER_S_MAX = 60.0
READ_BYTES = 1 << 18


ONE = b'{"jsonrpc":"2.0","id":0,"method":"tx_submit","params":%b,"wait":"none"}}'
MANY = (
    b'{"jsonrpc":"2.0","id":0,"method":"tx_submit_many",'
    b'"params":{"submissions":[%b],"wait":"none"}}'
)


class Refusal(msgspec.Struct):
    """What is read of a refusal."""

    code: int
    message: str = ""
    reason: str = ""


class Result(msgspec.Struct):
    """The answer to a call."""

    result: msgspec.Raw = msgspec.Raw()
    error: Refusal | None = None


class Submitted(msgspec.Struct):
    """What is read of the answer to one of many submissions."""

    refusal: Refusal | None = None


class SubmittedMany(msgspec.Struct):
    """The answers to many submissions, in their order."""

    answers: list[Submitted]


RESULT = msgspec.json.Decoder(Result)
SUBMITTED = msgspec.json.Decoder(SubmittedMany)


def encode_call(method: Method[Any, Any], params: Params) -> bytes:
    """Encode one call."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": 0, "method": method.name, "params": params})


def encode_submission(transaction: str, sidecars: tuple[str, ...] = ()) -> bytes:
    """Encode what `Wire.submit` hands in, once and before the clock starts."""
    return msgspec.json.encode(Submission(transaction=transaction, sidecars=sidecars))


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

    def submit(self, submissions: Sequence[bytes]) -> dict[int, Refusal]:
        """Hand in one or many in one request; give the refusals by their places."""
        if len(submissions) == 1:
            found = RESULT.decode(self.exchange(ONE % submissions[0][:-1]))
            return {} if found.error is None else {0: found.error}
        result = self.call(MANY % b",".join(submissions))
        answers = SUBMITTED.decode(result).answers
        assert len(answers) == len(submissions)
        return {n: a.refusal for n, a in enumerate(answers) if a.refusal is not None}

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
        raise AssertionError(f"refused: {refusal.code} {refusal.message} {refusal.reason}")
    return True

"""The plain request: ``POST /`` with a body of known length, and headers that steer nothing.

Nearly all requests are of this form, and h11, which knows all of HTTP, needs more time for one
than everything that is done with it. Rules: what is read here means the same to h11 (a test reads
both ways); nothing is refused here. Another method or path, a header that steers the connection or
is not in the list, one that comes twice, a byte that is not printable ASCII, a body that is too
long, a caller who is not let in: all that is left to h11, untouched.
"""

import re
from dataclasses import dataclass
from typing import Final

from ledgerd.rpc.access import Gate
from ledgerd.rpc.limits import Limits
from ledgerd.rpc.registry import Caller

JSON: Final = "application/json"
_HEAD_END: Final = b"\r\n\r\n"
_HEAD: Final = re.compile(rb"POST / HTTP/1\.1\r\n(?:[A-Za-z-]+:[\t -~]*\r\n)+\r\n")
_LENGTH: Final = re.compile(r"[0-9]{1,9}")
_NAMES: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "content-length",
        "content-type",
        "host",
        "origin",
        "user-agent",
    }
)


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """The head of a plain request.

    Attributes:
        head_bytes: its length; the body follows.
        body_bytes: the length of the body.
    """

    caller: Caller
    head_bytes: int
    body_bytes: int

    @property
    def byte_count(self) -> int:
        return self.head_bytes + self.body_bytes


def read_plain(
    received: bytearray, gate: Gate, limits: Limits, origin: int = 0
) -> PlainRequest | None:
    """Read the head at the beginning of ``received``; None when h11 has to look at it."""
    end = received.find(_HEAD_END, 0, limits.header_bytes_max)
    if end < 0:
        return None
    head = bytes(received[: end + len(_HEAD_END)])
    if _HEAD.fullmatch(head) is None:
        return None
    headers = _headers(head)
    if headers is None or media_type(headers.get("content-type")) != JSON:
        return None
    length = headers.get("content-length", "")
    if _LENGTH.fullmatch(length) is None or int(length) > limits.body_bytes_max:
        return None
    if not gate.is_ours(headers.get("host"), headers.get("origin")):
        return None
    caller = gate.caller(headers.get("authorization"), origin)
    return None if caller is None else PlainRequest(caller, len(head), int(length))


def media_type(content_type: str | None) -> str:
    """Give the type without its parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def plain_response(body: bytes | None) -> bytes:
    """Give the bytes of the answer, as h11 would write them; None is no content."""
    if body is None:
        return b"HTTP/1.1 204 \r\n\r\n"
    head = f"HTTP/1.1 200 \r\ncontent-type: {JSON}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _headers(head: bytes) -> dict[str, str] | None:
    """Give the headers by name; None when one is not in the list or comes twice."""
    headers: dict[str, str] = {}
    for line in head.decode("ascii").split("\r\n")[1:-2]:
        name, _, value = line.partition(":")
        name = name.lower()
        if name not in _NAMES or name in headers:
            return None
        headers[name] = value.strip(" \t")
    return headers

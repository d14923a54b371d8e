"""One HTTP/1.1 connection: plain requests read at once, all others by h11, on a trio stream.

Rules: limits before reading on; Host, Origin and credential before the body; one request at a
time; every refusal is a JSON-RPC error whose HTTP status says the same. A peer that breaks HTTP
gets 400 and is cut. ``POST /`` calls, ``GET /ws`` upgrades, three probes need no credential. h11
sees a request from its first byte or not at all: it never knows of those that were plain.
"""

import contextlib
from dataclasses import dataclass, field
from typing import Final

import h11
import trio

from ledgerd.rpc import strict_json
from ledgerd.rpc.access import Gate
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.dispatch import Prepared, answer, failed, prepare, respond
from ledgerd.rpc.limits import Limits
from ledgerd.rpc.plain_requests import (
    JSON,
    PlainRequest,
    media_type,
    plain_response,
    read_plain,
)
from ledgerd.rpc.probes import Probes
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.streams import receive, send
from ledgerd.rpc.turns import Doors, Line

SMALL_BODY_BYTES: Final = 16 * 1024  # looked at before its turn, to know by which door it goes


@dataclass(frozen=True, slots=True)
class Face:
    """What every connection of a server shares.

    Attributes:
        doors: each request comes in by one: all clients together get a part of a turn of the
            loop, however many they are.
    """

    registry: Registry
    gate: Gate
    probes: Probes
    limits: Limits
    doors: Doors

    async def admit(self, line: Line, body: bytes, caller: Caller) -> Prepared:
        """Wait for the turn of a request and read it; a small one tells first by which door."""
        if len(body) > SMALL_BODY_BYTES:
            await self.doors.acts.take(line, len(body))
            return prepare(self.registry, body, caller)
        prepared = prepare(self.registry, body, caller)
        door = self.doors.reads if prepared.is_reading else self.doors.acts
        await door.take(line, len(body))
        return prepared


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The request that turns this connection into a WebSocket, with bytes already read."""

    caller: Caller
    target: bytes
    headers: list[tuple[bytes, bytes]]
    trailing: bytes
    line: Line = field(default_factory=Line)


class Refused(Exception):  # noqa: N818
    """A request that is answered by an HTTP status and a JSON-RPC error, then cut."""

    def __init__(self, status: int, code: RpcCode, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.failure = RpcFailure(code, text)


def too_slow_body() -> Refused:
    """Refuse a sender that does not come to an end."""
    return Refused(408, RpcCode.INVALID_REQUEST, "the body took too long")


@dataclass(slots=True)
class HttpConnection:
    """Serves requests on one stream until it ends or upgrades.

    Attributes:
        line: its place among all clients.
        _received: bytes that nobody has looked at yet: the next request begins with them.
        _http: for the next request that is not plain.
        _head: the last plain head and what it says: most clients send the same again and again.
    """

    face: Face
    stream: trio.abc.Stream
    line: Line = field(default_factory=Line)
    _received: bytearray = field(default_factory=bytearray)
    _http: h11.Connection = field(init=False)
    _head: tuple[bytes, PlainRequest | None] = (b"", None)

    def __post_init__(self) -> None:
        self._http = self._fresh_http()

    def _fresh_http(self) -> h11.Connection:
        return h11.Connection(
            h11.SERVER, max_incomplete_event_size=self.face.limits.header_bytes_max
        )

    async def serve(self) -> Upgrade | None:
        """Serve until the connection ends; an upgrade is handed back for a WebSocket to take."""
        try:
            while await self._wait_request():
                plain = self._read_plain()
                if plain is not None and await self._has_body(plain):
                    await self._serve_plain(plain)
                    continue
                await self.face.doors.acts.take(self.line)
                self._http.receive_data(bytes(self._received))
                self._received.clear()
                upgrade = await self._serve_one()
                if upgrade is not None or not self._goes_on():
                    return upgrade
        except Refused as refusal:
            await self._refuse(refusal)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client went away: nobody is left to tell
        return None

    def _read_plain(self) -> PlainRequest | None:
        head, plain = self._head
        if plain is not None and self._received.startswith(head):
            return plain
        plain = read_plain(self._received, self.face.gate, self.face.limits, self.line.number)
        if plain is not None:
            self._head = bytes(self._received[: plain.head_bytes]), plain
        return plain

    async def _wait_request(self) -> bool:
        """Wait for the first bytes of a request; False when the client is done."""
        if not self._received:
            with trio.CancelScope(deadline=trio.current_time() + self.face.limits.idle_s):
                self._received += await receive(self.stream)
        return bool(self._received)

    async def _has_body(self, plain: PlainRequest) -> bool:
        """Read until the body is there; False when it ends early: h11 says so."""
        if len(self._received) >= plain.byte_count:
            return True
        with trio.move_on_after(self.face.limits.body_s):
            while len(self._received) < plain.byte_count:
                data = await receive(self.stream)
                if not data:
                    return False
                self._received += data
            return True
        self._http.receive_data(bytes(self._received))
        self._http.next_event()  # so that it knows who still sends what
        raise too_slow_body()

    async def _serve_plain(self, plain: PlainRequest) -> None:
        body = bytes(self._received[plain.head_bytes : plain.byte_count])
        del self._received[: plain.byte_count]
        prepared = await self.face.admit(self.line, body, plain.caller)
        await self._send(plain_response(await respond(prepared, plain.caller)))

    def _goes_on(self) -> bool:
        """Say whether the connection goes on behind a request; then take back what h11 holds."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._received += self._http.trailing_data[0]
        self._http = self._fresh_http()
        return True

    async def _serve_one(self) -> Upgrade | None:
        request = await self._read_request()
        if request is None:
            return None
        headers = _Headers(request)
        if not self.face.gate.is_ours(headers.one(b"host"), headers.one(b"origin")):
            raise Refused(403, RpcCode.UNAUTHORISED, "foreign Host or Origin")
        path = request.target.decode("ascii", "replace").partition("?")[0]
        if request.method == b"GET" and path != "/ws":
            await self._probe(path)
            return None
        caller = self.face.gate.caller(headers.one(b"authorization"), self.line.number)
        if caller is None:
            raise Refused(401, RpcCode.UNAUTHORISED, "no valid credential")
        if path == "/ws":
            trailing = self._http.trailing_data[0]
            return Upgrade(caller, request.target, list(request.headers), trailing, self.line)
        await self._call(request, headers, caller)
        return None

    async def _call(self, request: h11.Request, headers: "_Headers", caller: Caller) -> None:
        if request.target != b"/":
            raise Refused(404, RpcCode.INVALID_REQUEST, "calls go to /")
        if request.method != b"POST":
            raise Refused(405, RpcCode.INVALID_REQUEST, "calls are POST requests")
        if media_type(headers.one(b"content-type")) != JSON:
            raise Refused(415, RpcCode.INVALID_REQUEST, f"the content type is {JSON}")
        body = await self._read_body(headers)
        reply = await answer(self.face.registry, body, caller)
        await self._respond(204 if reply is None else 200, JSON, reply or b"")

    async def _probe(self, path: str) -> None:
        found = self.face.probes.answer(path)
        if found is None:
            raise Refused(404, RpcCode.INVALID_REQUEST, "nothing here")
        await self._read_body(_Headers(None))
        await self._respond(found.status, found.content_type, found.body)

    async def _read_request(self) -> h11.Request | None:
        """Read the head of a request; None when the client is done."""
        with trio.move_on_after(self.face.limits.header_s):
            event = await self._next_event()
            if not isinstance(event, h11.Request):
                return None
            self._check_size(event)
            return event
        raise Refused(408, RpcCode.INVALID_REQUEST, "the headers took too long")

    def _check_size(self, request: h11.Request) -> None:
        """Refuse a head that came in one piece: h11 bounds only what is still incomplete."""
        head_bytes = len(request.target) + sum(len(k) + len(v) + 4 for k, v in request.headers)
        if head_bytes > self.face.limits.header_bytes_max:
            raise Refused(431, RpcCode.INVALID_REQUEST, "the headers are too long")

    async def _read_body(self, headers: "_Headers") -> bytes:
        bytes_max = self.face.limits.body_bytes_max
        length = headers.one(b"content-length")
        if length is not None and int(length) > bytes_max:  # h11 has checked that it is a number
            raise Refused(413, RpcCode.TOO_LARGE, f"the body holds at most {bytes_max} bytes")
        if self._http.they_are_waiting_for_100_continue:
            head = h11.InformationalResponse(status_code=100, headers=[])
            await self._send(self._http.send(head) or b"")
        body = bytearray()
        with trio.move_on_after(self.face.limits.body_s):
            while isinstance(event := await self._next_event(), h11.Data):
                if len(body) + len(event.data) > bytes_max:
                    raise Refused(413, RpcCode.TOO_LARGE, f"a body holds at most {bytes_max} bytes")
                body += event.data
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            raise Refused(400, RpcCode.INVALID_REQUEST, "the body ended early")
        raise too_slow_body()

    async def _next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise Refused(
                    error.error_status_hint, RpcCode.INVALID_REQUEST, "not valid HTTP/1.1"
                ) from None
            if event is not h11.NEED_DATA:
                return event
            await self._read_more()

    async def _read_more(self) -> None:
        self._http.receive_data(await receive(self.stream))

    async def _respond(self, status: int, content_type: str, body: bytes) -> None:
        headers = [("content-type", content_type), ("content-length", str(len(body)))]
        await self._answer(h11.Response(status_code=status, headers=headers if body else []), body)

    async def _refuse(self, refusal: Refused) -> None:
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        body = strict_json.encode(failed(None, refusal.failure))
        headers = [
            ("content-type", JSON),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self._answer(h11.Response(status_code=refusal.status, headers=headers), body)
            if self._is_still_sending():
                await self._hear_out()

    def _is_still_sending(self) -> bool:
        if self._http.their_state is not h11.SEND_BODY:
            return False
        with contextlib.suppress(h11.RemoteProtocolError):
            while isinstance(event := self._http.next_event(), h11.Data):
                pass
            return event is h11.NEED_DATA
        return False

    async def _hear_out(self) -> None:
        """Throw away what a refused client still sends: cut in it, it would not read why."""
        with trio.move_on_after(self.face.limits.linger_s):
            while await receive(self.stream):
                pass

    async def _answer(self, head: h11.Response, body: bytes) -> None:
        events = (head, h11.Data(data=body), h11.EndOfMessage())
        await self._send(b"".join(self._http.send(event) or b"" for event in events))

    async def _send(self, data: bytes) -> None:
        await send(self.stream, data, self.face.limits.send_s)


class _Headers:
    """Header values of one request; a repeated one counts as absent, for nobody means two."""

    def __init__(self, request: h11.Request | None) -> None:
        self._pairs = list(request.headers) if request is not None else []

    def one(self, name: bytes) -> str | None:
        values = [value for key, value in self._pairs if key == name]
        return values[0].decode("latin-1") if len(values) == 1 else None

"""One WebSocket connection: wsproto on a trio stream.

Rules: the same calls as over HTTP, each text message one request or batch, at most ``calls_max``
at a time; ``sub_subscribe`` answers a first page of events and then pushes pages as notifications
``sub_events``. A reader that is too slow is cut, never buffered: it goes on from the last cursor
that it got. Binary messages are refused.
"""

from dataclasses import dataclass, field

import msgspec
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from ledgerd.rpc import strict_json
from ledgerd.rpc.answers import EventPage
from ledgerd.rpc.catalogue import EVENTS_POLL, SUB_SUBSCRIBE
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.dispatch import (
    Call,
    Response,
    check_scope,
    failed,
    read_call,
    read_params,
    respond,
)
from ledgerd.rpc.fields import WAIT_S_MAX
from ledgerd.rpc.http_connection import Face, Upgrade
from ledgerd.rpc.queries import EventsPoll
from ledgerd.rpc.streams import receive

SUBSCRIPTIONS_MAX = 4  # of one connection; one is what a client needs
BAD_UPGRADE = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_BIG, NOT_TEXT = 1009, 1003  # close codes of RFC 6455


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """What a subscription pushes."""

    jsonrpc: str = "2.0"
    method: str = "sub_events"
    params: EventPage


class _Over(Exception):  # noqa: N818
    """This connection is over; nothing more to say."""


@dataclass(slots=True)
class WebSocket:
    """Serves calls and subscriptions on one upgraded stream."""

    face: Face
    stream: trio.abc.Stream
    upgrade: Upgrade
    _frames: WSConnection = field(init=False)
    _sending: trio.Lock = field(default_factory=trio.Lock)
    _calls: trio.Semaphore = field(init=False)
    _text: list[str] = field(default_factory=list)
    _subscription_count: int = 0

    def __post_init__(self) -> None:
        self._frames = WSConnection(ConnectionType.SERVER)
        self._calls = trio.Semaphore(self.face.limits.calls_max)

    async def serve(self) -> None:
        """Serve until either side ends the connection."""
        try:
            self._frames.initiate_upgrade_connection(self.upgrade.headers, self.upgrade.target)
            self._frames.receive_data(self.upgrade.trailing)
        except (RemoteProtocolError, LocalProtocolError):
            await self.stream.send_all(BAD_UPGRADE)
            return
        async with trio.open_nursery() as nursery:  # the lifetime of this connection
            try:
                while True:
                    await self._handle_events(nursery)
                    self._frames.receive_data(await receive(self.stream) or None)
            except (_Over, RemoteProtocolError, LocalProtocolError, trio.BrokenResourceError):
                nursery.cancel_scope.cancel()

    async def _handle_events(self, nursery: trio.Nursery) -> None:
        for event in self._frames.events():
            if isinstance(event, Request):
                await self._send(AcceptConnection())
            elif isinstance(event, TextMessage):
                await self._take_text(event, nursery)
            elif isinstance(event, Ping):
                await self._send(event.response())
            elif isinstance(event, CloseConnection):
                await self._send(event.response())
                raise _Over
            elif isinstance(event, BytesMessage):
                await self._send(CloseConnection(code=NOT_TEXT, reason="text messages only"))
                raise _Over

    async def _take_text(self, event: TextMessage, nursery: trio.Nursery) -> None:
        self._text.append(event.data)
        if sum(map(len, self._text)) > self.face.limits.body_bytes_max:
            await self._send(CloseConnection(code=TOO_BIG, reason="message too long"))
            raise _Over
        if not event.message_finished:
            return
        body = "".join(self._text).encode()
        self._text.clear()
        await self._calls.acquire()  # no slot free: this client waits
        nursery.start_soon(self._take_call, body, nursery)

    async def _take_call(self, body: bytes, nursery: trio.Nursery) -> None:
        try:
            prepared = await self.face.admit(self.upgrade.line, body, self.upgrade.caller)
            subscription = _subscription_in(body)
            if subscription is None:
                reply = await respond(prepared, self.upgrade.caller)
            else:
                reply = await self._subscribe(subscription, nursery)
            if reply is not None:
                await self._send_text(reply)
        except trio.BrokenResourceError:
            nursery.cancel_scope.cancel()
        finally:
            self._calls.release()

    async def _subscribe(self, call: Call, nursery: trio.Nursery) -> bytes:
        try:
            request = read_params(call.params, EventsPoll)
            self._take_room()
            page = await self._poll(request)
        except RpcFailure as failure:
            return strict_json.encode(failed(call.id, failure))
        nursery.start_soon(self._push, msgspec.structs.replace(request, cursor=page.next), nursery)
        return strict_json.encode(Response(id=call.id, result=page))

    def _take_room(self) -> None:
        if self._subscription_count >= SUBSCRIPTIONS_MAX:
            text = f"a connection holds {SUBSCRIPTIONS_MAX} subscriptions"
            raise RpcFailure(RpcCode.RATE_LIMITED, text)
        self._subscription_count += 1

    async def _push(self, request: EventsPoll, nursery: trio.Nursery) -> None:
        request = msgspec.structs.replace(request, wait_s=WAIT_S_MAX)
        try:
            while True:
                page = await self._poll(request)
                if page.events:
                    await self._send_text(strict_json.encode(Notification(params=page)))
                request = msgspec.structs.replace(request, cursor=page.next)
        except (RpcFailure, trio.BrokenResourceError):
            nursery.cancel_scope.cancel()  # the client comes back with its last cursor

    async def _poll(self, request: EventsPoll) -> EventPage:
        bound = self.face.registry.find(EVENTS_POLL.name)
        if bound is None:
            raise RpcFailure(RpcCode.METHOD_NOT_FOUND, "this node has no events")
        check_scope(bound, self.upgrade.caller)
        page = await bound.handler(request, self.upgrade.caller)
        assert isinstance(page, EventPage)
        return page

    async def _send_text(self, text: bytes) -> None:
        await self._send(TextMessage(data=text.decode()))

    async def _send(self, event: Event) -> None:
        async with self._sending:
            data = self._frames.send(event)
            with trio.move_on_after(self.face.limits.send_s):
                await self.stream.send_all(data)
                return
        raise trio.BrokenResourceError("the client takes nothing")


def _subscription_in(body: bytes) -> Call | None:
    """The call in ``body`` if it is a subscription; anything else is for ``answer`` to judge."""
    try:
        call = read_call(strict_json.decode(body))
    except (strict_json.JsonRefused, RpcFailure):
        return None
    return call if call.method == SUB_SUBSCRIBE.name else None

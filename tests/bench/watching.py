"""Who sees the commits: one client that polls a node's events, a thousand at a time.

Rules: of an event only its object is read; at full load it polls some twenty times a second, for
each poll costs the node something.
"""

import time
from multiprocessing.connection import Connection

import msgspec

from ledgerd.rpc.catalogue import EVENTS_POLL
from ledgerd.rpc.client import Target
from ledgerd.rpc.queries import EventsPoll
from tests.bench.pausing import pause
from tests.bench.wire import Wire, encode_call

PAGE_COUNT = 1_000
QUIET_S = 20.0  # without any commit: then the rest does not come any more


class Event(msgspec.Struct):
    """What is read of an event."""

    event: str
    object: str


class Page(msgspec.Struct):
    """What is read of a page."""

    events: list[Event]
    next: str


PAGE = msgspec.json.Decoder(Page)


class EventReader:
    """Reads the events of one node from now on."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._cursor = self._page("", limit=1, wait_s=0).next

    def read(self, wait_s: int) -> list[Event]:
        """Give the next events; wait for one if there is none."""
        page = self._page(self._cursor, limit=PAGE_COUNT, wait_s=wait_s)
        self._cursor = page.next
        return page.events

    def _page(self, cursor: str, *, limit: int, wait_s: int) -> Page:
        poll = EventsPoll(cursor=cursor, limit=limit, wait_s=wait_s)
        return PAGE.decode(self._wire.call(encode_call(EVENTS_POLL, poll)))


def watch(pipe: Connection, target: Target, pause_s: float) -> None:
    """Note when each object is first named; end when all that were handed in were seen."""
    ends: dict[str, float] = {}
    wanted: frozenset[str] | None = None
    with Wire(target) as wire:
        reader = EventReader(wire)
        pipe.send("ready")
        pipe.recv()
        cpu_s, heard = time.process_time(), time.monotonic()
        while time.monotonic() - heard < QUIET_S:
            if wanted is None and pipe.poll():
                wanted, heard = pipe.recv(), time.monotonic()
            if wanted is not None and wanted <= ends.keys():
                break
            events = reader.read(wait_s=1)
            now = time.monotonic()
            for event in events:
                ends.setdefault(event.object, now)
            if events or wanted is None:
                heard = now
            if pause_s and len(events) < PAGE_COUNT:
                pause(pause_s)
        pipe.send((ends, time.process_time() - cpu_s))

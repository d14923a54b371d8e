"""Following the chain: from events to chores, from chores to acts, for ever.

Rules: the cursor and the chores that an event made are written together, so no event is lost and
none is needed twice. A chore leaves the book only when the state says that it is not wanted any
more; until then it is tried again, later and later. A chore that fails tells its kind and the
name of the failure, nothing else. Events are read as chores can be tried: what an office is behind
with waits in the chain, not in its memory. Chores begin one a turn of the loop, and rest as clients
do when it is late: hundreds of them must not take it from the chain. A full pool is full for all of
them: then all wait, untried.

Source: architecture.md section 2.
"""

from typing import Annotated, Final

import structlog
import trio
from msgspec import Meta

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.node.pulse import Turnstile
from ledgerd.node.views import Cursor
from ledgerd.offices.agenda import Agenda
from ledgerd.offices.automatic import Automatic
from ledgerd.offices.chore import Chore
from ledgerd.offices.chores import ChoreBook
from ledgerd.offices.house import House
from ledgerd.primitives.canonical import U32, U63, Record, decode, encode
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.sealed_store import Entry

COLLECTION: Final = "chores"
CURSOR: Final[Entry] = ("follower", b"cursor")
EVENTS_MAX: Final = 500  # of one page
CHORE_BYTES_MAX: Final = 256
LOOK_S: Final = 0.5  # how often due chores are looked for when no block comes
CHECK_MS: Final = 3_000  # an act that was handed in should be in a block by then
RETRY_MS_MAX: Final = 600_000
ROUND_MAX: Final = 16  # chores side by side: all go on in one turn of the loop after a shared sync
FRESH_MAX: Final = 20_000  # chores never tried, at about half a kilobyte: more events wait for them
UNSAVED_MAX: Final = 10_000  # events without chores that are read again after a start
FULL_MS: Final = 1_000  # a full pool gets so long to empty before any chore is tried

log = structlog.get_logger()


class StoredCursor(Record, tag=5, frozen=True, kw_only=True):
    """Where the follower stands."""

    height: U63
    tx: U32
    op: Annotated[int, Meta(ge=0, le=2**16 - 1)]


class Follower:
    """Reads events and does chores; one task."""

    def __init__(self, house: House, book: ChoreBook, automatic: Automatic) -> None:
        self._house = house
        self._book = book
        self._automatic = automatic
        self._cursor = _stored_cursor(house)
        self._unsaved = 0  # events read since the cursor was written
        self._turnstile = Turnstile(house.node.client_pause_s)
        self._full_until_ms = 0
        self._agenda = Agenda(
            decode(key, Chore, bytes_max=CHORE_BYTES_MAX)
            for key, _ in house.drawer.items(COLLECTION)
        )

    @property
    def chore_count(self) -> int:
        """How many chores are not done."""
        return len(self._agenda)

    async def run(self) -> None:
        """Follow for ever."""
        while True:
            height = self._house.node.reads.head().height
            if not await self.step():
                with trio.move_on_after(LOOK_S):
                    await self._house.node.wait_height_above(height)

    async def step(self) -> bool:
        """Read a page of events and try what is due; say whether there may be more at once."""
        is_more = await self._read_events()
        due = self._due()
        done: list[Chore] = []
        # Side by side, so that their outbox entries share syncs.
        async with trio.open_nursery() as nursery:
            for chore in due:
                nursery.start_soon(self._try, chore, done)
        await self._forget(done)
        return is_more or len(due) == ROUND_MAX

    async def _read_events(self) -> bool:
        if self._agenda.fresh_count >= FRESH_MAX:
            return False
        page = self._house.node.reads.events_after(self._cursor, EVENTS_MAX)
        if not page:
            return False
        found = [
            chore
            for entry in page
            for event in entry.events
            for chore in self._book.chores_of(event)
        ]
        self._cursor = page[-1].cursor
        for chore in found:
            self._agenda.add(chore)
        self._unsaved += len(page)
        # The cursor alone is seldom worth a sync: events without chores are read again after a
        # start, but not all that there ever were.
        if found or self._unsaved >= UNSAVED_MAX:
            self._unsaved = 0
            await self._house.drawer.write(lambda: self._changes(found))
        return len(page) == EVENTS_MAX

    def _changes(self, found: list[Chore]) -> dict[Entry, bytes | None]:
        cursor = StoredCursor(height=self._cursor.height, tx=self._cursor.tx, op=self._cursor.op)
        return {CURSOR: encode(cursor), **{(COLLECTION, encode(chore)): b"" for chore in found}}

    def _due(self) -> list[Chore]:
        now_ms = self._house.clock.monotonic_ms()
        if now_ms < self._full_until_ms:
            return []
        return self._agenda.take_due(now_ms, ROUND_MAX)

    async def _try(self, chore: Chore, done: list[Chore]) -> None:
        """Try a chore, or note that it is not wanted any more."""
        await self._turnstile.pass_through()
        if self._house.clock.monotonic_ms() < self._full_until_ms:
            self._agenda.put_off(chore, self._full_until_ms)
            return
        if not self._book.is_wanted(chore):
            done.append(chore)
            return
        count = self._agenda.count_try(chore)
        wait_ms = min(CHECK_MS << min(count - 1, 16), RETRY_MS_MAX)
        self._agenda.put_off(chore, self._house.clock.monotonic_ms() + wait_ms)
        try:
            await self._automatic.perform(chore)
        except RpcFailure as failure:
            reason = failure.reason or failure.rpc_code.label
            if failure.rpc_code is RpcCode.POOL_FULL:
                self._full_until_ms = self._house.clock.monotonic_ms() + FULL_MS
            log.info("chore waits", kind=chore.kind.name, reason=reason, count=count)
        except (VerificationFailed, DecodeError) as error:
            log.warning("chore fails", kind=chore.kind.name, reason=type(error).__name__)

    async def _forget(self, done: list[Chore]) -> None:
        for chore in done:
            self._agenda.drop(chore)
        if done:
            gone: dict[Entry, bytes | None] = {(COLLECTION, encode(c)): None for c in done}
            await self._house.drawer.write(lambda: gone)


def _stored_cursor(house: House) -> Cursor:
    data = house.drawer.get(*CURSOR)
    if data is None:
        return Cursor(0, 0, 0)
    stored = decode(data, StoredCursor, bytes_max=64)
    return Cursor(stored.height, stored.tx, stored.op)

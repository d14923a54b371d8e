"""Methods on what happened and what can be shown: events from a cursor, histories, proofs.

Rules: events come in the chain's order and each once; a poll waits for a block, never for a clock.
A proof is made for a sealed height only.
"""

import trio

from ledgerd.chain.light import ProofFile, StateStatement
from ledgerd.ledger.state_keys import bill_key
from ledgerd.node.node import Node
from ledgerd.node.slices import Slice
from ledgerd.node.views import ChainEvent, Cursor
from ledgerd.primitives.canonical import encode
from ledgerd.rpc import answers as a, catalogue as c, queries as q
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.cursors import bytes_of, event_cursor, event_cursor_text, just_before, text_of
from ledgerd.rpc.naming import key_of_subject, object_text, tx_id_of_subject
from ledgerd.rpc.readable import named_values
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.storage.indexes import Index, Listing

READ_COUNT = 100  # events in one go: a millisecond
SEAL_WAIT_S = 5.0  # a seal follows its block within a round of votes


def bind_events(registry: Registry, node: Node) -> None:
    """Enter the methods of this file."""
    methods = EventMethods(node)
    registry.bind(c.EVENTS_POLL, methods.poll)
    registry.bind(c.BILL_HISTORY, methods.bill_history)
    registry.bind(c.PROOF_GET, methods.proof)


class EventMethods:
    """The handlers."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def poll(self, params: q.EventsPoll, _caller: Caller) -> a.EventPage:
        cursor = event_cursor(params.cursor) if params.cursor else self._now()
        found = self._node.reads.events_after(cursor, min(params.limit, READ_COUNT))
        with trio.move_on_after(params.wait_s):
            while not found and params.wait_s:
                height = self._node.reads.head().height
                found = self._node.reads.events_after(cursor, min(params.limit, READ_COUNT))
                if not found:
                    await self._node.wait_height_above(height)
        events, last = await self._shown(cursor, found, params.limit)
        return a.EventPage(events=events, next=event_cursor_text(last))

    async def _shown(
        self, cursor: Cursor, found: tuple[ChainEvent, ...], limit: int
    ) -> tuple[tuple[a.HistoryEntry, ...], Cursor]:
        """Show events, those already found first; give the last one's cursor, too."""
        entries: list[a.HistoryEntry] = []
        pieces = Slice()
        while found:
            for event in found:
                entries.append(entry_of(event))
                await pieces.rest()
            cursor = found[-1].cursor
            rest = limit - len(entries)
            is_full_read = len(found) == READ_COUNT and rest > 0
            found = (
                self._node.reads.events_after(cursor, min(rest, READ_COUNT)) if is_full_read else ()
            )
        return tuple(entries), cursor

    async def bill_history(self, params: q.BillHistory, _caller: Caller) -> a.History:
        head = self._node.reads.head()
        scope = bill_key(params.code, params.number)
        after = bytes_of(params.cursor)
        listing = Listing(Index.OPERATION_BY_OBJECT, scope, after=after, limit=params.limit)
        page = self._node.reads.page(listing)
        entries: list[a.HistoryEntry] = []
        pieces = Slice()
        for order, _ in page.rows:
            entries.append(self._entry_at(order))
            await pieces.rest()
        return a.History(
            height=head.height,
            state_root=head.state_root.hex(),
            entries=tuple(entries),
            next=text_of(page.cursor),
        )

    async def proof(self, params: q.ProofGet, _caller: Caller) -> a.ProofAnswer:
        if params.kind == "receipt":
            found = await self._receipt_proof(tx_id_of_subject(params))
        else:
            found = await self._state_proof(key_of_subject(params))
        if found is None:
            raise RpcFailure(RpcCode.PROOF_UNAVAILABLE, "nothing sealed holds it yet")
        return _proof_answer(found)

    async def _state_proof(self, key: bytes) -> ProofFile | None:
        """Prove at the last sealed height when what it shows is the present, else wait for a seal.

        A seal is behind its block by what the slowest node of a quorum needs to execute it; few
        objects have changed meanwhile.
        """
        found = self._node.reads.prove_state(key)
        if found is None or _value_in(found) != self._node.reads.state().get(key):
            await self._wait_seal()
            found = self._node.reads.prove_state(key)
        return found

    async def _receipt_proof(self, tx_id: bytes) -> ProofFile | None:
        found = await self._node.reads.prove_receipt(tx_id)
        if found is None:
            await self._wait_seal()
            found = await self._node.reads.prove_receipt(tx_id)
        return found

    async def _wait_seal(self) -> None:
        with trio.move_on_after(SEAL_WAIT_S):
            await self._node.wait_sealed(self._node.reads.head().height)

    def _now(self) -> Cursor:
        return just_before(self._node.reads.head().height + 1, 0, 0)

    def _entry_at(self, order: bytes) -> a.HistoryEntry:
        height, tx = int.from_bytes(order[:8], "big"), int.from_bytes(order[8:12], "big")
        before = just_before(height, tx, int.from_bytes(order[12:14], "big"))
        (event,) = self._node.reads.events_after(before, 1)
        return entry_of(event)


def entry_of(event: ChainEvent) -> a.HistoryEntry:
    """Show the events of one operation: the first names it, its fields are shown."""
    first = event.events[0]
    return a.HistoryEntry(
        cursor=event_cursor_text(event.cursor),
        height=event.cursor.height,
        time_ms=event.time_ms,
        event=type(first).__name__,
        object=object_text(event.object_key),
        fields=named_values(first),
    )


def _value_in(proof: ProofFile) -> bytes | None:
    assert isinstance(proof.statement, StateStatement)
    return proof.statement.proof.value


def _proof_answer(proof: ProofFile) -> a.ProofAnswer:
    header = proof.sealed.header
    return a.ProofAnswer(
        height=header.height, time_ms=header.timestamp_ms, proof=encode(proof).hex()
    )

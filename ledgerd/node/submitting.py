"""Taking transactions in: every check that can be made before anything is sent.

Rules: a refusal is certain, nothing was sent or stored. What is taken has a valid authorisation,
exactly the sidecars that it names, and passed the rules on the present state (a dry run); what
waits here already may change that, so a dry run is made only when nothing waits. The dry run
decides nothing: the receipt in the block does.

Source: architecture.md section 2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledgerd.chain.block import PROTOCOL_VERSION
from ledgerd.chain.transaction import (
    ReadTransaction,
    decode_transaction,
    relying_party_of,
    signed_part,
)
from ledgerd.clock import Clock
from ledgerd.errors import DecodeError
from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.overlay import Overlay, StateReader
from ledgerd.ledger.receipts import Receipt
from ledgerd.node.applying import Applier
from ledgerd.node.bundling import Bundler
from ledgerd.node.checking import by_hash, has_exactly_named
from ledgerd.node.pool import Pool, PoolItem
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.verifying import judge_authorisations
from ledgerd.node.witnesses import Witnesses

SUBMIT_COUNT_MAX = 4_096  # of one call

Submission = tuple[bytes, Sequence[bytes]]
Answer = bytes | SubmitRefused


@dataclass(frozen=True, slots=True)
class Desk:
    """What submitting looks at.

    Attributes:
        gate: gives the reason why the node takes nothing at all now, or None.
        is_current: whether a dry run on the present state may refuse; else the block decides.
        is_committed: whether a block here holds this transaction.
        item_bytes_max: of a transaction with its sidecars, so that it fits into a bundle.
    """

    chain_id: bytes
    pool: Pool
    state: StateReader
    applier: Applier
    bundler: Bundler
    witnesses: Witnesses
    clock: Clock
    gate: Callable[[], RefusalCode | None]
    is_current: Callable[[], bool]
    is_committed: Callable[[bytes], bool]
    item_bytes_max: int
    transaction_bytes_max: int


class Submitter:
    """Takes transactions into the pool."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def submit_many(
        self, submissions: Sequence[Submission], origin: int = 0
    ) -> tuple[Answer, ...]:
        """Check and take several of one client; one answer each, in order."""
        assert len(submissions) <= SUBMIT_COUNT_MAX
        reason = self._desk.gate()
        if reason is not None:
            refused = SubmitRefused(reason, GATE_WORDS[reason])
            return tuple(refused for _ in submissions)
        items = [self._read(data, tuple(sidecars), origin) for data, sidecars in submissions]
        await self._verify(items)
        answers = tuple(
            item if isinstance(item, SubmitRefused) else self._take(item) for item in items
        )
        self._desk.bundler.stir()
        return answers

    def _read(
        self, data: bytes, sidecars: tuple[bytes, ...], origin: int
    ) -> PoolItem | SubmitRefused:
        if len(data) > self._desk.transaction_bytes_max:
            limit = self._desk.transaction_bytes_max
            text = f"the transaction has {len(data)} bytes, at most {limit} are allowed"
            return SubmitRefused(RefusalCode.TOO_LARGE, text)
        try:
            read = decode_transaction(data)
        except DecodeError as error:
            return SubmitRefused(RefusalCode.MALFORMED, str(error))
        if read.transaction.chain_id != self._desk.chain_id:
            return SubmitRefused(RefusalCode.MALFORMED, "the transaction names another chain")
        item = PoolItem(read, sidecars, origin)
        if not self._has_room(item) and not self._is_known(read.transaction_id):
            return self._pool_full()  # before the dearest check: a flood of them costs less
        return item

    async def _verify(self, items: list[PoolItem | SubmitRefused]) -> None:
        """Check the authorisations of all; replace those that do not hold by a refusal."""
        places = [i for i, item in enumerate(items) if isinstance(item, PoolItem)]
        parts = [signed_part(item.read) for item in items if isinstance(item, PoolItem)]
        for place, holds in zip(places, await judge_authorisations(parts), strict=True):
            if not holds:
                text = "the authorisation does not verify"
                items[place] = SubmitRefused(RefusalCode.MALFORMED, text)

    def _is_known(self, tx_id: bytes) -> bool:
        return self._desk.pool.is_pending(tx_id) or self._desk.is_committed(tx_id)

    def _has_room(self, item: PoolItem) -> bool:
        pace = self._desk.witnesses.transactions_per_s()
        return self._desk.pool.has_room(item.lane, item.byte_count, pace)

    def _pool_full(self) -> SubmitRefused:
        """Refuse what may be handed in again later, and say when."""
        retry_after_ms = self._desk.pool.retry_after_ms(self._desk.witnesses.transactions_per_s())
        text = "the pool is full; submit again later"
        return SubmitRefused(RefusalCode.POOL_FULL, text, retry_after_ms=retry_after_ms)

    def _take(self, item: PoolItem) -> Answer:
        tx_id = item.read.transaction_id
        if self._is_known(tx_id):
            return tx_id
        named = by_hash(item.sidecars)
        if not has_exactly_named(item.read, named):
            text = "the sidecars are not exactly those that the operations name"
            return SubmitRefused(RefusalCode.MALFORMED, text)
        if len(named) < len(item.sidecars):  # one came twice
            item = PoolItem(item.read, tuple(named.values()), item.origin)
        if item.byte_count > self._desk.item_bytes_max:
            text = f"{item.byte_count} bytes with sidecars, at most {self._desk.item_bytes_max}"
            return SubmitRefused(RefusalCode.TOO_LARGE, text)
        return self._refusal_of(item) or self._admit(item)

    def _admit(self, item: PoolItem) -> bytes:
        self._desk.pool.add(item)
        return item.read.transaction_id

    def _refusal_of(self, item: PoolItem) -> SubmitRefused | None:
        if not self._has_room(item):
            return self._pool_full()
        if self._desk.pool.pending_count or not self._desk.is_current():
            return None  # what waits, or is not here yet, may make valid what is not valid now
        receipts = self.dry_run(item.read)
        refused = [receipt for receipt in receipts if not receipt.is_in_force]
        if len(refused) < len(receipts) and not item.read.transaction.atomic:
            return None  # operations fail alone: some of them would do something
        if not refused:
            return None
        names = ", ".join(dict.fromkeys(r.code.name for r in refused))
        return SubmitRefused(RefusalCode.REJECTED, f"the rules refuse it: {names}", receipts)

    def dry_run(self, read: ReadTransaction) -> tuple[Receipt, ...]:
        """Execute on the present state and throw the changes away."""
        header = self._desk.applier.header
        context = BlockContext(
            height=header.height + 1,
            time_ms=max(header.timestamp_ms + 1, self._desk.clock.wall_ms()),
            chain_id=header.chain_id,
            protocol_version=PROTOCOL_VERSION,
        )
        party = relying_party_of(read)
        overlay = Overlay(self._desk.state)
        return execute_transaction(read, 0, overlay, context, relying_party=party)


GATE_WORDS = {
    RefusalCode.NO_QUORUM: "too few validators are reachable to commit anything",
    RefusalCode.NOT_SYNCED: "this node is behind the chain and catching up",
    RefusalCode.STOPPING: "this node is stopping",
    RefusalCode.DISK_LOW: "this node has too little free disk space",
    RefusalCode.NOT_A_VALIDATOR: "this node is no validator: submit at one",
}

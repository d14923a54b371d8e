"""Reads of the chain as this node holds it: blocks, receipts, state, events, lists, proofs.

Rules: everything is read from the stores, nothing from tasks in flight; lists are pages with
cursors; a proof is made only for a sealed height.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import trio

from consensus.codec import decode_batch, decode_seal
from ledgerd.chain.block import Block, Header, decode_block, decode_header, header_hash
from ledgerd.chain.bundle import decode_bundle
from ledgerd.chain.light import ProofFile, StateStatement, TransactionStatement
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.chain.trust import SealedHeader
from ledgerd.errors import StorageCorrupted
from ledgerd.ledger.overlay import StateReader
from ledgerd.node.executor import decode_receipts
from ledgerd.node.stored_events import read_event
from ledgerd.node.views import BlockInfo, ChainEvent, Cursor, Head, OutcomeState, TxOutcome
from ledgerd.primitives import merkle
from ledgerd.primitives.state_tree import NodeCache, StateTree
from ledgerd.storage.block_store import BlockStore, EventCursor, Place
from ledgerd.storage.indexes import Indexes, Listing, Page, place_height
from ledgerd.storage.kv import Span
from ledgerd.storage.state_store import StateStore

PROOF_CACHE_COUNT = 4_096  # tree nodes kept for proofs, apart from those of the executor


@dataclass(frozen=True, slots=True)
class ReadStores:
    """Where reads come from.

    Attributes:
        members: institution ids in replica order.
    """

    blocks: BlockStore
    state: StateStore
    indexes: Indexes
    members: tuple[str, ...]


class Reads:
    """All reads."""

    def __init__(self, stores: ReadStores) -> None:
        self._stores = stores
        self._proof_nodes = NodeCache(PROOF_CACHE_COUNT)

    def head(self) -> Head:
        """Give the last applied block."""
        tip = self._stores.blocks.tip
        assert tip is not None
        header = self._header(tip.height)
        return Head(
            height=tip.height,
            header_hash=tip.header_hash,
            state_root=tip.state_root,
            time_ms=header.timestamp_ms,
            sealed_height=self._stores.blocks.sealed_height or 0,
        )

    def state(self) -> StateReader:
        """Give the state at the head: ``get(key)``."""
        return self._stores.state

    def scan_state(self, span: Span, limit: int) -> Sequence[tuple[bytes, bytes]]:
        """Read the present values of the state keys in ``span``, ascending."""
        return self._stores.state.scan(span, limit=limit)

    def block(self, height: int) -> BlockInfo | None:
        """Give a block's header, ids and seal."""
        stored = self._stores.blocks.block(height)
        if stored is None:
            return None
        block = decode_block(stored)
        reads = _transactions_of(block)
        seal = self._stores.blocks.seal(height)
        return BlockInfo(
            header=block.header,
            header_hash=header_hash(block.header),
            proposer=self._proposer(block),
            tx_ids=tuple(read.transaction_id for read in reads),
            operation_count=sum(len(read.transaction.operations) for read in reads),
            seal=None if seal is None else decode_seal(seal),
        )

    def block_bytes(self, height: int) -> tuple[bytes, bytes | None] | None:
        """Give the stored bytes of a block that is sealed, by itself or by a later one.

        A block that came by catch-up may have no seal of its own: the seal of a later one
        vouches for it.
        """
        if height > (self._stores.blocks.sealed_height or 0):
            return None
        block = self._stores.blocks.block(height)
        return None if block is None else (block, self._stores.blocks.seal(height))

    def transaction(self, tx_id: bytes) -> ReadTransaction | None:
        """Give a committed transaction."""
        place = self._stores.blocks.place_of(tx_id)
        return None if place is None else self._transactions(place.height)[place.transaction_index]

    def outcome(self, tx_id: bytes) -> TxOutcome | None:
        """Give the receipts of a committed transaction."""
        place = self._stores.blocks.place_of(tx_id)
        if place is None:
            return None
        is_sealed = place.height <= (self._stores.blocks.sealed_height or 0)
        return TxOutcome(
            tx_id=tx_id,
            state=OutcomeState.SEALED if is_sealed else OutcomeState.COMMITTED,
            height=place.height,
            tx_index=place.transaction_index,
            time_ms=self._header(place.height).timestamp_ms,
            receipts=decode_receipts(self._receipt(place)),
        )

    def events_after(self, cursor: Cursor, limit: int) -> tuple[ChainEvent, ...]:
        """Give events behind a cursor, in the chain's order; ``Cursor(0, 0, 0)`` for all."""
        place = EventCursor(cursor.height, cursor.tx, cursor.op)
        rows = self._stores.blocks.events_after(place, limit=limit)
        return tuple(read_event(where, row) for where, row in rows)

    def page(self, listing: Listing) -> Page:
        """Give one page of a list (``storage.indexes.Index``).

        A block that is being written shows nothing before the head has moved to it: its rows would
        name objects and events that no other read finds yet.
        """
        page = self._stores.indexes.page(listing)
        height = self.head().height
        return Page(tuple(row for row in page.rows if place_height(row[0]) <= height), page.cursor)

    def prove_state(self, key: bytes) -> ProofFile | None:
        """Prove a key's value, or its absence, at the last sealed height."""
        sealed = self._sealed_header(self._stores.blocks.sealed_height or 0)
        if sealed is None:
            return None
        header = sealed.header
        tree = StateTree(self._stores.state, header.state_root, header.height, self._proof_nodes)
        return ProofFile(sealed=sealed, statement=StateStatement(key=key, proof=tree.prove(key)))

    async def prove_receipt(self, tx_id: bytes) -> ProofFile | None:
        """Prove a transaction and its receipts; None while its block has no seal here.

        To read a full block takes long: others have a turn after each of its bundles.
        """
        place = self._stores.blocks.place_of(tx_id)
        sealed = None if place is None else self._sealed_header(place.height)
        if place is None or sealed is None:
            return None
        index = place.transaction_index
        transactions: list[bytes] = []
        for bundle in self._block(place.height).bundles:
            transactions += [read.encoded for read in decode_bundle(bundle).transactions]
            await trio.lowlevel.checkpoint()
        receipts = self._stores.blocks.receipts(place.height)
        statement = TransactionStatement(
            transaction=transactions[index],
            transaction_way=merkle.prove(transactions, index),
            receipts=receipts[index],
            receipts_way=merkle.prove(receipts, index),
        )
        return ProofFile(sealed=sealed, statement=statement)

    def _header(self, height: int) -> Header:
        stored = self._stores.blocks.header(height)
        if stored is None:
            raise StorageCorrupted(f"the header of block {height} is missing")
        return decode_header(stored)

    def _sealed_header(self, height: int) -> SealedHeader | None:
        seal = self._stores.blocks.seal(height)
        return None if seal is None else SealedHeader(header=self._header(height), seal=seal)

    def _receipt(self, place: Place) -> bytes:
        stored = self._stores.blocks.receipt(place)
        if stored is None:
            raise StorageCorrupted(f"block {place.height}: receipts are missing")
        return stored

    def _transactions(self, height: int) -> tuple[ReadTransaction, ...]:
        return _transactions_of(self._block(height))

    def _block(self, height: int) -> Block:
        stored = self._stores.blocks.block(height)
        if stored is None:
            raise StorageCorrupted(f"block {height} is missing")
        return decode_block(stored)

    def _proposer(self, block: Block) -> str:
        if block.header.height == 0:
            return ""
        return self._stores.members[decode_batch(block.batch).proposer]


def _transactions_of(block: Block) -> tuple[ReadTransaction, ...]:
    return tuple(read for bundle in block.bundles for read in decode_bundle(bundle).transactions)

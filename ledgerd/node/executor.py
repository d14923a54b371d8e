"""Execution of one block: transactions in order on an overlay, then roots and header.

Rules: the same blocks give the same state everywhere, live, by catch-up or restore, because all of
them come through here. The result is one ``BlockWrite``; nothing is written here. A transaction
takes effect at its first place in the chain only: at a later one (a validator may put it into a
second bundle) it gets receipts that name the first, so a refused one cannot come true later.

The loop is given back every few milliseconds. Source: architecture.md sections 2 and 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from consensus import Batch
from consensus.codec import encode_batch
from ledgerd.chain.block import (
    PROTOCOL_VERSION,
    RECEIPT_BYTES_MAX,
    Block,
    Header,
    TransactionReceipts,
    header_hash,
    next_timestamp_ms,
    receipt_root,
    transaction_root,
)
from ledgerd.chain.transaction import OPERATION_COUNT_MAX, ReadTransaction, relying_party_of
from ledgerd.errors import StorageCorrupted
from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.receipts import Position, Receipt, decode_receipt, encode_receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node.index_rows import index_rows_of
from ledgerd.node.slices import Slice
from ledgerd.node.stored_events import event_rows_of
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.state_tree import StateTree, TreeUpdate
from ledgerd.storage.block_store import BlockStore, BlockWrite, Place, SealRow
from ledgerd.storage.state_store import StateStore, StateWrite

RECEIPTS_BYTES_MAX = OPERATION_COUNT_MAX * RECEIPT_BYTES_MAX + 4_096


@dataclass(frozen=True, slots=True)
class BlockContents:
    """What a batch stands for, at hand and checked.

    Attributes:
        bundles: canonical bytes, in the order of the batch.
        transactions: of all bundles, in order, decoded once.
    """

    batch: Batch
    bundles: tuple[bytes, ...] = field(repr=False)
    transactions: tuple[ReadTransaction, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExecutedBlock:
    """What came out, not yet written."""

    header: Header
    header_hash: bytes
    contents: BlockContents = field(repr=False)
    receipts: tuple[tuple[Receipt, ...], ...] = field(repr=False)
    write: BlockWrite = field(repr=False)
    update: TreeUpdate = field(repr=False)


class Executor:
    """Executes blocks on the state as it stands in the stores."""

    def __init__(self, blocks: BlockStore, state: StateStore) -> None:
        tip = blocks.tip
        assert tip is not None
        self._blocks = blocks
        self._state = state
        self._tree = StateTree(state, tip.state_root, tip.height)

    @property
    def cached_node_count(self) -> int:
        """Say how many nodes of the state tree are kept in memory, for metrics."""
        return self._tree.cached_node_count

    async def execute(
        self, parent: Header, contents: BlockContents, seals: Sequence[SealRow] = ()
    ) -> ExecutedBlock:
        """Execute one block on its parent's state.

        ``seals`` are stored in the same batch; of this height when the block came sealed.
        """
        batch = contents.batch
        assert batch.sequence == parent.height + 1
        overlay = Overlay(self._state)
        timestamp_ms = next_timestamp_ms(parent, batch.timestamp_ms)
        context = BlockContext(
            height=batch.sequence,
            time_ms=timestamp_ms,
            chain_id=parent.chain_id,
            protocol_version=PROTOCOL_VERSION,
        )
        turn = Slice()
        receipts = await self._run(contents.transactions, overlay, context, turn)
        changes = overlay.changes()
        await turn.rest()
        assert self._tree.root == parent.state_root
        update = self._tree.update(changes, batch.sequence)
        await turn.rest()
        leaves = tuple(map(_receipts_leaf, contents.transactions, receipts))
        header = Header(
            protocol_version=PROTOCOL_VERSION,
            chain_id=parent.chain_id,
            height=batch.sequence,
            epoch=batch.epoch,
            previous_hash=header_hash(parent),
            batch_digest=batch.digest,
            timestamp_ms=timestamp_ms,
            transaction_root=transaction_root([r.encoded for r in contents.transactions]),
            receipt_root=receipt_root(leaves),
            state_root=update.root,
            membership_hash=parent.next_membership_hash,
            next_membership_hash=parent.next_membership_hash,
        )
        await turn.rest()
        state = StateWrite(update.root, update.new_nodes, tuple(update.superseded), changes)
        named = header_hash(header)
        write = BlockWrite(
            height=batch.sequence,
            header_hash=named,
            header=encode(header),
            block=encode(Block(header=header, batch=encode_batch(batch), bundles=contents.bundles)),
            state=state,
            transaction_ids=tuple(r.transaction_id for r in contents.transactions),
            receipts=leaves,
            bundle_digests=batch.bundle_digests,
            events=event_rows_of(header, contents.transactions, receipts),
            index_rows=index_rows_of(header, contents.transactions, receipts),
            seals=tuple(seals),
        )
        return ExecutedBlock(header, named, contents, receipts, write, update)

    def on_written(self, executed: ExecutedBlock) -> None:
        """Go on from a block, once it is durable."""
        self._tree = self._tree.after(executed.update)

    def forget_states(self, up_to_height: int) -> int:
        """Delete what only states before this height need; in the thread that writes.

        Returns:
            How many nodes were deleted.
        """
        return self._state.prune(up_to_height) if up_to_height > 0 else 0

    async def _run(
        self,
        transactions: Sequence[ReadTransaction],
        overlay: Overlay,
        context: BlockContext,
        turn: Slice,
    ) -> tuple[tuple[Receipt, ...], ...]:
        results: list[tuple[Receipt, ...]] = []
        indexes: dict[bytes, int] = {}
        for index, read in enumerate(transactions):
            earlier = indexes.setdefault(read.transaction_id, index)
            if earlier != index:
                outcome = _repeated(results[earlier], Place(context.height, earlier))
            elif (place := self._blocks.place_of(read.transaction_id)) is not None:
                outcome = _repeated(self._receipts_at(place), place)
            else:
                party = relying_party_of(read)
                outcome = execute_transaction(read, index, overlay, context, relying_party=party)
            results.append(outcome)
            await turn.rest()
        return tuple(results)

    def _receipts_at(self, place: Place) -> tuple[Receipt, ...]:
        stored = self._blocks.receipt(place)
        if stored is None:
            raise StorageCorrupted(f"block {place.height}: receipts of a transaction are missing")
        return decode_receipts(stored)


def decode_receipts(stored: bytes) -> tuple[Receipt, ...]:
    """Read the stored receipts of one transaction."""
    leaf = decode(stored, TransactionReceipts, bytes_max=RECEIPTS_BYTES_MAX)
    return tuple(decode_receipt(receipt) for receipt in leaf.receipts)


def _repeated(first: Sequence[Receipt], place: Place) -> tuple[Receipt, ...]:
    """Give what a transaction gets at a later place: what stands is named, what failed stays."""
    return tuple(
        Receipt(
            operation=receipt.operation,
            code=RejectCode.REPEATED,
            object_key=receipt.object_key,
            first=receipt.first
            or Position(
                height=place.height,
                transaction=place.transaction_index,
                operation=receipt.operation,
            ),
            events=(),
        )
        if receipt.is_in_force
        else receipt
        for receipt in first
    )


def _receipts_leaf(read: ReadTransaction, receipts: Sequence[Receipt]) -> bytes:
    encoded = tuple(map(encode_receipt, receipts))
    return encode(TransactionReceipts(transaction_id=read.transaction_id, receipts=encoded))

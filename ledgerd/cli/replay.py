"""A chain checked from its first block to its last by doing everything again.

Rules: nothing is believed but the genesis file: every link, signature and seal is checked and every
operation executed anew; the roots that come out must be the sealed ones. Pure: blocks come in one
by one, from a node or from a home. The state lies in memory: about a kilobyte an object.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledgerd.chain.block import (
    PROTOCOL_VERSION,
    Header,
    TransactionReceipts,
    decode_block,
)
from ledgerd.chain.block_check import (
    read_block,
    verify_block_signatures,
    verify_receipts,
    verify_successor,
)
from ledgerd.chain.genesis import Genesis, genesis_header
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.chain.trust import SealedHeader, first_epoch, verify_sealed_header
from ledgerd.errors import VerificationFailed
from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.receipts import Position, Receipt, encode_receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.state_tree import StateTree


@dataclass(slots=True)
class MemoryState:
    """Values by state key, and the tree's nodes by id."""

    values: dict[bytes, bytes] = field(default_factory=dict)
    nodes: dict[bytes, bytes] = field(default_factory=dict)

    def get(self, key: bytes) -> bytes | None:
        return self.values.get(key)

    def get_node(self, node_id: bytes, /) -> bytes | None:
        return self.nodes.get(node_id)


@dataclass(frozen=True, slots=True)
class First:
    """Where a transaction took effect, and what came of it."""

    height: int
    index: int
    receipts: tuple[Receipt, ...]


class Replay:
    """The state after the blocks that were given so far.

    Attributes:
        header: of the last block.
        transaction_count: executed so far.
        sealed_height: up to it a quorum vouches for everything.
    """

    def __init__(self, genesis: Genesis) -> None:
        self._epoch = first_epoch(genesis)
        self._state = MemoryState(genesis_state(genesis))
        self._tree = StateTree(self._state)
        self._advance_tree(dict(self._state.values), 0)
        self._firsts: dict[bytes, First] = {}
        self.header: Header = genesis_header(genesis, self._tree.root)
        self.transaction_count = 0
        self.sealed_height = 0

    def apply(self, block: bytes, seal: bytes | None) -> None:
        """Check one more block, with its seal if it has one of its own, and execute it.

        A block without one is vouched for by a sealed later one, whose header names it.

        Raises:
            VerificationFailed: anything in it does not hold.
            DecodeError: it is not canonical.
        """
        read = read_block(decode_block(block))
        header = read.header
        if seal is not None:
            verify_sealed_header(SealedHeader(header=header, seal=seal), self._epoch)
        verify_successor(self.header, header, read.batch.timestamp_ms)
        verify_block_signatures(read, self._epoch)
        leaves, changes = self._execute(header, read.transactions)
        verify_receipts(header, leaves)
        self._state.values.update(changes)
        self._advance_tree(changes, header.height)
        if self._tree.root != header.state_root:
            raise VerificationFailed(f"block {header.height}: execution gives another state root")
        self.header = header
        self.transaction_count += len(read.transactions)
        if seal is not None:
            self.sealed_height = header.height

    def _execute(
        self, header: Header, transactions: Sequence[ReadTransaction]
    ) -> tuple[list[bytes], dict[bytes, bytes]]:
        overlay = Overlay(self._state)
        context = BlockContext(
            height=header.height,
            time_ms=header.timestamp_ms,
            chain_id=header.chain_id,
            protocol_version=PROTOCOL_VERSION,
        )
        leaves: list[bytes] = []
        for index, read in enumerate(transactions):
            first = self._firsts.get(read.transaction_id)
            if first is None:
                receipts = execute_transaction(read.transaction, index, overlay, context)
                self._firsts[read.transaction_id] = First(header.height, index, receipts)
            else:
                receipts = tuple(_again(receipt, first) for receipt in first.receipts)
            encoded = tuple(encode_receipt(receipt) for receipt in receipts)
            named = TransactionReceipts(transaction_id=read.transaction_id, receipts=encoded)
            leaves.append(encode(named))
        return leaves, overlay.changes()

    def _advance_tree(self, changes: dict[bytes, bytes], version: int) -> None:
        update = self._tree.update(changes, version)
        self._state.nodes.update(update.new_nodes)
        for superseded in update.superseded:
            self._state.nodes.pop(superseded, None)
        self._tree = self._tree.after(update)


def _again(receipt: Receipt, first: First) -> Receipt:
    """What an operation gets when its transaction stands in the chain once more."""
    if not receipt.is_in_force:
        return receipt
    place = Position(height=first.height, transaction=first.index, operation=receipt.operation)
    return Receipt(
        operation=receipt.operation,
        code=RejectCode.REPEATED,
        object_key=receipt.object_key,
        first=receipt.first or place,
        events=(),
    )

"""Executing blocks in memory, as every node does on disk.

Rules: the same blocks give the same state; a transaction takes effect at its first place in the
chain only. About a kilobyte of memory an object.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledgerd.chain.block import PROTOCOL_VERSION, Header, TransactionReceipts
from ledgerd.chain.genesis import Genesis
from ledgerd.chain.transaction import ReadTransaction, relying_party_of
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


class Execution:
    """The state after the blocks that were executed so far."""

    def __init__(self, genesis: Genesis) -> None:
        self._state = MemoryState(genesis_state(genesis))
        self._tree = StateTree(self._state)
        self._advance(dict(self._state.values), 0)
        self._firsts: dict[bytes, First] = {}

    @property
    def state_root(self) -> bytes:
        return self._tree.root

    def execute(self, header: Header, transactions: Sequence[ReadTransaction]) -> list[bytes]:
        """Execute the transactions of a block; give the leaves of its receipt tree."""
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
                party = relying_party_of(read)
                receipts = execute_transaction(read, index, overlay, context, relying_party=party)
                self._firsts[read.transaction_id] = First(header.height, index, receipts)
            else:
                receipts = tuple(_again(receipt, first) for receipt in first.receipts)
            encoded = tuple(encode_receipt(receipt) for receipt in receipts)
            named = TransactionReceipts(transaction_id=read.transaction_id, receipts=encoded)
            leaves.append(encode(named))
        changes = overlay.changes()
        self._state.values.update(changes)
        self._advance(changes, header.height)
        return leaves

    def _advance(self, changes: dict[bytes, bytes], version: int) -> None:
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

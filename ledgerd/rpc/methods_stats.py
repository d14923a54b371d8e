"""The sums over all of the present state.

Rules: bounded memory; others get their turn between two pages, so the sums are of the heights that
passed meanwhile unless nothing was written: the height that is answered is that of the beginning.
"""

from dataclasses import dataclass, field

import trio

from ledgerd.ledger import objects as o
from ledgerd.ledger.fields import BillType
from ledgerd.ledger.queries import VALUE_BYTES_MAX
from ledgerd.ledger.state_keys import BILL_PREFIX, CLAIM_PREFIX
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import answers as a
from ledgerd.rpc.catalogue import CHAIN_STATS
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.state_pages import SCAN_ROWS, is_bill_key, read_at
from ledgerd.storage.kv import Span, prefix_span


def bind_stats(registry: Registry, node: Node) -> None:
    """Enter the method of this file."""
    registry.bind(CHAIN_STATS, StatsMethods(node).stats)


class StatsMethods:
    """The handler."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def stats(self, _params: NoParams, _caller: Caller) -> a.StatsAnswer:
        height, root = read_at(self._node)
        sums = Sums()
        for prefix in (BILL_PREFIX, CLAIM_PREFIX):
            span = prefix_span(prefix)
            while rows := self._node.reads.scan_state(span, SCAN_ROWS):
                for key, value in rows:
                    sums.add(key, value)
                span = Span(rows[-1][0] + b"\x00", span.stop)
                await trio.lowlevel.checkpoint()  # others get their turn between two pages
        return sums.answer(height, root)


@dataclass(slots=True)
class Sums:
    """Counts and amounts of blue bills that stand, and of claims."""

    _sums: dict[str, int] = field(default_factory=dict)

    def add(self, key: bytes, value: bytes) -> None:
        """Take one row of the state into account."""
        if is_bill_key(key):
            bill = decode(value, o.Bill, bytes_max=VALUE_BYTES_MAX)
            if bill.bill_type == BillType.BLUE and not bill.is_taken_back:
                self._add("bills", 1)
                self._add("charged_fen", bill.total_fen)
                self._add("settled_fen", bill.public_fen)
        elif key.startswith(CLAIM_PREFIX):
            claim = decode(value, o.Claim, bytes_max=VALUE_BYTES_MAX)
            self._add("claimed_fen", sum(item.amount_fen for item in claim.bills))
            if claim.state == o.ClaimState.PAID:
                self._add("paid_fen", claim.reserved_fen)
            self._add("refused", int(claim.state == o.ClaimState.REFUSED))

    def answer(self, height: int, root: str) -> a.StatsAnswer:
        """The sums so far."""
        return a.StatsAnswer(
            height=height,
            state_root=root,
            bills=self._sums.get("bills", 0),
            charged_fen=self._sums.get("charged_fen", 0),
            settled_fen=self._sums.get("settled_fen", 0),
            claimed_fen=self._sums.get("claimed_fen", 0),
            paid_fen=self._sums.get("paid_fen", 0),
            refused=self._sums.get("refused", 0),
        )

    def _add(self, name: str, amount: int) -> None:
        self._sums[name] = self._sums.get(name, 0) + amount

"""Methods that read single objects of the state and the sums over all of it.

Rules: every answer says the height and root it was read at. What is not there is ``not_found``,
never an empty object.
"""

from dataclasses import dataclass, field

import trio

from ledgerd.ledger import objects as o
from ledgerd.ledger import queries as state
from ledgerd.ledger.fields import BillRef, BillType
from ledgerd.ledger.state_keys import BILL_PREFIX, CLAIM_PREFIX
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import answers as a
from ledgerd.rpc import catalogue as c
from ledgerd.rpc import queries as q
from ledgerd.rpc import views_of_state as v
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.state_pages import SCAN_ROWS, is_bill_key, read_at
from ledgerd.storage.kv import Span, prefix_span


def bind_state(registry: Registry, node: Node) -> None:
    """Enter the methods of this file."""
    methods = StateMethods(node)
    registry.bind(c.BILL_GET, methods.bill)
    registry.bind(c.CLAIM_GET, methods.claim)
    registry.bind(c.SETTLE_GET, methods.settlement)
    registry.bind(c.PATIENT_GET, methods.account)
    registry.bind(c.MEMBER_GET, methods.member)
    registry.bind(c.CHAIN_STATS, methods.stats)


class StateMethods:
    """The handlers."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def bill(self, params: q.BillGet, _caller: Caller) -> a.BillFound:
        height, root = read_at(self._node)
        ref = BillRef(code=params.code, number=params.number)
        found = state.bill_of(self._node.reads.state(), ref)
        if found is None:
            raise _absent("bill")
        return a.BillFound(height=height, state_root=root, bill=v.bill_view(ref, found))

    async def claim(self, params: q.IdRef, _caller: Caller) -> a.ClaimFound:
        height, root = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = state.claim_of(self._node.reads.state(), key)
        if found is None:
            raise _absent("claim")
        return a.ClaimFound(height=height, state_root=root, claim=v.claim_view(key, found))

    async def settlement(self, params: q.IdRef, _caller: Caller) -> a.SettlementView:
        at = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = state.settlement_of(self._node.reads.state(), key)
        if found is None:
            raise _absent("settlement")
        return v.settlement_view(key, found, at)

    async def account(self, params: q.AccountRef, _caller: Caller) -> a.AccountView:
        at = read_at(self._node)
        account_id = bytes.fromhex(params.account)
        found = state.account_of(self._node.reads.state(), account_id)
        if found is None:
            raise _absent("account")
        return v.account_view(account_id, found, at)

    async def member(self, params: q.MemberGet, _caller: Caller) -> a.MemberFound:
        height, root = read_at(self._node)
        found = state.institution_of(self._node.reads.state(), params.institution)
        if found is None:
            raise _absent("institution")
        return a.MemberFound(height=height, state_root=root, member=v.member_view(found))

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
            bill = decode(value, o.Bill, bytes_max=state.VALUE_BYTES_MAX)
            if bill.bill_type == BillType.BLUE and bill.reversed is None:
                self._add("bills", 1)
                self._add("charged_fen", bill.total_fen)
                self._add("settled_fen", bill.public_fen)
        elif key.startswith(CLAIM_PREFIX):
            claim = decode(value, o.Claim, bytes_max=state.VALUE_BYTES_MAX)
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


def _absent(what: str) -> RpcFailure:
    return RpcFailure(RpcCode.NOT_FOUND, f"no such {what}")

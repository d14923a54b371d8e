"""Methods that read single objects of the state.

Rules: every answer says the height and root it was read at. What is not there is ``not_found``,
never an empty object.
"""

from ledgerd.ledger import queries as state
from ledgerd.ledger.fields import BillRef
from ledgerd.node.node import Node
from ledgerd.rpc import answers as a, catalogue as c, queries as q, views_of_state as v
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.state_pages import read_at


def bind_state(registry: Registry, node: Node) -> None:
    """Enter the methods of this file."""
    methods = StateMethods(node)
    registry.bind(c.BILL_GET, methods.bill)
    registry.bind(c.BILL_SIDECAR, methods.sidecar)
    registry.bind(c.CLAIM_GET, methods.claim)
    registry.bind(c.SETTLE_GET, methods.settlement)
    registry.bind(c.PATIENT_GET, methods.account)
    registry.bind(c.MEMBER_GET, methods.member)


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

    async def sidecar(self, params: q.BillGet, _caller: Caller) -> a.SealedBytes:
        height, root = read_at(self._node)
        ref = BillRef(code=params.code, number=params.number)
        found = state.bill_of(self._node.reads.state(), ref)
        if found is None:
            raise _absent("bill")
        data = await self._node.sidecar(found.sealed.sidecar.sidecar_hash)
        if data is None:
            raise RpcFailure(RpcCode.PRUNED, "no node within reach keeps the sealed bytes")
        return a.SealedBytes(height=height, state_root=root, sidecar=data.hex())

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
        at = self._node.reads.head()
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


def _absent(what: str) -> RpcFailure:
    return RpcFailure(RpcCode.NOT_FOUND, f"no such {what}")

"""Methods on the further axes of a bill, on consent, and of the check.

Rules: as in ``methods_offices`` and ``methods_lists``. A shared file is made of what the office
opened and of the node's proof.
"""

from collections.abc import Sequence
from typing import Final

from ledgerd.ledger import objects as o, queries as state, state_keys as k
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.shared_bill import SHARED_BYTES_MAX, SharedFields, encode_share
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import (
    accesses,
    answers_bill as ab,
    catalogue_bill as c,
    methods_lists,
    queries as q,
    requests_bill as rb,
)
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_events import EventMethods
from ledgerd.rpc.methods_offices import FrontDesk, refuse
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.ports_bill import BillAxesOffice, ConsentOffice
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.storage.kv import prefix_span

ROWS_MAX: Final = 1_000  # grants, and deliveries, of one bill
DOCUMENTS_MAX: Final = 64  # of one bill's owner: eight devices, each served a few times


def bind_bill(registry: Registry, node: Node, offices: Offices) -> None:
    """Enter the methods of this file."""
    desk = FrontDesk(registry, node)
    _bind_axes(desk, offices.axes)
    _bind_consent(desk, offices.consent)
    methods = BillMethods(node, offices.consent)
    registry.bind(c.BILL_SHARE, methods.share)
    registry.bind(c.BILL_KEYS, methods.keys)
    registry.bind(c.ACCESS_LIST, methods.access)


def _bind_axes(desk: FrontDesk, office: BillAxesOffice | None) -> None:
    desk.enter(c.BILL_BIND, office.bind if office else refuse)
    desk.enter(c.BILL_VOID, office.void if office else refuse)
    desk.enter(c.BILL_EXCHANGE_PAPER, office.exchange_paper if office else refuse)
    desk.enter(c.BILL_RECALL_PAPER, office.recall_paper if office else refuse)
    desk.enter(c.BILL_REFUND, office.refund if office else refuse)
    desk.enter(c.ENTRY_ENTER, office.enter if office else refuse)
    desk.enter(c.ENTRY_REVOKE, office.revoke_entry if office else refuse)


def _bind_consent(desk: FrontDesk, office: ConsentOffice | None) -> None:
    desk.enter(c.GRANT_REVOKE, office.revoke_grant if office else refuse)
    desk.enter(c.BILL_REPORT, office.report if office else refuse)
    desk.enter(c.BILL_CHECK, office.check if office else refuse)


class BillMethods:
    """The handlers that need the node beside, or instead of, an office."""

    def __init__(self, node: Node, office: ConsentOffice | None) -> None:
        self._node = node
        self._office = office

    async def share(self, params: rb.BillShare, caller: Caller) -> ab.SharedFile:
        if self._office is None:
            await refuse(params)
        opened = await self._office.share(params)
        fields = decode(bytes.fromhex(opened.fields), SharedFields, bytes_max=SHARED_BYTES_MAX)
        subject = f"{params.code}-{params.number}"
        ask = q.ProofGet(kind="bill", subject=subject)
        proof = await EventMethods(self._node).proof(ask, caller)
        return ab.SharedFile(
            bill=subject,
            height=proof.height,
            time_ms=proof.time_ms,
            file=encode_share(bytes.fromhex(proof.proof), fields.fields).hex(),
        )

    async def keys(self, params: q.BillGet, _caller: Caller) -> ab.DeviceKeys:
        head = self._node.reads.head()
        ref = self._bill(params.code, params.number)[0]
        hashes = (
            delivery.document.sidecar_hash
            for delivery in self._deliveries(ref)
            if delivery.reader is None
        )
        found = [await self._node.sidecar(name) for name in list(hashes)[:DOCUMENTS_MAX]]
        return ab.DeviceKeys(
            height=head.height,
            state_root=head.state_root.hex(),
            documents=tuple(document.hex() for document in found if document is not None),
        )

    async def access(self, params: rb.AccessList, _caller: Caller) -> ab.AccessAnswer:
        head = self._node.reads.head()
        ref, bill = self._bill(params.code, params.number)
        views = accesses.access_views(bill, self._grants(ref), self._deliveries(ref), head.time_ms)
        return ab.AccessAnswer(
            height=head.height,
            state_root=head.state_root.hex(),
            bill=f"{ref.code}-{ref.number}",
            access=views,
        )

    def _bill(self, code: str, number: str) -> tuple[BillRef, o.Bill]:
        ref = BillRef(code=code, number=number)
        found = state.bill_of(self._node.reads.state(), ref)
        if found is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no such bill")
        return ref, found

    def _grants(self, ref: BillRef) -> dict[bytes, o.Grant]:
        rows = self._rows(ref, methods_lists.GRANT)
        size = state.VALUE_BYTES_MAX
        return {key[-k.REF_BYTES :]: decode(row, o.Grant, bytes_max=size) for key, row in rows}

    def _deliveries(self, ref: BillRef) -> tuple[o.DeliveredKey, ...]:
        size = state.VALUE_BYTES_MAX
        rows = self._rows(ref, methods_lists.DELIVERY)
        return tuple(decode(row, o.DeliveredKey, bytes_max=size) for _, row in rows)

    def _rows(self, ref: BillRef, kind: bytes) -> Sequence[tuple[bytes, bytes]]:
        span = prefix_span(k.bill_prefix(ref.code, ref.number) + kind)
        return self._node.reads.scan_state(span, ROWS_MAX)

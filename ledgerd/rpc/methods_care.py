"""Methods of visits, prescriptions, erasure and audit anchors.

Rules: as in ``methods_offices`` and ``methods_lists``.
"""

from collections.abc import Callable
from typing import TypeVar

from ledgerd.ledger import care_objects as o, care_queries as q, state_keys as k
from ledgerd.ledger.queries import VALUE_BYTES_MAX
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import answers_care as ac, catalogue_care as c, views_of_care as v
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_offices import FrontDesk, refuse
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.requests_care import OfInstitution
from ledgerd.rpc.state_pages import read_at, state_page

V = TypeVar("V")
T = TypeVar("T")


def bind_care(registry: Registry, node: Node, offices: Offices) -> None:
    """Enter the methods of this file."""
    desk = FrontDesk(registry, node)
    care, erasure = offices.care, offices.erasure
    desk.enter(c.VISIT_BOOK, care.book if care else refuse)
    desk.enter(c.VISIT_REGISTER, care.register if care else refuse)
    desk.enter(c.VISIT_CANCEL, care.cancel if care else refuse)
    desk.enter(c.VISIT_COMPLETE, care.complete if care else refuse)
    desk.enter(c.PRESCRIPTION_ISSUE, care.prescribe if care else refuse)
    desk.enter(c.PRESCRIPTION_DISPENSE, care.dispense if care else refuse)
    desk.enter(c.PATIENT_ERASE, erasure.request if erasure else refuse)
    desk.enter(c.ERASURE_APPROVE, erasure.approve if erasure else refuse)
    reads = CareReads(node)
    registry.bind(c.VISIT_GET, reads.visit)
    registry.bind(c.VISIT_LIST, reads.visits)
    registry.bind(c.PRESCRIPTION_GET, reads.prescription)
    registry.bind(c.PRESCRIPTION_LIST, reads.prescriptions)
    registry.bind(c.ERASURE_GET, reads.erasure)
    registry.bind(c.ERASURE_LIST, reads.erasures)
    registry.bind(c.AUDIT_ANCHORS, reads.anchors)


class CareReads:
    """The handlers of the methods that read."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def visit(self, params: IdRef, _caller: Caller) -> ac.VisitFound:
        height, root = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = _found(q.visit_of(self._node.reads.state(), key))
        return ac.VisitFound(height=height, state_root=root, visit=v.visit_view(key, found))

    async def visits(self, params: OfInstitution, _caller: Caller) -> ac.Visits:
        height, root = read_at(self._node)
        rows, following = await self._page(k.VISIT_PREFIX, params, _each(o.Visit, v.visit_view))
        return ac.Visits(height=height, state_root=root, visits=rows, next=following)

    async def prescription(self, params: IdRef, _caller: Caller) -> ac.PrescriptionFound:
        height, root = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = _found(q.prescription_of(self._node.reads.state(), key))
        view = v.prescription_view(key, found)
        return ac.PrescriptionFound(height=height, state_root=root, prescription=view)

    async def prescriptions(self, params: OfInstitution, _caller: Caller) -> ac.Prescriptions:
        height, root = read_at(self._node)
        view = _each(o.Prescription, v.prescription_view)
        rows, following = await self._page(k.PRESCRIPTION_PREFIX, params, view)
        return ac.Prescriptions(height=height, state_root=root, prescriptions=rows, next=following)

    async def erasure(self, params: IdRef, _caller: Caller) -> ac.ErasureFound:
        height, root = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = _found(q.erasure_of(self._node.reads.state(), key))
        return ac.ErasureFound(height=height, state_root=root, erasure=v.erasure_view(key, found))

    async def erasures(self, params: OfInstitution, _caller: Caller) -> ac.Erasures:
        height, root = read_at(self._node)
        rows, following = await self._page(
            k.ERASURE_PREFIX, params, _each(o.Erasure, v.erasure_view)
        )
        return ac.Erasures(height=height, state_root=root, erasures=rows, next=following)

    async def anchors(self, params: OfInstitution, _caller: Caller) -> ac.Anchors:
        height, root = read_at(self._node)
        rows, following = await self._page(
            k.ANCHOR_PREFIX, params, _each(o.AuditAnchor, v.anchor_view)
        )
        return ac.Anchors(height=height, state_root=root, anchors=rows, next=following)

    async def _page(
        self, prefix: bytes, params: OfInstitution, view: Callable[[bytes, bytes], V | None]
    ) -> tuple[tuple[V, ...], str | None]:
        scope = prefix + (params.institution or "").encode()
        return await state_page(self._node, scope, params, view)


def _each(type_: type[T], view: Callable[[bytes, T], V]) -> Callable[[bytes, bytes], V]:
    return lambda key, value: view(key, decode(value, type_, bytes_max=VALUE_BYTES_MAX))


def _found(found: T | None) -> T:
    if found is None:
        raise RpcFailure(RpcCode.NOT_FOUND, "no such object", field="id")
    return found

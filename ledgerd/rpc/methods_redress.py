"""Methods of redress, cases and assistance: acts go to the offices, reads to the state.

Rules: as in ``methods_offices`` and ``methods_lists``.
"""

from collections.abc import Callable
from typing import TypeVar

from ledgerd.ledger import case_objects as co, case_queries, objects as o, queries, state_keys as k
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import answers as a, answers_redress as ar, catalogue_redress as c
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_offices import FrontDesk, refuse
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.requests_redress import ByAuthor
from ledgerd.rpc.state_pages import read_at, state_page
from ledgerd.rpc.views_of_cases import alert_view, case_view, letters_of
from ledgerd.rpc.views_of_state import claim_view

V = TypeVar("V")


def bind_redress(registry: Registry, node: Node, offices: Offices) -> None:
    """Enter the methods of this file."""
    desk = FrontDesk(registry, node)
    redress, cases = offices.redress, offices.cases
    desk.enter(c.CLAIM_REQUEST_SUPPLEMENT, redress.request_supplement if redress else refuse)
    desk.enter(c.CLAIM_SUPPLY, redress.supply if redress else refuse)
    desk.enter(c.CLAIM_APPEAL, redress.appeal if redress else refuse)
    desk.enter(c.CLAIM_RECOVER, redress.recover if redress else refuse)
    desk.enter(c.ASSISTANCE_APPLY, redress.apply if redress else refuse)
    desk.enter(c.ASSISTANCE_DECIDE, redress.decide if redress else refuse)
    desk.enter(c.ALERT_RAISE, cases.raise_alert if cases else refuse)
    desk.enter(c.CASE_OPEN, cases.open if cases else refuse)
    desk.enter(c.CASE_ASSIGN, cases.assign if cases else refuse)
    desk.enter(c.CASE_REPORT, cases.report if cases else refuse)
    desk.enter(c.CASE_APPEAL, cases.appeal if cases else refuse)
    desk.enter(c.CASE_REVIEW, cases.review if cases else refuse)
    desk.enter(c.CASE_CLOSE, cases.close if cases else refuse)
    desk.enter(c.CASE_READ, cases.read if cases else refuse)
    reads = RedressReads(node)
    registry.bind(c.ASSISTANCE_LIST, reads.applications)
    registry.bind(c.ALERT_GET, reads.alert)
    registry.bind(c.ALERT_LIST, reads.alerts)
    registry.bind(c.CASE_GET, reads.case)
    registry.bind(c.CASE_LIST, reads.cases)
    registry.bind(c.CASE_LETTERS, reads.letters)


class RedressReads:
    """The handlers of the methods that read."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def applications(self, params: ByAuthor, _caller: Caller) -> a.Claims:
        height, root = read_at(self._node)
        views, following = await self._page(k.ASSISTANCE_PREFIX, params, _application)
        return a.Claims(height=height, state_root=root, claims=views, next=following)

    async def alert(self, params: IdRef, _caller: Caller) -> ar.AlertFound:
        height, root = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = case_queries.alert_of(self._node.reads.state(), key)
        if found is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no such alert")
        return ar.AlertFound(height=height, state_root=root, alert=alert_view(key, found))

    async def alerts(self, params: ByAuthor, _caller: Caller) -> ar.Alerts:
        height, root = read_at(self._node)
        views, following = await self._page(k.ALERT_PREFIX, params, _alert)
        return ar.Alerts(height=height, state_root=root, alerts=views, next=following)

    async def case(self, params: IdRef, _caller: Caller) -> ar.CaseFound:
        height, root = read_at(self._node)
        view = case_view(bytes.fromhex(params.id), self._case_of(params))
        return ar.CaseFound(height=height, state_root=root, case=view)

    async def cases(self, params: ByAuthor, _caller: Caller) -> ar.Cases:
        height, root = read_at(self._node)
        views, following = await self._page(k.CASE_PREFIX, params, _case)
        return ar.Cases(height=height, state_root=root, cases=views, next=following)

    async def letters(self, params: IdRef, _caller: Caller) -> ar.CaseLetters:
        height, root = read_at(self._node)
        letters = []
        for step, document in letters_of(self._case_of(params)):
            data = await self._node.sidecar(document.sidecar.sidecar_hash)
            letters.append(
                ar.SealedLetter(
                    step=step,
                    root=document.root.hex(),
                    key=document.key.hex(),
                    sidecar="" if data is None else data.hex(),
                )
            )
        return ar.CaseLetters(height=height, state_root=root, letters=tuple(letters))

    def _case_of(self, params: IdRef) -> co.Case:
        found = case_queries.case_of(self._node.reads.state(), bytes.fromhex(params.id))
        if found is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no such case")
        return found

    async def _page(
        self, prefix: bytes, params: ByAuthor, view: Callable[[bytes, bytes], V | None]
    ) -> tuple[tuple[V, ...], str | None]:
        scope = prefix + (params.institution or "").encode()
        return await state_page(self._node, scope, params, view)


def _application(key: bytes, value: bytes) -> a.ClaimView:
    return claim_view(key, decode(value, o.Claim, bytes_max=queries.VALUE_BYTES_MAX))


def _alert(key: bytes, value: bytes) -> ar.AlertView:
    return alert_view(key, decode(value, co.Alert, bytes_max=queries.VALUE_BYTES_MAX))


def _case(key: bytes, value: bytes) -> ar.CaseView:
    return case_view(key, decode(value, co.Case, bytes_max=queries.VALUE_BYTES_MAX))

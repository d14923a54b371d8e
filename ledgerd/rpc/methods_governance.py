"""Methods of governance and of the books: acts go to the offices, reads to the state.

Rules: as in ``methods_offices`` and ``methods_lists``.
"""

from ledgerd.ledger import state_keys as k
from ledgerd.ledger.book_objects import WriteOff
from ledgerd.ledger.book_queries import clearing_of, day_book_of, write_off_of
from ledgerd.ledger.governance_objects import Proposal
from ledgerd.ledger.queries import VALUE_BYTES_MAX, proposal_of
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import (
    answers_governance as ag,
    catalogue,
    catalogue_governance as c,
    requests_governance as rg,
    views_of_books as v,
)
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.gaps import gaps_of_range
from ledgerd.rpc.methods_offices import FrontDesk, refuse
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.queries import IdRef, Page
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.state_pages import read_at, state_page


def bind_governance(registry: Registry, node: Node, offices: Offices) -> None:
    """Enter the methods of this file."""
    desk = FrontDesk(registry, node)
    office, books = offices.governance, offices.books
    desk.enter(c.GOV_PROPOSE, office.propose if office else refuse)
    desk.enter(c.GOV_VOTE, office.vote if office else refuse)
    desk.enter(catalogue.MEMBER_VOTE, office.vote if office else refuse)
    desk.enter(c.KEYS_ROTATE, office.rotate_key if office else refuse)
    desk.enter(c.KEYS_TERMINAL, office.terminal if office else refuse)
    desk.enter(c.MEMBER_MOVE, office.move if office else refuse)
    desk.enter(c.NUMBERS_RETURN, books.return_numbers if books else refuse)
    desk.enter(c.TOTALS_REPORT, books.report_totals if books else refuse)
    desk.enter(c.TOTALS_ATTEST, books.attest_totals if books else refuse)
    desk.enter(c.SETTLE_ATTEST, books.attest_clearing if books else refuse)
    desk.enter(c.WRITEOFF_REQUEST, books.request_write_off if books else refuse)
    desk.enter(c.WRITEOFF_APPROVE, books.approve_write_off if books else refuse)
    reads = GovernanceReads(node)
    registry.bind(c.GOV_GET, reads.proposal)
    registry.bind(c.GOV_LIST, reads.proposals)
    registry.bind(c.NUMBERS_GAPS, reads.gaps)
    registry.bind(c.TOTALS_GET, reads.totals)
    registry.bind(c.SETTLE_CLEARING, reads.clearing)
    registry.bind(c.WRITEOFF_GET, reads.write_off)
    registry.bind(c.WRITEOFF_LIST, reads.write_offs)


class GovernanceReads:
    """The handlers of the methods that read."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def proposal(self, params: IdRef, _caller: Caller) -> ag.ProposalFound:
        height, root = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = proposal_of(self._node.reads.state(), key)
        if found is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no such proposal")
        view = v.proposal_view(key, found, self._node.reads.head().time_ms)
        return ag.ProposalFound(height=height, state_root=root, proposal=view)

    async def proposals(self, params: Page, _caller: Caller) -> ag.Proposals:
        height, root = read_at(self._node)
        now_ms = self._node.reads.head().time_ms

        def view(key: bytes, value: bytes) -> ag.ProposalView:
            proposal = decode(value, Proposal, bytes_max=VALUE_BYTES_MAX)
            return v.proposal_view(key, proposal, now_ms)

        views, following = await state_page(self._node, k.PROPOSAL_PREFIX, params, view)
        return ag.Proposals(height=height, state_root=root, proposals=views, next=following)

    async def gaps(self, params: rg.GapList, _caller: Caller) -> ag.Gaps:
        height, root = read_at(self._node)
        views, following = await gaps_of_range(self._node, params)
        return ag.Gaps(height=height, state_root=root, gaps=views, next=following)

    async def totals(self, params: rg.TotalsGet, _caller: Caller) -> ag.TotalsView:
        at = read_at(self._node)
        book = day_book_of(self._node.reads.state(), params.issuer, params.date)
        return v.totals_view(params, book, at)

    async def clearing(self, params: rg.SettleClearing, _caller: Caller) -> ag.ClearingView:
        at = read_at(self._node)
        state = self._node.reads.state()
        book = clearing_of(state, params.bureau, params.hospital, params.month)
        return v.clearing_view(params, book, at)

    async def write_off(self, params: IdRef, _caller: Caller) -> ag.WriteOffFound:
        height, root = read_at(self._node)
        key = bytes.fromhex(params.id)
        found = write_off_of(self._node.reads.state(), key)
        if found is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no such write-off")
        view = v.write_off_view(key, found)
        return ag.WriteOffFound(height=height, state_root=root, write_off=view)

    async def write_offs(self, params: Page, _caller: Caller) -> ag.WriteOffs:
        height, root = read_at(self._node)
        views, following = await state_page(self._node, k.WRITE_OFF_PREFIX, params, _write_off)
        return ag.WriteOffs(height=height, state_root=root, write_offs=views, next=following)


def _write_off(key: bytes, value: bytes) -> ag.WriteOffView:
    return v.write_off_view(key, decode(value, WriteOff, bytes_max=VALUE_BYTES_MAX))

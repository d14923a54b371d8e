"""Methods that list objects of the state.

Rules: pages by key or by the chain's order, with a cursor; every answer says the height and root
it was read at.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from ledgerd.ledger import (
    governance_objects as go,
    number_objects as no,
    objects as o,
    queries as state,
    state_keys as k,
)
from ledgerd.ledger.book_queries import range_use_of
from ledgerd.ledger.fields import BillRef
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import answers as a, catalogue as c, queries as q, views_of_state as v
from ledgerd.rpc.cursors import bytes_of, text_of
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.state_pages import Reading, is_bill_key, read_at, state_page
from ledgerd.storage.indexes import Index, Listing
from ledgerd.storage.kv import prefix_span

T = TypeVar("T")
DELIVERY_COUNT_MAX: Final = 1_000  # of one bill; a grant is served once or twice
GRANT, DELIVERY = b"\x01", b"\x02"  # behind a bill's code and number


def bind_lists(registry: Registry, node: Node) -> None:
    """Enter the methods of this file."""
    methods = ListMethods(node)
    registry.bind(c.BILL_LIST, methods.bills)
    registry.bind(c.CLAIM_LIST, methods.claims)
    registry.bind(c.GRANT_LIST, methods.grants)
    registry.bind(c.NUMBERS_LIST, methods.ranges)
    registry.bind(c.MEMBER_LIST, methods.members)


class ListMethods:
    """The handlers."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def bills(self, params: q.BillList, _caller: Caller) -> a.Bills:
        height, root = read_at(self._node)
        if params.issuer is not None:
            listing = _listing(Index.BILL_BY_ISSUER, params.issuer, params)
            views, following = await self._listed(listing, _bill)
        else:
            prefix = k.BILL_PREFIX + (params.code or "").encode()
            views, following = await state_page(self._node, prefix, params, _bill)
        if params.code is not None:
            views = tuple(view for view in views if view.bill.startswith(params.code))
        return a.Bills(height=height, state_root=root, bills=views, next=following)

    async def claims(self, params: q.ClaimList, _caller: Caller) -> a.Claims:
        height, root = read_at(self._node)
        if params.bill_code is not None and params.bill_number is not None:
            views = self._claims_of_bill(BillRef(code=params.bill_code, number=params.bill_number))
            if params.payer is not None:
                views = tuple(view for view in views if view.payer == params.payer)
            return a.Claims(height=height, state_root=root, claims=views, next=None)
        prefix = k.CLAIM_PREFIX + (params.payer or "").encode()
        views, following = await state_page(self._node, prefix, params, _claim)
        return a.Claims(height=height, state_root=root, claims=views, next=following)

    async def grants(self, params: q.GrantList, _caller: Caller) -> a.Grants:
        height, root = read_at(self._node)
        if params.bill_code is not None and params.bill_number is not None:
            prefix = k.bill_prefix(params.bill_code, params.bill_number) + GRANT
            views, following = await state_page(self._node, prefix, params, self._grant)
        elif params.reader is not None:
            listing = _listing(Index.GRANT_BY_READER, params.reader, params)
            views, following = await self._listed(listing, self._grant)
        else:
            views, following = await state_page(self._node, k.BILL_PREFIX, params, self._grant)
        wanted = tuple(
            view
            for view in views
            if params.account in {None, view.account} and params.reader in {None, view.reader}
        )
        return a.Grants(height=height, state_root=root, grants=wanted, next=following)

    async def ranges(self, params: q.RangeList, _caller: Caller) -> a.Ranges:
        height, root = read_at(self._node)
        views, following = await state_page(self._node, b"n", params, self._range)
        wanted = tuple(view for view in views if params.holder in {None, view.holder})
        return a.Ranges(height=height, state_root=root, ranges=wanted, next=following)

    async def members(self, params: q.Page, _caller: Caller) -> a.Members:
        height, root = read_at(self._node)
        views, following = await state_page(self._node, b"o", params, _member)
        return a.Members(height=height, state_root=root, members=views, next=following)

    async def _listed(
        self, listing: Listing, view: Callable[[bytes, bytes], T | None]
    ) -> tuple[tuple[T, ...], str | None]:
        """Read a page of objects that a list names, as ``state_page`` reads one of keys."""
        page = self._node.reads.page(listing)
        reading = Reading(self._node)
        found: list[T] = []
        for order, key in page.rows:
            value = self._node.reads.state().get(key)
            entry = None if value is None else view(key, value)
            if entry is not None:
                found.append(entry)
            if not await reading.go_on():
                is_last = order == page.rows[-1][0]
                return tuple(found), text_of(page.cursor if is_last else order)
        return tuple(found), text_of(page.cursor)

    def _claims_of_bill(self, ref: BillRef) -> tuple[a.ClaimView, ...]:
        reader = self._node.reads.state()
        bill = state.bill_of(reader, ref)
        keys = () if bill is None else tuple(entry.claim for entry in bill.payers)
        found = ((key, state.claim_of(reader, key)) for key in keys if key is not None)
        return tuple(v.claim_view(key, claim) for key, claim in found if claim is not None)

    def _grant(self, key: bytes, value: bytes) -> a.GrantView | None:
        if key[19:20] != GRANT:
            return None
        grant = decode(value, o.Grant, bytes_max=state.VALUE_BYTES_MAX)
        span = prefix_span(key[:19] + DELIVERY)
        deliveries = (
            decode(row, o.DeliveredKey, bytes_max=state.VALUE_BYTES_MAX)
            for _, row in self._node.reads.scan_state(span, DELIVERY_COUNT_MAX)
        )
        is_delivered = any(delivery.grant == key[20:] for delivery in deliveries)
        return v.grant_view(key, grant, is_delivered=is_delivered)

    def _range(self, key: bytes, value: bytes) -> a.RangeView | None:
        if key[9:10] != b"\x01":
            return None
        numbers = decode(value, no.NumberRange, bytes_max=state.VALUE_BYTES_MAX)
        counter = state.code_counter_of(self._node.reads.state(), key[1:9].decode("ascii"))
        use = range_use_of(self._node.reads.state(), key[1:9].decode("ascii"), key[10:])
        authority = "" if counter is None else counter.authority
        return v.range_view(key, numbers, authority, None if use is None else use.highest)


def _listing(index: Index, scope: str, page: q.Page) -> Listing:
    return Listing(index, scope.encode(), after=bytes_of(page.cursor), limit=page.limit)


def _bill(key: bytes, value: bytes) -> a.BillView | None:
    if not is_bill_key(key):
        return None
    ref = BillRef(code=key[1:9].decode("ascii"), number=key[9:19].decode("ascii"))
    return v.bill_view(ref, decode(value, o.Bill, bytes_max=state.VALUE_BYTES_MAX))


def _claim(key: bytes, value: bytes) -> a.ClaimView:
    return v.claim_view(key, decode(value, o.Claim, bytes_max=state.VALUE_BYTES_MAX))


def _member(_key: bytes, value: bytes) -> a.MemberView:
    return v.member_view(decode(value, go.InstitutionRecord, bytes_max=state.VALUE_BYTES_MAX))

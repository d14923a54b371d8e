"""Methods about keys of accounts, proxies, presence and acts for others.

Rules: as in ``methods_offices`` and ``methods_lists``.
"""

from ledgerd.ledger import state_keys as k
from ledgerd.ledger.patient_fields import ProxyMandate
from ledgerd.ledger.patient_objects import ActForAnother, ActState, Proxy
from ledgerd.ledger.queries import VALUE_BYTES_MAX
from ledgerd.node.node import Node
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import answers_patients as a, catalogue_patients as c
from ledgerd.rpc.methods_offices import FrontDesk, refuse
from ledgerd.rpc.naming import bill_text, object_text
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.requests_patients import SCOPE_TAGS, OfAccount
from ledgerd.rpc.state_pages import read_at, state_page

SCOPE_NAMES = {tag: name for name, tag in SCOPE_TAGS.items()}
INSTITUTION_BYTES = 18


def bind_patients(registry: Registry, node: Node, offices: Offices) -> None:
    """Enter the methods of this file."""
    desk, office = FrontDesk(registry, node), offices.accounts
    desk.enter(c.PATIENT_ADD_KEY, office.add_key if office else refuse)
    desk.enter(c.PATIENT_CONFIRM_KEY, office.confirm_key if office else refuse)
    desk.enter(c.PATIENT_REFUSE_KEY, office.refuse_key if office else refuse)
    desk.enter(c.PATIENT_REVOKE_KEY, office.revoke_key if office else refuse)
    desk.enter(c.PROXY_GIVE, office.give_proxy if office else refuse)
    desk.enter(c.PROXY_REVOKE, office.revoke_proxy if office else refuse)
    desk.enter(c.PRESENCE_ATTEST, office.attest if office else refuse)
    desk.enter(c.ASSISTED_CONFIRM, office.confirm_assisted if office else refuse)
    desk.enter(c.ASSISTED_REVOKE, office.revoke_assisted if office else refuse)
    lists = PatientLists(node)
    registry.bind(c.PROXY_LIST, lists.proxies)
    registry.bind(c.ASSISTED_LIST, lists.acts)


class PatientLists:
    """The handlers of the lists."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def proxies(self, params: OfAccount, _caller: Caller) -> a.Proxies:
        height, root = read_at(self._node)
        now_ms = self._node.reads.head().time_ms
        prefix = k.PROXY_PREFIX + bytes.fromhex(params.account)
        views, following = await state_page(
            self._node, prefix, params, lambda key, value: _proxy_view(key, value, now_ms)
        )
        return a.Proxies(height=height, state_root=root, proxies=views, next=following)

    async def acts(self, params: OfAccount, _caller: Caller) -> a.AssistedActs:
        height, root = read_at(self._node)
        prefix = k.ACT_FOR_PREFIX + bytes.fromhex(params.account)
        views, following = await state_page(self._node, prefix, params, _act_view)
        return a.AssistedActs(height=height, state_root=root, acts=views, next=following)


def _proxy_view(key: bytes, value: bytes, now_ms: int) -> a.ProxyView:
    proxy = decode(value, Proxy, bytes_max=VALUE_BYTES_MAX)
    state = "over" if now_ms >= proxy.until_ms else "in_force"
    return a.ProxyView(
        proxy=key[17:].hex(),
        account=key[1:17].hex(),
        holder=proxy.holder.hex(),
        scope=tuple(SCOPE_NAMES.get(tag, str(tag)) for tag in proxy.scope),
        bills=tuple(bill_text(bill.code, bill.number) for bill in proxy.bills),
        until_ms=proxy.until_ms,
        state="revoked" if proxy.revoked is not None else state,
    )


def _act_view(key: bytes, value: bytes) -> a.AssistedView:
    entry = decode(value, ActForAnother, bytes_max=VALUE_BYTES_MAX)
    by = entry.deputy
    return a.AssistedView(
        act=key[17:].hex(),
        account=key[1:17].hex(),
        by=by.decode("ascii") if len(by) == INSTITUTION_BYTES else by.hex(),
        mandate="proxy" if isinstance(entry.mandate, ProxyMandate) else "assisted",
        operation=entry.operation,
        state=ActState(entry.state).name.lower(),
        object=object_text(entry.object_key),
        made_ms=entry.made.time_ms,
        undone=entry.is_undone,
    )

"""Proxies: who may act for an account, in what, on which bills, until when.

Rules: only what the table of rights allows for others can be in a scope. A proxy ends by time or
by revocation; what it did stays.

Source: domain.md section 4.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from ledgerd.ledger import patient_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.patient_keys import account_in_hand
from ledgerd.ledger.patient_objects import Proxy
from ledgerd.ledger.patient_operations import AuthoriseProxy, RevokeProxy
from ledgerd.ledger.patient_queries import proxy_of
from ledgerd.ledger.queries import account_of, claim_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.rights import tag_of, tags_for_others


def authorise_proxy(act: Act, op: AuthoriseProxy) -> Effect:
    """Let the holder of another account act for this one."""
    account = account_in_hand(act, op.account)
    require(account.confirmed is not None, Code.ACCOUNT_NOT_CONFIRMED)
    holder = act.need(account_of(act.state, op.holder))
    require(op.holder != op.account, Code.DUPLICATE_ITEM)
    require(holder.confirmed is not None, Code.ACCOUNT_NOT_CONFIRMED)
    require(list(op.scope) == sorted(set(op.scope)), Code.DUPLICATE_ITEM)
    require(tags_for_others().issuperset(op.scope), Code.NOT_FOR_OTHERS)
    require(op.until_ms > act.context.time_ms, Code.PROXY_OVER)
    proxy = Proxy(
        holder=op.holder,
        scope=op.scope,
        bills=op.bills,
        until_ms=op.until_ms,
        authorised=act.keyed_step(),
    )
    event = events.ProxyAuthorised(
        account=op.account, proxy=act.ref, holder=op.holder, until_ms=op.until_ms
    )
    return _put(act, (op.account, act.ref), proxy, event)


def revoke_proxy(act: Act, op: RevokeProxy) -> Effect:
    """End a proxy."""
    account_in_hand(act, op.account)
    proxy = act.need(proxy_of(act.state, op.account, op.proxy))
    require(proxy.revoked is None, Code.PROXY_OVER)
    event = events.ProxyRevoked(account=op.account, proxy=op.proxy)
    return _put(act, (op.account, op.proxy), replace(proxy, revoked=act.origin), event)


def require_proxy(act: Act, name: tuple[bytes, bytes], operation: Operation) -> None:
    """Refuse an author who is not the proxy of this (account, proxy), or not in this."""
    proxy = act.need(proxy_of(act.state, *name))
    require(proxy.holder == act.confirmed_account(), Code.NOT_A_PARTY)
    is_over = proxy.revoked is not None or act.context.time_ms >= proxy.until_ms
    require(not is_over, Code.PROXY_OVER)
    require(tag_of(type(operation)) in proxy.scope, Code.OUT_OF_SCOPE)
    if proxy.bills:
        named = list(bills_named(act.state, operation))
        is_within = named and all(bill in proxy.bills for bill in named)
        require(bool(is_within), Code.OUT_OF_SCOPE)


def bills_named(reader: StateReader, operation: Operation) -> Iterator[BillRef]:
    """List the bills that an operation names, by itself or through its claim."""
    for field in operation.__struct_fields__:
        value = getattr(operation, field)
        for part in value if isinstance(value, tuple) else (value,):
            named = getattr(part, "bill", part)
            if isinstance(named, BillRef):
                yield named
            elif isinstance(part, bytes) and (claim := claim_of(reader, part)) is not None:
                yield from (asked.bill for asked in claim.bills)


def _put(act: Act, name: tuple[bytes, bytes], proxy: Proxy, event: events.PatientEvent) -> Effect:
    key = state_keys.proxy_key(*name)
    act.state.put(key, proxy)
    return Effect(key, (event,))

"""Where operations on keys, proxies, presence and acts for others left their traces.

Rules: as in ``traces``.

Source: domain.md section 2.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import patient_operations as po, state_keys
from ledgerd.ledger.acting import Act
from ledgerd.ledger.objects import KeyedStep, Origin
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.patient_objects import ActForAnother
from ledgerd.ledger.patient_queries import act_for_of, key_record_of, presence_of, proxy_of
from ledgerd.ledger.trace import Trace


def _added(act: Act, op: po.AddPatientKey) -> Trace:
    found = key_record_of(act.state, op.account, act.ref)
    key = state_keys.key_record_key(op.account, act.ref)
    return Trace(key, None if found is None else found.added.origin)


def _key_step(act: Act, op: po.ConfirmPatientKey | po.RefuseKey | po.RevokePatientKey) -> Trace:
    found = key_record_of(act.state, op.account, op.key)
    key = state_keys.key_record_key(op.account, op.key)
    if found is None:
        return Trace(key, None)
    match op:
        case po.ConfirmPatientKey():
            return Trace(key, _of(found.confirmed), is_by_ref=False)
        case po.RefuseKey():
            return Trace(key, found.refused, is_by_ref=False)
        case po.RevokePatientKey():
            return Trace(key, found.revoked, is_by_ref=False)


def _proxy(act: Act, op: po.AuthoriseProxy) -> Trace:
    found = proxy_of(act.state, op.account, act.ref)
    key = state_keys.proxy_key(op.account, act.ref)
    return Trace(key, None if found is None else found.authorised.origin)


def _proxy_end(act: Act, op: po.RevokeProxy) -> Trace:
    found = proxy_of(act.state, op.account, op.proxy)
    key = state_keys.proxy_key(op.account, op.proxy)
    return Trace(key, None if found is None else found.revoked, is_by_ref=False)


def _presence(act: Act, op: po.AttestPresence) -> Trace:
    institution = act.actor.institution_name
    if institution is None:
        return Trace(b"", None)
    key = state_keys.presence_key(institution, op.date, act.ref)
    found = presence_of(act.state, key)
    return Trace(key, None if found is None else found.attested.origin)


def _act_for(act: Act, op: po.ActFor) -> Trace:
    found = act_for_of(act.state, op.account, act.ref)
    key = state_keys.act_for_key(op.account, act.ref)
    if found is None:
        return Trace(key, None)
    return Trace(_made(key, found), found.made.origin)


def _assisted_step(act: Act, op: po.RevokeAssisted | po.ConfirmAssisted) -> Trace:
    found = act_for_of(act.state, op.account, op.act)
    key = state_keys.act_for_key(op.account, op.act)
    if found is None:
        return Trace(key, None)
    if isinstance(op, po.RevokeAssisted):
        return Trace(key, found.revoked, is_by_ref=False)
    return Trace(_made(key, found), _of(found.confirmed), is_by_ref=False)


def _made(key: bytes, entry: ActForAnother) -> bytes:
    """Give what the act made; its own key while it waits."""
    return entry.object_key or key


def _of(step: KeyedStep | None) -> Origin | None:
    return None if step is None else step.origin


FINDERS: Final[dict[type[Operation], Callable[[Act, Any], Trace]]] = {
    po.AddPatientKey: _added,
    po.RevokePatientKey: _key_step,
    po.AuthoriseProxy: _proxy,
    po.RevokeProxy: _proxy_end,
    po.AttestPresence: _presence,
    po.RefuseKey: _key_step,
    po.ActFor: _act_for,
    po.RevokeAssisted: _assisted_step,
    po.ConfirmAssisted: _assisted_step,
    po.ConfirmPatientKey: _key_step,
}

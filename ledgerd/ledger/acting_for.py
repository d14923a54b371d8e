"""Acting for an account: as its proxy, or as a clerk before whom the person stands.

Rules: what is done is one operation of a patient, carried out as if the account had done it, so
whoever did it, doing it again changes nothing; its record says who it was. An assisted act takes
effect at once, above ``assisted_fen`` when another key of the institution confirms it. Within
``assisted_revocable_ms`` it can be revoked: then what it made is ended as far as it still can be.

Source: domain.md section 4.
"""

from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger import (
    patient_events as events,
    patient_keys,
    patient_queries,
    presences,
    proxies,
    queries,
    state_keys,
)
from ledgerd.ledger.acting import Act, Actor, Effect, refuse, require
from ledgerd.ledger.authors import origin_of, ref_of
from ledgerd.ledger.events import Event
from ledgerd.ledger.operations import Operation, decode_operation
from ledgerd.ledger.patient_fields import ActBytes, AssistedMandate, ProxyMandate
from ledgerd.ledger.patient_objects import Account, ActForAnother, ActState
from ledgerd.ledger.patient_operations import ActFor, ConfirmAssisted, RevokeAssisted
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.rights import require_for_others, tag_of
from ledgerd.ledger.taking_back import asked_fen, take_back


def act_for(act: Act, op: ActFor) -> Effect:
    """Do one operation for an account, or keep it until a second key confirms it."""
    operation = _decoded(op.act)
    require(operation.client_ref == op.client_ref, Code.MALFORMED)
    require_for_others(operation)
    account = act.need(queries.account_of(act.state, op.account))
    require(account.confirmed is not None, Code.ACCOUNT_NOT_CONFIRMED)
    entry = ActForAnother(
        deputy=act.actor.author_bytes,
        mandate=op.mandate,
        operation=tag_of(type(operation)),
        state=ActState.WAITING,
        act=op.act,
        object_key=b"",
        made=act.keyed_step(),
    )
    named = (op.account, act.ref)
    if isinstance(op.mandate, ProxyMandate):
        require(act.actor.institution is None, Code.NOT_A_PARTY)
        proxies.require_proxy(act, (op.account, op.mandate.proxy), operation)
        return _done(act, named, entry)
    _require_assistance(act, op.mandate, (op.account, account))
    if asked_fen(operation) > act.params.assisted_fen:
        event = _acted(named, entry, waits=True)
        return Effect(_put(act, named, entry), (event,))
    return _done(act, named, entry)


def confirm_assisted(act: Act, op: ConfirmAssisted) -> Effect:
    """Let an act that waits take effect, with another key of the same institution."""
    entry = act.need(patient_queries.act_for_of(act.state, op.account, op.act))
    require(entry.deputy == act.actor.author_bytes, Code.NOT_A_PARTY)
    require(entry.state != ActState.REVOKED, Code.ACT_REVOKED)
    require(entry.state == ActState.WAITING, Code.ACT_NOT_WAITING)
    require(entry.made.signer != act.signer, Code.SAME_KEY)
    effect = _done(act, (op.account, op.act), replace(entry, confirmed=act.keyed_step()))
    confirmed = events.AssistedConfirmed(account=op.account, act=op.act)
    return Effect(effect.object_key, (confirmed, *effect.events))


def revoke_assisted(act: Act, op: RevokeAssisted) -> Effect:
    """Revoke what a clerk did, and end what it made as far as that can be ended."""
    entry = act.need(patient_queries.act_for_of(act.state, op.account, op.act))
    require(isinstance(entry.mandate, AssistedMandate), Code.NOT_A_PARTY)
    if entry.deputy != act.actor.author_bytes:
        patient_keys.account_in_hand(act, op.account)
    require(entry.state != ActState.REVOKED, Code.ACT_REVOKED)
    age_ms = act.context.time_ms - entry.made.time_ms
    require(age_ms <= act.params.assisted_revocable_ms, Code.REVOCATION_OVER)
    was_done = entry.state == ActState.DONE
    ended = take_back(act, entry.operation, entry.object_key) if was_done else ()
    is_undone = bool(ended) or not was_done
    changed = replace(
        entry, state=ActState.REVOKED.value, act=b"", revoked=act.origin, is_undone=is_undone
    )
    event = events.AssistedRevoked(
        account=op.account, act=op.act, object_key=entry.object_key, is_undone=is_undone
    )
    return Effect(_put(act, (op.account, op.act), changed), (event, *ended))


def _require_assistance(act: Act, mandate: AssistedMandate, named: tuple[bytes, Account]) -> None:
    """Check that a clerk may act for a person: here, seen just now, and without a key."""
    account_id, account = named
    require(act.actor.institution is not None, Code.NOT_A_PARTY)
    has_key = any(key.is_in_force(act.context.time_ms) for key in account.keys)
    require(not has_key, Code.ACCOUNT_HAS_KEY)
    presences.use_presence(act, mandate.presence, account_id)


def _done(act: Act, named: tuple[bytes, bytes], entry: ActForAnother) -> Effect:
    """Carry the operation out as the account's own."""
    account_id, _ = named
    assert act.carry_out is not None
    operation = _decoded(entry.act)
    effect = act.carry_out(_as_account(act, account_id, operation, entry), operation)
    done = replace(entry, state=ActState.DONE.value, act=b"", object_key=effect.object_key)
    _put(act, named, done)
    return Effect(effect.object_key, (_acted(named, entry, waits=False), *effect.events))


def _as_account(act: Act, account_id: bytes, operation: Operation, entry: ActForAnother) -> Act:
    actor = Actor(
        account_id,
        act.signer,
        account=queries.account_of(act.state, account_id),
        deputy=entry.deputy,
    )
    place = (act.origin.height, act.origin.transaction, act.origin.operation)
    return replace(
        act,
        actor=actor,
        ref=ref_of(account_id, operation.client_ref),
        origin=origin_of(actor, entry.act, place),
    )


def _decoded(data: ActBytes) -> Operation:
    try:
        return decode_operation(data)
    except DecodeError:
        refuse(Code.MALFORMED)


def _acted(named: tuple[bytes, bytes], entry: ActForAnother, *, waits: bool) -> Event:
    account_id, act_id = named
    return events.ActedForAnother(
        account=account_id, act=act_id, operation=entry.operation, waits=waits
    )


def _put(act: Act, named: tuple[bytes, bytes], entry: ActForAnother) -> bytes:
    key = state_keys.act_for_key(*named)
    act.state.put(key, entry)
    return key

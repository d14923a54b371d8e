"""Acts for somebody else, by proxy or at the counter, as domain.md section 4 says."""

from dataclasses import dataclass
from typing import Any

from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import decode_operation
from ledgerd.ledger.patient_fields import ProxyMandate
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive.model import RULES, WHO_MAY, Done, Model, Who, creates, moves, ref_of, wrong
from tests.naive.objects import Account
from tests.naive.rules_claims import end_claim
from tests.naive.rules_keys import hand_problems
from tests.naive.rules_patients import unconfirmed
from tests.naive.tags import tag_of_name


@dataclass
class ForAnother:
    """What somebody did for an account; ``waits`` for a second key."""

    deputy: str | bytes
    data: bytes
    key: bytes
    made_ms: int
    waits: bool
    is_revoked: bool = False


@creates("act", lambda op: op.account)
def act_for(model: Model, who: Who, op: Any) -> set[Code]:
    try:
        inner = decode_operation(op.act)
    except DecodeError:
        return {Code.MALFORMED}
    account = model.state.accounts.get(op.account)
    name = type(inner).__name__
    found = wrong(
        (inner.client_ref != op.client_ref, Code.MALFORMED),
        (WHO_MAY[name]["proxy"] != "yes", Code.NOT_FOR_OTHERS),
        (account is None, Code.NOT_FOUND),
        (account is not None and not account.is_confirmed, Code.ACCOUNT_NOT_CONFIRMED),
    )
    presence, waits = None, False
    if isinstance(op.mandate, ProxyMandate):
        found |= _proxy_problems(model, who, op, inner)
    elif who.kind is None:
        found |= {Code.NOT_A_PARTY}
    else:
        presence = model.state.of("presence").get(op.mandate.presence)
        found |= _presence_problems(model, who, op, presence)
        found |= wrong((account is not None and _has_key(model, account), Code.ACCOUNT_HAS_KEY))
        waits = _asked(inner) > model.params.assisted_fen
    if found:
        return found
    if not waits:
        found = carry_out(model, who, op.account, op.act)
    if not found:
        if presence is not None:
            presence.is_used = True
        entry = ForAnother(who.author, op.act, who.key, model.now_ms, waits)
        model.state.of("act")[op.account, ref_of(who, op.client_ref)] = entry
    return found


def _has_key(model: Model, account: Account) -> bool:
    return any(key.may_act(model.now_ms) for key in account.keys.values())


def _proxy_problems(model: Model, who: Who, op: Any, inner: Any) -> set[Code]:
    if who.kind is not None:
        return {Code.NOT_A_PARTY}
    proxy = model.state.of("proxy").get((op.account, op.mandate.proxy))
    found = unconfirmed(model, who)
    if proxy is None:
        return found | {Code.NOT_FOUND}
    is_beyond = bool(proxy.bills) and not _bills_of(model, inner) <= set(proxy.bills)
    return found | wrong(
        (proxy.holder != who.account, Code.NOT_A_PARTY),
        (proxy.is_revoked or model.now_ms >= proxy.until_ms, Code.PROXY_OVER),
        (tag_of_name(type(inner).__name__) not in proxy.scope or is_beyond, Code.OUT_OF_SCOPE),
    )


def _bills_of(model: Model, inner: Any) -> set[Any]:
    if hasattr(inner, "items"):
        return {item.bill for item in inner.items}
    if hasattr(inner, "bill"):
        return {inner.bill}
    claim = model.state.claims.get(inner.claim)
    return {ref for ref, _ in claim.bills} if claim is not None else set()


def _presence_problems(model: Model, who: Who, op: Any, presence: Any) -> set[Code]:
    if presence is None:
        return {Code.NOT_FOUND}
    differs = presence.institution != who.name or presence.account != op.account
    return wrong(
        (differs, Code.PRESENCE_DIFFERS),
        (presence.is_stale(model), Code.PRESENCE_STALE),
        (presence.is_used, Code.PRESENCE_USED),
    )


def _asked(inner: Any) -> int:
    return sum(item.amount_fen for item in getattr(inner, "items", ()))


def carry_out(model: Model, who: Who, account: bytes, data: bytes) -> set[Code]:
    """Do an operation as the account's own."""
    inner = decode_operation(data)
    entry = RULES[type(inner).__name__]
    trace = (entry.kind, account, inner.client_ref, entry.subject(inner))
    known = model.state.done.get(trace)
    if known is not None:
        same = known.data == data
        return {Code.ACT_IN_FORCE} if same else {Code.ACT_IN_FORCE, Code.CONFLICTING_CLIENT_REF}
    found = entry.rule(model, Who(account, who.key, None, None, is_deputy=True), inner)
    if not found:
        model.state.done[trace] = Done(data, model.place)
    return found


@moves(lambda op: (op.account, op.act))
def confirm_assisted(model: Model, who: Who, op: Any) -> set[Code]:
    entry = model.state.of("act").get((op.account, op.act))
    if entry is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (entry.deputy != who.author, Code.NOT_A_PARTY),
        (entry.is_revoked, Code.ACT_REVOKED),
        (not entry.is_revoked and not entry.waits, Code.ACT_NOT_WAITING),
        (entry.key == who.key, Code.SAME_KEY),
    )
    found = found or carry_out(model, who, op.account, entry.data)
    if not found:
        entry.waits = False
    return found


@moves(lambda op: (op.account, op.act))
def revoke_assisted(model: Model, who: Who, op: Any) -> set[Code]:
    entry = model.state.of("act").get((op.account, op.act))
    if entry is None:
        return {Code.NOT_FOUND}
    if isinstance(entry.deputy, bytes):
        return {Code.NOT_A_PARTY}
    found = set() if entry.deputy == who.author else hand_problems(model, who, op)
    age_ms = model.now_ms - entry.made_ms
    found |= wrong(
        (entry.is_revoked, Code.ACT_REVOKED),
        (age_ms > model.params.assisted_revocable_ms, Code.REVOCATION_OVER),
    )
    if not found:
        entry.is_revoked = True
        if not entry.waits:
            _take_back(model, op.account, entry.data)
    return found


def _take_back(model: Model, account: bytes, data: bytes) -> None:
    """End a claim that is open and a grant; what is paid stays."""
    inner = decode_operation(data)
    ref = ref_of(Who(account, b"", None, None), inner.client_ref)
    name = type(inner).__name__
    if name == "GrantAccess":
        model.state.grants[inner.bill, ref].is_revoked = True
    if name in {"FileClaim", "ApplyAssistance"}:
        claim = next(c for key, c in model.state.claims.items() if key.endswith(ref))
        if claim.is_open:
            end_claim(model, claim, "withdrawn")

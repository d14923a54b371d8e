"""Keys of accounts, proxies and presence, as domain.md section 4 says."""

from dataclasses import dataclass
from typing import Any

from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive import days
from tests.naive.model import (
    WHO_MAY,
    Model,
    Who,
    creates,
    moves,
    named,
    ref_of,
    wrong,
)
from tests.naive.objects import Account, Key
from tests.naive.rules_patients import is_acceptable_key, unconfirmed
from tests.naive.tags import name_of_tag

KEYS_MAX = 8
WAITING_MAX = 2


@dataclass
class Presence:
    """A terminal saw the person."""

    institution: str
    visit: bytes | None
    attested_ms: int
    account: bytes | None = None
    is_used: bool = False

    def is_stale(self, model: Model) -> bool:
        return model.now_ms > self.attested_ms + model.params.presence_ms


@dataclass
class Proxy:
    """Who may act for an account."""

    holder: bytes
    scope: tuple[int, ...]
    bills: tuple[Any, ...]
    until_ms: int
    is_revoked: bool = False


def hand_problems(model: Model, who: Who, op: Any) -> set[Code]:
    """Say why somebody may not decide about an account: its key in force, or its registrar."""
    account = model.state.accounts[op.account]
    if who.kind is not None:
        return wrong((account.registrar != who.name, Code.NOT_A_PARTY))
    return wrong((who.account != op.account, Code.NOT_A_PARTY)) | unconfirmed(model, who)


@creates("patient key", lambda op: op.account)
def add_patient_key(model: Model, who: Who, op: Any) -> set[Code]:
    account = model.state.accounts.get(op.account)
    if account is None:
        return {Code.NOT_FOUND}
    is_own = who.kind is None
    waiting = sum(1 for key in account.keys.values() if not key.is_confirmed)
    found = wrong(
        (not account.is_confirmed, Code.ACCOUNT_NOT_CONFIRMED),
        (not is_acceptable_key(op.device_key), Code.BAD_KEY),
        (op.device_key in account.keys, Code.BAD_KEY),
        (len(account.keys) >= KEYS_MAX, Code.TOO_MANY),
        (not is_own and waiting >= WAITING_MAX, Code.TOO_MANY),
    )
    if is_own:
        found |= hand_problems(model, who, op)
    if not found:
        name = ref_of(who, op.client_ref)
        delay_ms = 0 if is_own else model.params.key_delay_ms
        adder = b"" if is_own else who.key
        account.keys[op.device_key] = Key(name, model.now_ms + delay_ms, is_own, adder)
        model.state.of("patient key")[op.account, name] = op.device_key
    return found


def _key(model: Model, op: Any) -> tuple[Account | None, Key | None, set[Code]]:
    """Find a key by its name: the account's, or one that was its."""
    account = model.state.accounts.get(op.account)
    if account is None:
        return None, None, {Code.NOT_FOUND}
    key = next((key for key in account.keys.values() if key.name == op.key), None)
    was_its = (op.account, op.key) in model.state.of("patient key")
    return account, key, wrong((key is None and not was_its, Code.NOT_FOUND))


@moves(lambda op: (op.account, op.key))
def confirm_patient_key(model: Model, who: Who, op: Any) -> set[Code]:
    account, key, found = _key(model, op)
    if account is None:
        return found
    found |= wrong(
        (account.registrar != who.name, Code.NOT_A_PARTY),
        (key is None or key.is_confirmed, Code.KEY_NOT_WAITING),
        (key is not None and key.adder == who.key, Code.SAME_KEY),
    )
    if not found and key is not None:
        key.is_confirmed = True
    return found


@moves(lambda op: (op.account, op.key))
def refuse_key(model: Model, who: Who, op: Any) -> set[Code]:
    account, key, found = _key(model, op)
    if account is None:
        return found
    found |= hand_problems(model, who, op) | wrong(
        (key is None or key.may_act(model.now_ms), Code.KEY_NOT_WAITING)
    )
    if not found:
        _drop(model, account, op)
    return found


@moves(lambda op: (op.account, op.key))
def revoke_patient_key(model: Model, who: Who, op: Any) -> set[Code]:
    account, key, found = _key(model, op)
    if account is None:
        return found
    found |= hand_problems(model, who, op) | wrong((key is None, Code.WRONG_STATE))
    if not found:
        _drop(model, account, op)
    return found


def _drop(model: Model, account: Account, op: Any) -> None:
    model.state.of("patient key")[op.account, op.key] = b""
    account.keys = {public: key for public, key in account.keys.items() if key.name != op.key}


@creates("proxy", lambda op: op.account)
def authorise_proxy(model: Model, who: Who, op: Any) -> set[Code]:
    account, holder = (model.state.accounts.get(name) for name in (op.account, op.holder))
    if account is None:
        return {Code.NOT_FOUND}
    found = hand_problems(model, who, op) | wrong(
        (holder is None, Code.NOT_FOUND),
        (not account.is_confirmed, Code.ACCOUNT_NOT_CONFIRMED),
        (holder is not None and not holder.is_confirmed, Code.ACCOUNT_NOT_CONFIRMED),
        (op.account == op.holder, Code.DUPLICATE_ITEM),
        (list(op.scope) != sorted(set(op.scope)), Code.DUPLICATE_ITEM),
        (any(not _is_for_others(tag) for tag in op.scope), Code.NOT_FOR_OTHERS),
        (op.until_ms <= model.now_ms, Code.PROXY_OVER),
    )
    if not found:
        proxy = Proxy(op.holder, op.scope, op.bills, op.until_ms)
        model.state.of("proxy")[op.account, ref_of(who, op.client_ref)] = proxy
    return found


def _is_for_others(tag: int) -> bool:
    name = name_of_tag(tag)
    return name is not None and WHO_MAY[name]["proxy"] == "yes"


@moves(lambda op: (op.account, op.proxy))
def revoke_proxy(model: Model, who: Who, op: Any) -> set[Code]:
    proxy = model.state.of("proxy").get((op.account, op.proxy))
    if op.account not in model.state.accounts:
        return {Code.NOT_FOUND}
    found = hand_problems(model, who, op)
    if proxy is None:
        return found | {Code.NOT_FOUND}
    found |= wrong((proxy.is_revoked, Code.PROXY_OVER))
    if not found:
        proxy.is_revoked = True
    return found


@creates("presence", lambda op: op.date)
def attest_presence(model: Model, who: Who, op: Any) -> set[Code]:
    is_nobody = op.account is not None and op.account not in model.state.accounts
    found = wrong(
        (not days.is_recent(op.date, model.now_ms), Code.BAD_DATE), (is_nobody, Code.NOT_FOUND)
    )
    if not found:
        key = named(b"p", who.name, op.date, ref_of(who, op.client_ref))
        model.state.of("presence")[key] = Presence(who.name, op.visit, model.now_ms, op.account)
    return found

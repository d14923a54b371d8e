"""What random patients, clerks and registrars do about keys, proxies and presence."""

from typing import Any

from ledgerd.chain.params import DAY_MS
from ledgerd.ledger.patient_operations import (
    AddPatientKey,
    AttestPresence,
    AuthoriseProxy,
    ConfirmPatientKey,
    RefuseKey,
    RevokePatientKey,
    RevokeProxy,
)
from tests.naive.choices_bills import any_bill, day
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.passkeys import POOL, passkey
from tests.naive.tags import tag_of_name
from tests.naive.world import ACCOUNTS, BY_KIND, Hand
from tests.unit.ledgerd.ledger.world import hash_of, key_of

SCOPES = ("FileClaim", "GrantAccess", "WithdrawClaim")


def any_account(g: Chooser) -> bytes:
    known = list(g.model.state.accounts)
    return g.pick(known) if known and g.chance(95) else g.pick(ACCOUNTS)


def guardian(g: Chooser, account: bytes) -> Hand:
    its = g.model.state.accounts.get(account)
    if g.chance(60) or its is None:
        return g.patient(account)
    return g.member_key(its.registrar, "reviewer")


@choice(6)
def add_patient_key(g: Chooser) -> Drawn:
    account = any_account(g)
    known = g.model.state.accounts.get(account)
    if known is not None and not known.keys and g.chance(70):
        account = any_account(g)  # so that some people stay without a key
    key = key_of(g.ref("device")) if g.chance(95) else g.pick((bytes(32), key_of(account)))
    if g.chance(30):
        key = passkey(g.rng.randrange(POOL))
    operation = AddPatientKey(
        client_ref=g.ref("key"), account=account, device_key=key, sealing_key=hash_of("sealing")
    )
    if g.chance(50):
        return g.patient(account), operation
    return g.member_key(g.of_kind(g.pick(("hospital", "medicare"))), "clerk"), operation


def any_key(g: Chooser, *, waiting: bool) -> tuple[bytes, bytes] | None:
    """Draw an account and the name of a key of it: one that waits, any, or one that is gone."""
    keys = [
        (account, key.name)
        for account, its in g.model.state.accounts.items()
        for key in its.keys.values()
        if not waiting or not key.may_act(g.model.now_ms)
    ]
    if not keys or g.chance(10):
        keys = list(g.model.state.of("patient key"))
    return g.hot(keys)


@choice(4)
def confirm_patient_key(g: Chooser) -> Drawn | None:
    found = any_key(g, waiting=True)
    if found is None:
        return None
    account, key = found
    operation = ConfirmPatientKey(client_ref=g.ref("sure"), account=account, key=key)
    return g.member_key(g.model.state.accounts[account].registrar, "reviewer"), operation


@choice(2)
def refuse_key(g: Chooser) -> Drawn | None:
    found = any_key(g, waiting=True)
    if found is None:
        return None
    account, key = found
    return guardian(g, account), RefuseKey(client_ref=g.ref("refuse"), account=account, key=key)


@choice(2)
def revoke_patient_key(g: Chooser) -> Drawn | None:
    found = any_key(g, waiting=False)
    if found is None:
        return None
    account, key = found
    operation = RevokePatientKey(client_ref=g.ref("gone"), account=account, key=key)
    return guardian(g, account), operation


@choice(3)
def authorise_proxy(g: Chooser) -> Drawn:
    account = any_account(g)
    scope = sorted(tag_of_name(name) for name in SCOPES[: g.rng.randrange(1, 4)])
    if g.chance(8):
        scope = g.pick((scope[::-1], [*scope, scope[-1]], [tag_of_name("AddPatientKey")]))
    bill = any_bill(g) if g.chance(30) else None
    operation: Any = AuthoriseProxy(
        client_ref=g.ref("proxy"), account=account, holder=any_account(g), scope=tuple(scope),
        bills=() if bill is None else (bill[0],),
        until_ms=g.model.now_ms + g.pick((-1, DAY_MS, 9 * DAY_MS)),
    )  # fmt: skip
    return guardian(g, account), operation


@choice(2)
def revoke_proxy(g: Chooser) -> Drawn | None:
    found = g.hot(list(g.model.state.of("proxy")))
    if found is None:
        return None
    account, proxy = found
    operation = RevokeProxy(client_ref=g.ref("unproxy"), account=account, proxy=proxy)
    return guardian(g, account), operation


def comer(g: Chooser) -> bytes | None:
    """Draw who comes to a terminal: mostly somebody without a key."""
    keyless = [account for account, its in g.model.state.accounts.items() if not its.keys]
    if keyless and g.chance(60):
        return g.pick(keyless)
    return any_account(g) if g.chance(80) else None


@choice(5)
def attest_presence(g: Chooser) -> Drawn:
    visits = g.model.state.of("visit")
    visit = g.hot(list(visits)) if g.chance(50) else None
    hospital = visits[visit].hospital if visit is not None else g.pick(BY_KIND["hospital"])
    operation: Any = AttestPresence(
        client_ref=g.ref("here"), date=day(g), account=comer(g),
        check=g.pick((1, 2, 3)), visit=visits[visit].commitment if visit is not None else None,
    )  # fmt: skip
    return g.member_key(hospital, "terminal"), operation

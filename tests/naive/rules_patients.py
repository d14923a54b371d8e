"""Accounts, consent and delivery of keys, as domain.md sections 1, 3 and 4 say."""

from typing import Any

from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import BillKey, owner_commitment
from ledgerd.primitives.passkeys import is_acceptable_passkey
from ledgerd.primitives.signatures import is_acceptable_public_key
from tests.naive.model import Model, Who, moves, ref_of, takes, wrong
from tests.naive.objects import Account, Bill, Key


def is_acceptable_key(key: bytes) -> bool:
    """Say whether a key is an Ed25519 key, or a point of the curve of passkeys."""
    return is_acceptable_public_key(key) if len(key) == 32 else is_acceptable_passkey(key)


def unconfirmed(model: Model, who: Who) -> set[Code]:
    """Say why an account may read only: nobody confirmed whose it is, or this key waits."""
    account = model.state.accounts[who.account]
    return wrong(
        (not account.is_confirmed, Code.ACCOUNT_NOT_CONFIRMED),
        (not who.is_deputy and not account.may_act(who.key, model.now_ms), Code.KEY_WAITING),
    )


def owner_problems(bill: Bill, named: Any, account: bytes) -> set[Code]:
    """Say whether account and salt do not open the owner commitment."""
    key = BillKey(named.bill.code, named.bill.number)
    opened = owner_commitment(key, account, named.salt)
    return wrong((bill.owner is None or bill.owner != opened, Code.NOT_THE_OWNER))


@takes("account", lambda op: op.account)
def enrol_patient(model: Model, who: Who, op: Any) -> set[Code]:
    registrar = model.state.members.get(op.registrar)
    found = wrong(
        (op.account in model.state.accounts, Code.ACCOUNT_EXISTS),
        (registrar is None or registrar.kind != "medicare", Code.UNKNOWN_INSTITUTION),
        ((op.device_key is None) != (op.sealing_key is None), Code.BAD_KEY),
        (op.device_key is not None and not is_acceptable_key(op.device_key), Code.BAD_KEY),
    )
    if not found:
        first = (
            {op.device_key: Key(ref_of(who, op.client_ref), model.now_ms)} if op.device_key else {}
        )
        model.state.accounts[op.account] = Account(op.registrar, who.name, who.key, first)
    return found


@moves(lambda op: op.account)
def confirm_patient(model: Model, who: Who, op: Any) -> set[Code]:
    account = model.state.accounts.get(op.account)
    if account is None:
        return {Code.NOT_FOUND}
    person = ("person", who.name, op.token)
    found = wrong(
        (account.registrar != who.name, Code.NOT_A_PARTY),
        (account.is_confirmed, Code.ALREADY_CONFIRMED),
        (account.enrolling_key == who.key, Code.SAME_KEY),
        (person in model.state.tokens, Code.PERSON_HAS_ACCOUNT),
    )
    if not found:
        account.is_confirmed = True
        model.state.tokens.add(person)
    return found

"""Keys of accounts: added, confirmed, refused, revoked.

Rules: a key of the account adds another one at once. One that an institution adds waits until the
registrar's reviewer confirmed it with another key and its delay is over; in that time any key in
force may refuse it. While it waits it reads (bills are sealed to it) and does nothing else.

Source: domain.md section 4.
"""

from msgspec.structs import replace

from ledgerd.chain.transaction import SCHEME_ED25519, scheme_of_key
from ledgerd.ledger import patient_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, refuse, require
from ledgerd.ledger.claim_operations import EnrolPatient
from ledgerd.ledger.patient_objects import (
    KEYS_MAX,
    KEYS_WAITING_MAX,
    Account,
    AccountKey,
    KeyRecord,
)
from ledgerd.ledger.patient_operations import (
    AddPatientKey,
    ConfirmPatientKey,
    RefuseKey,
    RevokePatientKey,
)
from ledgerd.ledger.patient_queries import key_record_of
from ledgerd.ledger.queries import account_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.passkeys import is_acceptable_passkey
from ledgerd.primitives.signatures import is_acceptable_public_key


def first_key(act: Act, op: EnrolPatient) -> tuple[AccountKey, ...]:
    """Give the keys of a new account: that of its first device, or none."""
    if op.device_key is None or op.sealing_key is None:
        require(op.device_key is None and op.sealing_key is None, Code.BAD_KEY)
        return ()
    require(is_acceptable(op.device_key), Code.BAD_KEY)
    now_ms = act.context.time_ms
    record = KeyRecord(public_key=op.device_key, added=act.keyed_step(), adder=act.institution_id)
    _put_record(act, (op.account, act.ref), record)
    return (
        AccountKey(
            key_id=act.ref,
            public_key=op.device_key,
            sealing_key=op.sealing_key,
            since_ms=now_ms,
            acts_from_ms=now_ms,
            is_confirmed=True,
        ),
    )


def is_acceptable(public_key: bytes) -> bool:
    """Say whether a key of either scheme may stand in an account."""
    if scheme_of_key(public_key) == SCHEME_ED25519:
        return is_acceptable_public_key(public_key)
    return is_acceptable_passkey(public_key)


def account_in_hand(act: Act, account_id: bytes) -> Account:
    """Give an account to one of its keys in force, or to its registrar; refuse all others."""
    account = act.need(account_of(act.state, account_id))
    if act.actor.institution is None:
        require(act.confirmed_account() == account_id, Code.NOT_A_PARTY)
    else:
        require(account.registrar == act.institution_id, Code.NOT_A_PARTY)
    return account


def add_patient_key(act: Act, op: AddPatientKey) -> Effect:
    """Add a key: at once by a key of the account, waiting by an institution."""
    account = act.need(account_of(act.state, op.account))
    waits = act.actor.institution is not None
    require(waits or act.confirmed_account() == op.account, Code.NOT_A_PARTY)
    require(account.confirmed is not None, Code.ACCOUNT_NOT_CONFIRMED)
    require(account.key_of(op.device_key) is None and is_acceptable(op.device_key), Code.BAD_KEY)
    require(len(account.keys) < KEYS_MAX, Code.TOO_MANY)
    waiting = [key for key in account.keys if not key.is_confirmed]
    require(not waits or len(waiting) < KEYS_WAITING_MAX, Code.TOO_MANY)
    now_ms = act.context.time_ms
    key = AccountKey(
        key_id=act.ref,
        public_key=op.device_key,
        sealing_key=op.sealing_key,
        since_ms=now_ms,
        acts_from_ms=now_ms + (act.params.key_delay_ms if waits else 0),
        is_confirmed=not waits,
    )
    adder = act.institution_id if waits else None
    record = KeyRecord(public_key=op.device_key, added=act.keyed_step(), adder=adder)
    _put_keys(act, (op.account, account), (*account.keys, key))
    event = events.PatientKeyAdded(account=op.account, key=act.ref, waits=waits)
    return Effect(_put_record(act, (op.account, act.ref), record), (event,))


def confirm_patient_key(act: Act, op: ConfirmPatientKey) -> Effect:
    """Confirm a waiting key with another key than the one that added it."""
    account = account_in_hand(act, op.account)
    record = act.need(key_record_of(act.state, op.account, op.key))
    key = _waiting(account, op.key)
    require(record.added.signer != act.signer, Code.SAME_KEY)
    confirmed = replace(key, is_confirmed=True)
    keys = tuple(confirmed if one.key_id == op.key else one for one in account.keys)
    _put_keys(act, (op.account, account), keys)
    event = events.PatientKeyConfirmed(
        account=op.account, key=op.key, acts_from_ms=key.acts_from_ms
    )
    changed = replace(record, confirmed=act.keyed_step())
    return Effect(_put_record(act, (op.account, op.key), changed), (event,))


def refuse_key(act: Act, op: RefuseKey) -> Effect:
    """Refuse a key that waits: for its confirmation, or for the end of its delay."""
    account = account_in_hand(act, op.account)
    record = act.need(key_record_of(act.state, op.account, op.key))
    _waiting_or_delayed(act, account, op.key)
    _drop(act, (op.account, account), op.key)
    event = events.PatientKeyRefused(account=op.account, key=op.key)
    changed = replace(record, refused=act.origin)
    return Effect(_put_record(act, (op.account, op.key), changed), (event,))


def revoke_patient_key(act: Act, op: RevokePatientKey) -> Effect:
    """Take a key from its account, also the last one."""
    account = account_in_hand(act, op.account)
    record = act.need(key_record_of(act.state, op.account, op.key))
    require(account.key_named(op.key) is not None, Code.WRONG_STATE)
    _drop(act, (op.account, account), op.key)
    event = events.PatientKeyRevoked(account=op.account, key=op.key)
    changed = replace(record, revoked=act.origin)
    return Effect(_put_record(act, (op.account, op.key), changed), (event,))


def _waiting(account: Account, key_id: bytes) -> AccountKey:
    key = account.key_named(key_id)
    if key is None or key.is_confirmed:
        refuse(Code.KEY_NOT_WAITING)
    return key


def _waiting_or_delayed(act: Act, account: Account, key_id: bytes) -> None:
    key = account.key_named(key_id)
    still_waits = key is not None and not key.is_in_force(act.context.time_ms)
    require(still_waits, Code.KEY_NOT_WAITING)


def _drop(act: Act, named: tuple[bytes, Account], key_id: bytes) -> None:
    _, account = named
    _put_keys(act, named, tuple(key for key in account.keys if key.key_id != key_id))


def _put_keys(act: Act, named: tuple[bytes, Account], keys: tuple[AccountKey, ...]) -> None:
    account_id, account = named
    act.state.put(state_keys.account_key(account_id), replace(account, keys=keys))


def _put_record(act: Act, name: tuple[bytes, bytes], record: KeyRecord) -> bytes:
    key = state_keys.key_record_key(*name)
    act.state.put(key, record)
    return key

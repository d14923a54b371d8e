"""Typed bodies of the operations on keys of accounts, proxies, presence and acts for others.

Rules: as in ``bill_operations``. A key of 32 bytes is Ed25519, one of 33 a passkey (a compressed
point of P-256).

Source: domain.md sections 1 and 4.
"""

from ledgerd.ledger.fields import Day
from ledgerd.ledger.patient_fields import (
    ActBytes,
    ActId,
    KeyId,
    Mandate,
    PresenceValue,
    ProxyBills,
    ProxyId,
    ProxyScope,
)
from ledgerd.primitives.canonical import (
    AccountId,
    ClientRef,
    Hash32,
    Key32,
    PublicKey,
    Record,
    TimeMs,
)


class AddPatientKey(Record, tag=34, frozen=True, kw_only=True):
    """Give an account a further key: at once by one of its keys, else it waits.

    Attributes:
        device_key: signs.
        sealing_key: X25519, keys of bills are sealed to it.
    """

    client_ref: ClientRef
    account: AccountId
    device_key: PublicKey
    sealing_key: Key32


class RevokePatientKey(Record, tag=35, frozen=True, kw_only=True):
    """Take a key from an account; from now on it neither acts nor is anything sealed to it."""

    client_ref: ClientRef
    account: AccountId
    key: KeyId


class AuthoriseProxy(Record, tag=36, frozen=True, kw_only=True):
    """Let the holder of another account act for this one.

    Attributes:
        holder: the other account.
        scope: tags of operations, ascending.
        bills: only acts about these bills; empty for all.
        until_ms: it acts before this block time.
    """

    client_ref: ClientRef
    account: AccountId
    holder: AccountId
    scope: ProxyScope
    bills: ProxyBills
    until_ms: TimeMs


class RevokeProxy(Record, tag=37, frozen=True, kw_only=True):
    """End a proxy; what it did stays."""

    client_ref: ClientRef
    account: AccountId
    proxy: ProxyId


class AttestPresence(Record, tag=38, frozen=True, kw_only=True):
    """Say that a person stands at a terminal; never an image or a score.

    Attributes:
        date: YYYYMMDD, part of its key.
        account: whose; None when the person is enrolled next.
        check: 1 face, 2 card, 3 both.
        visit: commitment to the visit.
    """

    client_ref: ClientRef
    date: Day
    account: AccountId | None
    check: PresenceValue
    visit: Hash32 | None


class RefuseKey(Record, tag=39, frozen=True, kw_only=True):
    """Refuse a key that waits."""

    client_ref: ClientRef
    account: AccountId
    key: KeyId


class ActFor(Record, tag=76, frozen=True, kw_only=True):
    """Do one operation of a patient for an account, as its proxy or as a clerk.

    Attributes:
        mandate: why the author may.
        act: canonical bytes of the operation; its client_ref is this one.
    """

    client_ref: ClientRef
    account: AccountId
    mandate: Mandate
    act: ActBytes


class RevokeAssisted(Record, tag=77, frozen=True, kw_only=True):
    """Take back what a clerk did for an account, within ``assisted_revocable_ms``."""

    client_ref: ClientRef
    account: AccountId
    act: ActId


class ConfirmAssisted(Record, tag=78, frozen=True, kw_only=True):
    """Let an assisted act above ``assisted_fen`` take effect, with another key."""

    client_ref: ClientRef
    account: AccountId
    act: ActId


class ConfirmPatientKey(Record, tag=79, frozen=True, kw_only=True):
    """Confirm a key that an institution added; it acts when its delay is over, too."""

    client_ref: ClientRef
    account: AccountId
    key: KeyId


PatientOperation = (
    AddPatientKey
    | RevokePatientKey
    | AuthoriseProxy
    | RevokeProxy
    | AttestPresence
    | RefuseKey
    | ActFor
    | RevokeAssisted
    | ConfirmAssisted
    | ConfirmPatientKey
)

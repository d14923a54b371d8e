"""What operations on keys, proxies, presence and acts for others tell the subscribers.

Rules: as in ``events``.

Source: domain.md section 4.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.ledger.fields import ObjectKey
from ledgerd.ledger.patient_fields import ActId, KeyId, ProxyId
from ledgerd.primitives.canonical import U8, AccountId, Record, TimeMs


class PatientKeyAdded(Record, tag=34, frozen=True, kw_only=True):
    """An account has a further key.

    Attributes:
        waits: it must be confirmed and may be refused.
    """

    account: AccountId
    key: KeyId
    waits: bool


class PatientKeyRevoked(Record, tag=35, frozen=True, kw_only=True):
    """A key left an account."""

    account: AccountId
    key: KeyId


class ProxyAuthorised(Record, tag=36, frozen=True, kw_only=True):
    """Somebody may act for an account."""

    account: AccountId
    proxy: ProxyId
    holder: AccountId
    until_ms: TimeMs


class ProxyRevoked(Record, tag=37, frozen=True, kw_only=True):
    """A proxy ended."""

    account: AccountId
    proxy: ProxyId


class PresenceAttested(Record, tag=38, frozen=True, kw_only=True):
    """A terminal saw a person."""

    presence: ObjectKey


class PatientKeyRefused(Record, tag=39, frozen=True, kw_only=True):
    """A key that waited was refused."""

    account: AccountId
    key: KeyId


class ActedForAnother(Record, tag=76, frozen=True, kw_only=True):
    """Somebody acted for an account.

    Attributes:
        operation: tag of what was done.
        waits: it takes effect with a second key only.
    """

    account: AccountId
    act: ActId
    operation: U8
    waits: bool


class AssistedRevoked(Record, tag=77, frozen=True, kw_only=True):
    """An act of a clerk was taken back.

    Attributes:
        object_key: what it had made; empty when it had not taken effect.
        is_undone: the effect is gone; else whoever holds it (a payer) must act.
    """

    account: AccountId
    act: ActId
    object_key: Annotated[bytes, Meta(max_length=64)]
    is_undone: bool


class AssistedConfirmed(Record, tag=78, frozen=True, kw_only=True):
    """An assisted act took effect with a second key."""

    account: AccountId
    act: ActId


class PatientKeyConfirmed(Record, tag=79, frozen=True, kw_only=True):
    """A key that an institution added is confirmed.

    Attributes:
        acts_from_ms: not before this block time it acts.
    """

    account: AccountId
    key: KeyId
    acts_from_ms: TimeMs


PatientEvent = (
    PatientKeyAdded
    | PatientKeyRevoked
    | ProxyAuthorised
    | ProxyRevoked
    | PresenceAttested
    | PatientKeyRefused
    | ActedForAnother
    | AssistedRevoked
    | AssistedConfirmed
    | PatientKeyConfirmed
)

"""The small typed fields of accounts, proxies and acts for others.

Rules: as in ``fields``.

Source: domain.md section 4.
"""

from enum import IntEnum, unique
from typing import Annotated, Final, Literal

from msgspec import Meta

from ledgerd.ledger.fields import BillRef, ObjectKey, SealedDocument
from ledgerd.primitives.canonical import U8, Bytes16, Canonical

SCOPE_MAX: Final = 16
PROXY_BILLS_MAX: Final = 16
ACT_BYTES_MAX: Final = 7_680  # within an operation of 8 192 bytes, with account and mandate

KeyId = Bytes16
ProxyId = Bytes16
ActId = Bytes16
ProxyScope = Annotated[tuple[U8, ...], Meta(min_length=1, max_length=SCOPE_MAX)]
ProxyBills = Annotated[tuple[BillRef, ...], Meta(max_length=PROXY_BILLS_MAX)]
ActBytes = Annotated[bytes, Meta(min_length=1, max_length=ACT_BYTES_MAX)]
PresenceValue = Literal[1, 2, 3]


@unique
class PresenceCheck(IntEnum):
    """What a terminal checked."""

    FACE = 1
    CARD = 2
    FACE_AND_CARD = 3


class ProxyMandate(Canonical, tag=1, frozen=True):
    """The author is an account that the patient's account authorised."""

    proxy: ProxyId


class AssistedMandate(Canonical, tag=2, frozen=True):
    """The author is a clerk before whom the person stands.

    Attributes:
        presence: the attestation of it.
        form: the form that the person signed, sealed.
    """

    presence: ObjectKey
    form: SealedDocument


Mandate = ProxyMandate | AssistedMandate

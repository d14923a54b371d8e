"""Typed bodies of the operations of patients and payers: accounts, access, claims.

Rules: as in ``bill_operations``. Patients sign with a device key of their account.

Source: domain.md sections 1, 3 and 4.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.ledger.fields import (
    CLAIM_ITEMS_MAX,
    BillRef,
    Day,
    GrantId,
    ObjectKey,
    PartsValue,
    Purpose,
    SealedDocument,
    SidecarName,
)
from ledgerd.primitives.canonical import (
    U32,
    AccountId,
    Canonical,
    ClientRef,
    Fen,
    Hash32,
    InstitutionId,
    Key32,
    PublicKey,
    Record,
    TimeMs,
)

PositiveFen = Annotated[int, Meta(ge=1, le=10**12)]


class EnrolPatient(Record, tag=30, frozen=True, kw_only=True):
    """Open an account under a random id, with its first device, or for a person without one.

    Attributes:
        registrar: medicare of the person's area, which confirms whose account it is.
        device_key: signs: Ed25519, or a passkey; None with ``sealing_key``.
        sealing_key: X25519, keys are sealed to it.
        record: the sealed record that says whose account it is.
    """

    client_ref: ClientRef
    account: AccountId
    registrar: InstitutionId
    device_key: PublicKey | None
    sealing_key: Key32 | None
    record: SealedDocument


class ConfirmPatient(Record, tag=31, frozen=True, kw_only=True):
    """Confirm whose account it is.

    Attributes:
        token: write-once PRF(registrar's key, identity number): one person, one account.
    """

    client_ref: ClientRef
    account: AccountId
    token: Hash32


class GrantAccess(Record, tag=32, frozen=True, kw_only=True):
    """Let an institution read parts of an own bill; carries no key.

    Attributes:
        salt: opens the owner commitment.
        parts: 1 face, 2 lines, 3 both.
        purpose: 1 claim, 2 care, 3 audit, 4 entry.
        until_ms: deliveries stop at this block time.
    """

    client_ref: ClientRef
    bill: BillRef
    salt: Hash32
    reader: InstitutionId
    parts: PartsValue
    purpose: Purpose
    until_ms: TimeMs


class DeliverKey(Record, tag=33, frozen=True, kw_only=True):
    """Hand content keys on, as a sealed document.

    To the reader of a grant, to the author of a report, or, when neither is named, to the devices
    of the bill's owner, which the document does not name.

    Attributes:
        own_delivery: the delivery by which the author became a reader, unless it is the
            issuer, the countersigning finance or the settling bureau.
        key_number: the reader's encryption key to which the document is sealed; 0 for devices.
        report: the reader's word that it could not open the bill.
    """

    client_ref: ClientRef
    bill: BillRef
    grant: GrantId | None
    own_delivery: GrantId | None
    key_number: U32
    document: SidecarName
    report: GrantId | None = None


class ClaimItem(Canonical, frozen=True, kw_only=True):
    """One bill of a claim.

    Attributes:
        salt: opens the owner commitment.
        amount_fen: what is asked for; a decision never grants more.
    """

    bill: BillRef
    salt: Hash32
    amount_fen: PositiveFen


ClaimItems = Annotated[tuple[ClaimItem, ...], Meta(min_length=1, max_length=CLAIM_ITEMS_MAX)]
ClaimAmounts = Annotated[tuple[Fen, ...], Meta(min_length=1, max_length=CLAIM_ITEMS_MAX)]


class FileClaim(Record, tag=40, frozen=True, kw_only=True):
    """Ask a payer to reimburse own bills.

    Attributes:
        date: YYYYMMDD, part of the claim's key.
        items: 1 to 16 different bills.
    """

    client_ref: ClientRef
    date: Day
    payer: InstitutionId
    items: ClaimItems


class DecideClaim(Record, tag=41, frozen=True, kw_only=True):
    """Decide a claim: reserve an amount per bill, in the claim's order; all 0 refuses it.

    Attributes:
        reasoning: sealed to patient and payer.
    """

    client_ref: ClientRef
    claim: ObjectKey
    amounts: ClaimAmounts
    reasoning: SealedDocument | None = None


class PayClaim(Record, tag=42, frozen=True, kw_only=True):
    """Say that what the decision reserved was paid.

    Attributes:
        amount_fen: must be the sum that is reserved.
    """

    client_ref: ClientRef
    claim: ObjectKey
    amount_fen: PositiveFen


class WithdrawClaim(Record, tag=43, frozen=True, kw_only=True):
    """Take back an own claim that is not decided."""

    client_ref: ClientRef
    claim: ObjectKey


class ReleaseExpired(Record, tag=44, frozen=True, kw_only=True):
    """End a claim whose time is over and release what it reserved; anyone may."""

    client_ref: ClientRef
    claim: ObjectKey


ClaimOperation = (
    EnrolPatient
    | ConfirmPatient
    | GrantAccess
    | DeliverKey
    | FileClaim
    | DecideClaim
    | PayClaim
    | WithdrawClaim
    | ReleaseExpired
)

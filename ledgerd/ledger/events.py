"""What operations tell the subscribers: small typed records in the receipts.

Rules: hashes, ids and amounts only. An event says what happened; whoever needs more reads the
state. Tags are published and never reused.

Source: domain.md section 4; architecture.md section 2.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.ledger.axis_events import AxisEvent
from ledgerd.ledger.book_events import BookEvent
from ledgerd.ledger.care_events import CareEvent
from ledgerd.ledger.fields import (
    BillRef,
    GrantId,
    ObjectKey,
    PartsValue,
    RangeId,
    SidecarName,
    UnreadableReason,
)
from ledgerd.ledger.governance_events import GovernanceEvent
from ledgerd.ledger.patient_events import PatientEvent
from ledgerd.ledger.redress_events import RedressEvent
from ledgerd.primitives.canonical import (
    AccountId,
    BillCode,
    Fen,
    InstitutionId,
    Record,
    TimeMs,
)

Bills = Annotated[tuple[BillRef, ...], Meta(max_length=16)]


class NumbersAllotted(Record, tag=10, frozen=True, kw_only=True):
    """A range of numbers was handed to a holder."""

    holder: InstitutionId
    code: BillCode
    range_id: RangeId


class BillIssued(Record, tag=11, frozen=True, kw_only=True):
    """A blue bill exists now."""

    bill: BillRef
    issuer: InstitutionId
    sidecar: SidecarName


class PaymentRecorded(Record, tag=12, frozen=True, kw_only=True):
    """The patient's payments to a bill grew to ``paid_fen``."""

    bill: BillRef
    paid_fen: Fen


class BillCountersigned(Record, tag=13, frozen=True, kw_only=True):
    """Finance put a bill under supervision."""

    bill: BillRef
    issuer: InstitutionId


class ReversalAnnounced(Record, tag=14, frozen=True, kw_only=True):
    """A bill will be reversed."""

    bill: BillRef
    issuer: InstitutionId


class BillReversed(Record, tag=15, frozen=True, kw_only=True):
    """A bill is taken back by a red bill.

    Attributes:
        settlement: released with it; its bureau books the negative effect.
    """

    bill: BillRef
    red: BillRef
    issuer: InstitutionId
    sidecar: SidecarName
    settlement: ObjectKey | None


class UnreadableReported(Record, tag=16, frozen=True, kw_only=True):
    """A reader could not open a bill, or found other sums.

    Attributes:
        issuer: of the bill; has until ``Params.unreadable_ms`` to deliver keys anew.
    """

    bill: BillRef
    reader: InstitutionId
    reason: UnreadableReason
    report: GrantId
    issuer: InstitutionId


class Settled(Record, tag=20, frozen=True, kw_only=True):
    """A settlement is open."""

    settlement: ObjectKey
    hospital: InstitutionId
    public_fen: Fen


class SettlementReversed(Record, tag=21, frozen=True, kw_only=True):
    """A settlement is taken back."""

    settlement: ObjectKey
    hospital: InstitutionId


class PatientEnrolled(Record, tag=30, frozen=True, kw_only=True):
    """An account exists and waits for its registrar."""

    account: AccountId
    registrar: InstitutionId
    record: SidecarName


class PatientConfirmed(Record, tag=31, frozen=True, kw_only=True):
    """An account may claim and grant."""

    account: AccountId


class AccessGranted(Record, tag=32, frozen=True, kw_only=True):
    """A reader may be given keys of a bill."""

    bill: BillRef
    issuer: InstitutionId
    grant: GrantId
    reader: InstitutionId
    parts: PartsValue
    until_ms: TimeMs


class KeyDelivered(Record, tag=33, frozen=True, kw_only=True):
    """Keys lie sealed for a reader.

    Attributes:
        grant: None when they answer a report, or are for the owner's devices.
        reader: None for the owner's devices.
    """

    bill: BillRef
    grant: GrantId | None
    reader: InstitutionId | None
    document: SidecarName


class ClaimFiled(Record, tag=40, frozen=True, kw_only=True):
    """A claim waits for its payer."""

    claim: ObjectKey
    payer: InstitutionId
    bills: Bills


class ClaimDecided(Record, tag=41, frozen=True, kw_only=True):
    """A payer decided; 0 means refused."""

    claim: ObjectKey
    payer: InstitutionId
    reserved_fen: Fen


class ClaimPaid(Record, tag=42, frozen=True, kw_only=True):
    """A payer paid what it had reserved."""

    claim: ObjectKey
    payer: InstitutionId
    paid_fen: Fen


class ClaimWithdrawn(Record, tag=43, frozen=True, kw_only=True):
    """The patient took a claim back."""

    claim: ObjectKey
    payer: InstitutionId


class ClaimExpired(Record, tag=44, frozen=True, kw_only=True):
    """A claim ended because its time was over."""

    claim: ObjectKey
    payer: InstitutionId


Event = (
    NumbersAllotted
    | BillIssued
    | PaymentRecorded
    | BillCountersigned
    | ReversalAnnounced
    | BillReversed
    | UnreadableReported
    | Settled
    | SettlementReversed
    | PatientEnrolled
    | PatientConfirmed
    | AccessGranted
    | KeyDelivered
    | ClaimFiled
    | ClaimDecided
    | ClaimPaid
    | ClaimWithdrawn
    | ClaimExpired
    | CareEvent
    | PatientEvent
    | RedressEvent
    | AxisEvent
    | GovernanceEvent
    | BookEvent
)

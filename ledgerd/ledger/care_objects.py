"""Objects of the state about visits, prescriptions, erasures and audit anchors.

Rules: as in ``objects``.

Source: domain.md sections 4 and 8.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.care_operations import DISPENSINGS_MAX
from ledgerd.ledger.fields import BillRef, ObjectKey, PartsValue, SealedDocument
from ledgerd.ledger.keeping_operations import ERASED_BILLS_MAX, LineCount
from ledgerd.ledger.objects import KeyedStep, Origin
from ledgerd.primitives.canonical import (
    U8,
    AccountId,
    Bytes16,
    Canonical,
    Hash32,
    InstitutionId,
    Record,
    TimeMs,
)

KEEPERS_MAX: Final = 64  # nodes that say they deleted; as many as a ledger has validators


@unique
class VisitState(IntEnum):
    """CANCELLED and COMPLETED are final."""

    BOOKED = 1
    REGISTERED = 2
    CANCELLED = 3
    COMPLETED = 4


class Visit(Record, tag=123, frozen=True, kw_only=True):
    """A visit of somebody to the hospital that stands in its key.

    Attributes:
        visit: commitment to the visit.
        sealed: one document a step, in the order of the steps.
        opened: who booked it, or registered it when it was not booked.
        presence: the attestation that the registration rests on.
    """

    state: VisitState
    visit: Hash32
    sealed: Annotated[tuple[SealedDocument, ...], Meta(min_length=1, max_length=3)]
    opened: KeyedStep
    registered: Origin | None = None
    presence: ObjectKey | None = None
    cancelled: Origin | None = None
    completed: Origin | None = None


class Dispensing(Canonical, frozen=True, kw_only=True):
    """One time that a prescription was dispensed; ``ref`` is the half hash of author and ref."""

    ref: Bytes16
    hospital: InstitutionId
    sealed: SealedDocument
    origin: Origin


class Prescription(Record, tag=124, frozen=True, kw_only=True):
    """What a hospital prescribed, and who dispensed it."""

    visit: ObjectKey
    prescription: Hash32
    sealed: SealedDocument
    times: U8
    until_ms: TimeMs
    origin: Origin
    dispensings: Annotated[tuple[Dispensing, ...], Meta(max_length=DISPENSINGS_MAX)] = ()


class ErasedBill(Canonical, frozen=True, kw_only=True):
    """One bill of an erasure."""

    bill: BillRef
    parts: PartsValue


class Approval(Canonical, frozen=True, kw_only=True):
    """One institution's approval; without an order the time to keep was over."""

    step: KeyedStep
    order: SealedDocument | None


class ErasureConfirmed(Canonical, frozen=True, kw_only=True):
    """A keeper's word that its node has deleted."""

    keeper: InstitutionId
    origin: Origin


class Erasure(Record, tag=128, frozen=True, kw_only=True):
    """A request to delete, the approvals, and the words of the keepers.

    Attributes:
        bureau: medicare, which approves too; None when no lines are named.
        approved_ms: block time of the last approval that it needed.
    """

    account: AccountId
    bureau: InstitutionId | None
    bills: Annotated[tuple[ErasedBill, ...], Meta(min_length=1, max_length=ERASED_BILLS_MAX)]
    requested: Origin
    by_authority: Approval | None = None
    by_bureau: Approval | None = None
    approved_ms: TimeMs | None = None
    confirmed: Annotated[tuple[ErasureConfirmed, ...], Meta(max_length=KEEPERS_MAX)] = ()

    @property
    def is_approved(self) -> bool:
        return self.approved_ms is not None


class AuditAnchor(Record, tag=129, frozen=True, kw_only=True):
    """How the audit log of an institution's node read."""

    line_count: LineCount
    head: Hash32
    origin: Origin

"""Events of visits, prescriptions, erasures and audit anchors.

Rules: as in ``events``.

Source: domain.md sections 4 and 8.
"""

from ledgerd.ledger.fields import ObjectKey
from ledgerd.ledger.keeping_operations import LineCount
from ledgerd.primitives.canonical import U8, InstitutionId, Record


class AuditAnchored(Record, tag=66, frozen=True, kw_only=True):
    """An institution fixed its audit log."""

    anchor: ObjectKey
    institution: InstitutionId
    line_count: LineCount


class ErasureRequested(Record, tag=70, frozen=True, kw_only=True):
    """A patient asks for deletion; it waits for approval."""

    erasure: ObjectKey
    authority: InstitutionId
    bureau: InstitutionId | None


class ErasureApproved(Record, tag=71, frozen=True, kw_only=True):
    """An institution approved; ``is_complete`` says that nothing more is needed: delete now."""

    erasure: ObjectKey
    institution: InstitutionId
    is_complete: bool


class ErasedByKeeper(Record, tag=72, frozen=True, kw_only=True):
    """A keeper has deleted."""

    erasure: ObjectKey
    keeper: InstitutionId


class VisitBooked(Record, tag=80, frozen=True, kw_only=True):
    """Somebody booked a visit."""

    visit: ObjectKey
    hospital: InstitutionId


class VisitRegistered(Record, tag=81, frozen=True, kw_only=True):
    """Somebody came."""

    visit: ObjectKey
    hospital: InstitutionId


class VisitCancelled(Record, tag=82, frozen=True, kw_only=True):
    """A visit will not be."""

    visit: ObjectKey
    hospital: InstitutionId


class VisitCompleted(Record, tag=83, frozen=True, kw_only=True):
    """A visit is over."""

    visit: ObjectKey
    hospital: InstitutionId


class Prescribed(Record, tag=84, frozen=True, kw_only=True):
    """A prescription may be dispensed."""

    prescription: ObjectKey
    hospital: InstitutionId


class PrescriptionDispensed(Record, tag=85, frozen=True, kw_only=True):
    """A prescription was dispensed for the ``count``-th time."""

    prescription: ObjectKey
    hospital: InstitutionId
    count: U8


CareEvent = (
    AuditAnchored
    | ErasureRequested
    | ErasureApproved
    | ErasedByKeeper
    | VisitBooked
    | VisitRegistered
    | VisitCancelled
    | VisitCompleted
    | Prescribed
    | PrescriptionDispensed
)

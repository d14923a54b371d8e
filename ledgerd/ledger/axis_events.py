"""Events of the further axes of a bill.

Rules: as in ``events``: ids, hashes and amounts. The paper's number and the unit are not told.

Source: domain.md section 3.
"""

from ledgerd.ledger.fields import BillRef, GrantId, ObjectKey
from ledgerd.primitives.canonical import Fen, InstitutionId, Record


class BillBound(Record, tag=100, frozen=True, kw_only=True):
    """A bill has an owner now; ``binder`` said so and serves the owner's devices."""

    bill: BillRef
    binder: InstitutionId


class BillVoided(Record, tag=101, frozen=True, kw_only=True):
    """A bill was taken back before supervision; its bureau books what its settlement bore."""

    bill: BillRef
    issuer: InstitutionId
    settlement: ObjectKey | None


class PaperExchanged(Record, tag=102, frozen=True, kw_only=True):
    """A paper bill is out."""

    bill: BillRef
    issuer: InstitutionId


class PaperRecalled(Record, tag=103, frozen=True, kw_only=True):
    """The paper bill came back."""

    bill: BillRef
    issuer: InstitutionId


class RefundRecorded(Record, tag=104, frozen=True, kw_only=True):
    """Refunds of a bill grew to ``refunded_fen``."""

    bill: BillRef
    refunded_fen: Fen


class BillEntered(Record, tag=105, frozen=True, kw_only=True):
    """A unit bears this much of a bill."""

    bill: BillRef
    entry: GrantId
    amount_fen: Fen


class EntryRevoked(Record, tag=106, frozen=True, kw_only=True):
    """The unit bears nothing of the bill any more."""

    bill: BillRef
    entry: GrantId


class AccessRevoked(Record, tag=107, frozen=True, kw_only=True):
    """A grant is over."""

    bill: BillRef
    grant: GrantId
    reader: InstitutionId


AxisEvent = (
    BillBound
    | BillVoided
    | PaperExchanged
    | PaperRecalled
    | RefundRecorded
    | BillEntered
    | EntryRevoked
    | AccessRevoked
)

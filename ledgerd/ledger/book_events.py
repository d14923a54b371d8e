"""What the operations on the books tell the subscribers.

Rules: as in ``events``.
"""

from ledgerd.ledger.book_operations import Month
from ledgerd.ledger.fields import Day, NumberValue, ObjectKey, RangeId
from ledgerd.primitives.canonical import U16, BillCode, InstitutionId, Record


class NumbersReturned(Record, tag=17, frozen=True, kw_only=True):
    """The tail of a range went back to where it was cut from."""

    holder: InstitutionId
    code: BillCode
    range_id: RangeId
    first: NumberValue
    last: NumberValue


class TotalsReported(Record, tag=60, frozen=True, kw_only=True):
    """An issuer closed a day."""

    issuer: InstitutionId
    date: Day


class TotalsAttested(Record, tag=61, frozen=True, kw_only=True):
    """Finance attested a day of an issuer."""

    issuer: InstitutionId
    date: Day
    attester: InstitutionId


class ClearingAttested(Record, tag=62, frozen=True, kw_only=True):
    """A bureau attested a month with a hospital."""

    bureau: InstitutionId
    hospital: InstitutionId
    month: Month


class WriteOffRequested(Record, tag=63, frozen=True, kw_only=True):
    """Bills wait to be written off."""

    write_off: ObjectKey
    hospital: InstitutionId
    bill_count: U16


class WriteOffMoved(Record, tag=64, frozen=True, kw_only=True):
    """Finance approved, refused or archived; ``state`` is a ``WriteOffState``."""

    write_off: ObjectKey
    hospital: InstitutionId
    state: U16


BookEvent = (
    NumbersReturned
    | TotalsReported
    | TotalsAttested
    | ClearingAttested
    | WriteOffRequested
    | WriteOffMoved
)

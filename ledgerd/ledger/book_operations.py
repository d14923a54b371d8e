"""Typed bodies of the operations on the books: returned numbers, daily totals, clearing, write-off.

Rules: as in ``bill_operations``. A sum that an institution reports is compared with the chain's
own running sum, so the report says that both books agree.

Source: domain.md sections 3 to 5.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.fields import BillRef, Day, NumberValue, ObjectKey, RangeId
from ledgerd.primitives.canonical import U32, BillCode, Canonical, ClientRef, InstitutionId, Record

WRITE_OFF_BILLS_MAX: Final = 64  # a day of more is several requests

SumFen = Annotated[int, Meta(ge=0, le=2**62)]
Month = Annotated[int, Meta(ge=1970_01, le=9999_12)]  # YYYYMM


class Sum(Canonical, frozen=True, kw_only=True):
    """How many, and how much together."""

    count: U32 = 0
    amount_fen: SumFen = 0


class ReturnNumbers(Record, tag=17, frozen=True, kw_only=True):
    """Give the unused tail of an own range back to where it was cut from.

    Attributes:
        first: the first number that goes back; everything up to the range's end goes with it.
    """

    client_ref: ClientRef
    code: BillCode
    range_id: RangeId
    first: NumberValue


class ReportTotals(Record, tag=60, frozen=True, kw_only=True):
    """Close an own day: what was issued, voided and reversed in blocks of that UTC day."""

    client_ref: ClientRef
    date: Day
    issued: Sum
    voided: Sum
    reversed: Sum


class AttestTotals(Record, tag=61, frozen=True, kw_only=True):
    """Attest as finance a day that its issuer has reported."""

    client_ref: ClientRef
    issuer: InstitutionId
    date: Day


class AttestClearing(Record, tag=62, frozen=True, kw_only=True):
    """Attest as medicare what was settled and taken back with a hospital in a month.

    Attributes:
        settled: public shares of the settlements of that month's blocks.
        reversed: public shares of those taken back in that month's blocks.
    """

    client_ref: ClientRef
    hospital: InstitutionId
    month: Month
    settled: Sum
    reversed: Sum


class RequestWriteOff(Record, tag=63, frozen=True, kw_only=True):
    """Ask finance to write own bills of attested days off.

    Attributes:
        date: YYYYMMDD, part of the request's key.
    """

    client_ref: ClientRef
    date: Day
    bills: Annotated[tuple[BillRef, ...], Meta(min_length=1, max_length=WRITE_OFF_BILLS_MAX)]


@unique
class WriteOffStep(IntEnum):
    """What finance does with a request: approve it, refuse it, later archive what it approved."""

    APPROVE = 1
    REFUSE = 2
    ARCHIVE = 3


class ApproveWriteOff(Record, tag=64, frozen=True, kw_only=True):
    """Write the bills of a request off, refuse it, or archive them when their time has come."""

    client_ref: ClientRef
    write_off: ObjectKey
    step: WriteOffStep


BookOperation = (
    ReturnNumbers | ReportTotals | AttestTotals | AttestClearing | RequestWriteOff | ApproveWriteOff
)

"""The objects of the books: running sums that the chain keeps, and what was said about them.

Rules: as in ``objects``. One record per owner and period, changed in place: blocks with many
operations of one owner change it once.

Source: domain.md sections 3 to 5; ADR 0101.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.book_operations import WRITE_OFF_BILLS_MAX, Sum, SumFen
from ledgerd.ledger.fields import BillRef, Day, NumberValue, RangeId
from ledgerd.ledger.objects import KeyedStep, Origin
from ledgerd.primitives.canonical import U8, U32, Canonical, InstitutionId, Record

OPERATION_KINDS_MAX: Final = 128


class RangeUse(Record, tag=96, frozen=True, kw_only=True):
    """The highest number of a range that a bill has."""

    highest: NumberValue


class ReturnedNumbers(Record, tag=97, frozen=True, kw_only=True):
    """A tail that went back from a range."""

    range_id: RangeId
    first: NumberValue
    last: NumberValue
    origin: Origin


class KindCount(Canonical, frozen=True, kw_only=True):
    """How many operations of one kind, by the kind's tag."""

    kind: U8
    count: U32


class OfficeDay(Record, tag=98, frozen=True, kw_only=True):
    """What an ``office`` key has done on its last day; an earlier day's counts are overwritten.

    Attributes:
        counts: ascending by kind, none twice.
    """

    day: Day
    counts: Annotated[tuple[KindCount, ...], Meta(max_length=OPERATION_KINDS_MAX)]
    amount_fen: SumFen


class DayBook(Record, tag=99, frozen=True, kw_only=True):
    """What an issuer did in the blocks of one UTC day, and who has said that it is right."""

    issued: Sum = Sum()
    voided: Sum = Sum()
    reversed: Sum = Sum()
    reported: Origin | None = None
    attested: Origin | None = None
    attester: InstitutionId | None = None


class ClearingMonth(Record, tag=110, frozen=True, kw_only=True):
    """What a bureau settled with a hospital in the blocks of one UTC month."""

    settled: Sum = Sum()
    reversed: Sum = Sum()
    attested: Origin | None = None


@unique
class WriteOffState(IntEnum):
    """Where a request to write bills off stands."""

    REQUESTED = 1
    APPROVED = 2
    REFUSED = 3
    ARCHIVED = 4


class WriteOff(Record, tag=111, frozen=True, kw_only=True):
    """A hospital's request to write bills off, and what finance did with it."""

    state: WriteOffState
    hospital: InstitutionId
    bills: Annotated[tuple[BillRef, ...], Meta(max_length=WRITE_OFF_BILLS_MAX)]
    origin: Origin
    decided: KeyedStep | None = None
    archived: Origin | None = None

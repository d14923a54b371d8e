"""Typed bodies of the operations on number ranges, bills, payments and settlements.

Rules: a body holds commitments, hashes and amounts only, never text about a person; its tag is
published and never reused (docs/operations-of-the-ledger.md).

Source: domain.md sections 3 to 5.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.ledger.fields import (
    FUNDS_MAX,
    BillRef,
    Day,
    FundShare,
    GrantId,
    NumberValue,
    ObjectKey,
    PublicPosition,
    RangeId,
    SealedDocument,
    SealedParts,
    UnreadableReason,
)
from ledgerd.primitives.canonical import BillCode, ClientRef, Fen, Hash32, InstitutionId, Record

NumberCount = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class AllotNumbers(Record, tag=10, frozen=True, kw_only=True):
    """Hand a range of bill numbers to a holder, from a code or from an own parent range.

    Attributes:
        first: first number; at or after the next free one of its parent, so ranges never overlap.
        parent: the author's range from which this one is cut; None cuts from the whole code.
    """

    client_ref: ClientRef
    holder: InstitutionId
    code: BillCode
    first: NumberValue
    count: NumberCount
    parent: RangeId | None = None


class IssueBill(Record, tag=11, frozen=True, kw_only=True):
    """Create a blue bill.

    Attributes:
        range_id: the issuer's range that holds the number.
        issue_date: YYYYMMDD of the issuer's region.
        public_fen: the sum of the public funds; above 0 only with ``settlement``.
        public: 1 settled, 2 none, 3 pending.
        owner: commitment to (bill, account, salt); None for a patient without account.
        settlement: the open settlement that the bill consumes; given exactly when settled.
    """

    client_ref: ClientRef
    bill: BillRef
    range_id: RangeId
    issue_date: Day
    total_fen: Fen
    public_fen: Fen
    public: PublicPosition
    owner: Hash32 | None
    sealed: SealedParts
    settlement: ObjectKey | None = None


class RecordPayment(Record, tag=12, frozen=True, kw_only=True):
    """Say that the patient paid this much of the own share (account and cash)."""

    client_ref: ClientRef
    bill: BillRef
    amount_fen: Annotated[int, Meta(ge=1, le=10**12)]


class Countersign(Record, tag=13, frozen=True, kw_only=True):
    """Put the bill under supervision: finance opened the face and its identities hold."""

    client_ref: ClientRef
    bill: BillRef


class AnnounceReversal(Record, tag=14, frozen=True, kw_only=True):
    """Announce that a supervised bill will be reversed: no new claim from now on."""

    client_ref: ClientRef
    bill: BillRef


class ReverseBill(Record, tag=15, frozen=True, kw_only=True):
    """Take a bill back by a red bill of the same amounts; its settlement is released with it.

    Attributes:
        bill: the blue bill.
        red: identity of the red bill, in a range of the issuer.
    """

    client_ref: ClientRef
    bill: BillRef
    red: BillRef
    range_id: RangeId
    issue_date: Day
    owner: Hash32 | None
    sealed: SealedParts


class ReportUnreadable(Record, tag=16, frozen=True, kw_only=True):
    """Say as a reader that the sidecar does not open (1) or holds other sums (2).

    Attributes:
        own_delivery: the delivery by which the author became a reader, as in ``DeliverKey``.
    """

    client_ref: ClientRef
    bill: BillRef
    reason: UnreadableReason
    own_delivery: GrantId | None = None


class Settle(Record, tag=20, frozen=True, kw_only=True):
    """Settle at the counter what public funds bear of a total.

    Attributes:
        date: YYYYMMDD, part of the settlement's key.
        account_fen: borne from the person's own medical account; part of the patient's share.
        hospital_fen: borne by the hospital.
        position: write-once token PRF(bureau key, person | year | position).
        calculation: the sealed calculation.
    """

    client_ref: ClientRef
    date: Day
    hospital: InstitutionId
    total_fen: Fen
    funds: Annotated[tuple[FundShare, ...], Meta(max_length=FUNDS_MAX)]
    account_fen: Fen
    hospital_fen: Fen
    position: Hash32
    calculation: SealedDocument | None = None


class ReverseSettle(Record, tag=21, frozen=True, kw_only=True):
    """Take back a settlement that no standing bill consumes, under a new position token."""

    client_ref: ClientRef
    settlement: ObjectKey
    position: Hash32


BillOperation = (
    AllotNumbers
    | IssueBill
    | RecordPayment
    | Countersign
    | AnnounceReversal
    | ReverseBill
    | ReportUnreadable
    | Settle
    | ReverseSettle
)

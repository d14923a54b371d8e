"""Typed bodies of the operations on the further axes of a bill: owner, paper, refund, entry.

Rules: as in ``bill_operations``. A paper's number is the serial number printed on the paper; for
which unit a bill is entered is sealed.

Source: domain.md sections 3 and 4.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.ledger.fields import BillRef, GrantId, PaperNumber, SealedDocument
from ledgerd.primitives.canonical import ClientRef, Hash32, Record

PositiveFen = Annotated[int, Meta(ge=1, le=10**12)]


class BindBill(Record, tag=18, frozen=True, kw_only=True):
    """Give a bill that was issued without an account its owner, once, after an identity check.

    Attributes:
        owner: commitment to (bill, account, salt of the face).
    """

    client_ref: ClientRef
    bill: BillRef
    owner: Hash32


class VoidBill(Record, tag=19, frozen=True, kw_only=True):
    """Take back a bill that finance has not countersigned; its settlement is released with it."""

    client_ref: ClientRef
    bill: BillRef


class ExchangePaper(Record, tag=22, frozen=True, kw_only=True):
    """Say that a paper bill was handed out for a supervised bill: no claim while it is out.

    Attributes:
        paper: serial number printed on the paper.
    """

    client_ref: ClientRef
    bill: BillRef
    paper: PaperNumber


class RecallPaper(Record, tag=23, frozen=True, kw_only=True):
    """Say that the paper bill came back and is void."""

    client_ref: ClientRef
    bill: BillRef


class RecordRefund(Record, tag=24, frozen=True, kw_only=True):
    """Say that the patient got this much back of what was paid, after the bill was taken back."""

    client_ref: ClientRef
    bill: BillRef
    amount_fen: PositiveFen


class EnterBill(Record, tag=25, frozen=True, kw_only=True):
    """Enter a bill into the accounts of a unit that bears this much of it, under a grant.

    Attributes:
        grant: the patient's consent to the author, for the purpose of an entry.
        unit: which unit it is; sealed.
    """

    client_ref: ClientRef
    bill: BillRef
    grant: GrantId
    amount_fen: PositiveFen
    unit: SealedDocument


class RevokeEntry(Record, tag=26, frozen=True, kw_only=True):
    """Take an own entry back: the unit bears nothing any more, and may not enter the bill again."""

    client_ref: ClientRef
    bill: BillRef
    entry: GrantId


class RevokeAccess(Record, tag=27, frozen=True, kw_only=True):
    """End an own grant: no further delivery; what was opened cannot be called back."""

    client_ref: ClientRef
    bill: BillRef
    grant: GrantId


AxisOperation = (
    BindBill
    | VoidBill
    | ExchangePaper
    | RecallPaper
    | RecordRefund
    | EnterBill
    | RevokeEntry
    | RevokeAccess
)

"""The parameters of the methods on the further axes of a bill, on consent, and of the check.

Rules: as in ``requests``.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ledgerd.rpc.fields import (
    BillCode,
    BillNumber,
    Fen,
    Hex16,
    Params,
    SealedText,
)
from ledgerd.rpc.requests import Act, BillAct

FieldPath = Annotated[
    str, Meta(min_length=1, max_length=96, pattern=r"^[!-~]+$(?!\n)", description="path of a field")
]
FIELDS_MAX = 256


class BillBind(BillAct, frozen=True, kw_only=True):
    """Give a bill its owner, after the person's identity was checked."""

    account: Hex16


class BillExchangePaper(BillAct, frozen=True, kw_only=True):
    """Say that a paper bill was handed out; ``paper`` is the serial number printed on it."""

    paper: Annotated[str, Meta(pattern=r"^[0-9A-Z-]{1,32}$(?!\n)")]


class BillRefund(BillAct, frozen=True, kw_only=True):
    """Record what the patient got back of a bill that was taken back."""

    amount_fen: Annotated[int, Meta(ge=1, le=10**12)]


class BillReport(BillAct, frozen=True, kw_only=True):
    """Report as a reader that a bill does not open, or holds other sums."""

    reason: Literal["does_not_open", "sums_differ"] = "does_not_open"


class EntryEnter(BillAct, frozen=True, kw_only=True):
    """Enter a bill into the accounts of a unit, under the patient's grant for an entry.

    Attributes:
        grant: id of that grant.
        unit: which unit it is; sealed for finance and the patient.
    """

    grant: Hex16
    amount_fen: Annotated[int, Meta(ge=1, le=10**12)]
    unit: SealedText

    def __repr__(self) -> str:
        return "EntryEnter(...)"


class EntryRevoke(BillAct, frozen=True, kw_only=True):
    """Take an own entry back."""

    entry: Hex16


class GrantRevoke(Act, frozen=True, kw_only=True):
    """End a grant; composed for the patient's signature."""

    account: Hex16
    code: BillCode
    number: BillNumber
    grant: Hex16


class BillShare(Params, frozen=True, kw_only=True):
    """Show chosen fields of a bill, with their proofs."""

    code: BillCode
    number: BillNumber
    fields: Annotated[tuple[FieldPath, ...], Meta(min_length=1, max_length=FIELDS_MAX)]


class BillCheck(Params, frozen=True, kw_only=True):
    """Check the five elements of a bill as they stand on its print.

    Attributes:
        date: issue date, YYYYMMDD.
        amount_fen: the total.
        check_code: six digits.
    """

    code: BillCode
    number: BillNumber
    date: Annotated[int, Meta(ge=19_700_101, le=99_991_231)]
    amount_fen: Fen
    check_code: Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]

    def __repr__(self) -> str:
        return "BillCheck(...)"


class AccessList(Params, frozen=True, kw_only=True):
    """Who may read a bill."""

    code: BillCode
    number: BillNumber

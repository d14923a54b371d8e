"""The parameters of the methods of governance, of own affairs and of the books.

Rules: as in ``requests`` and ``queries``.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ledgerd.rpc.fields import (
    BillCode,
    Count,
    Hex16,
    Hex32,
    HexBytes,
    InstitutionId,
    NumberValue,
    ObjectHex,
    Params,
)
from ledgerd.rpc.queries import Page
from ledgerd.rpc.requests import Act, BillRef

Date = Annotated[int, Meta(ge=19_700_101, le=99_991_231, description="UTC day, YYYYMMDD")]
Month = Annotated[int, Meta(ge=1970_01, le=9999_12, description="UTC month, YYYYMM")]
Address = Annotated[str, Meta(min_length=3, max_length=128, pattern=r"^[0-9A-Za-z.:\[\]-]+$(?!\n)")]
KeyKind = Literal["office", "clerk", "cashier", "reviewer", "admin", "terminal", "encryption"]


class ParamValue(Params, frozen=True, kw_only=True):
    """A new value of a parameter, written as ``chain_params`` shows it."""

    name: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")]
    value: Annotated[str, Meta(max_length=64, pattern=r"^[ -~]*$(?!\n)")]


class GovPropose(Act, frozen=True, kw_only=True):
    """Propose a common affair.

    Attributes:
        institution: whom to suspend or to reinstate.
        params: what to change.
        protocol_version: the later version of the rules.
    """

    subject: Literal["suspension", "reinstatement", "params", "protocol"]
    institution: InstitutionId | None = None
    params: Annotated[tuple[ParamValue, ...], Meta(max_length=32)] = ()
    protocol_version: Annotated[int, Meta(ge=1, le=65_535)] | None = None


class KeysRotate(Act, frozen=True, kw_only=True):
    """Change an own key.

    Attributes:
        added: the new key; with ``possession``, its signature, unless it is for encryption.
        retired: an operator key that signs no more.
        number: of an encryption key, one more than the last.
    """

    role: KeyKind
    added: Hex32 | None = None
    possession: HexBytes = ""
    retired: Hex32 | None = None
    number: Annotated[int, Meta(ge=1, le=65_535)] | None = None


class KeysTerminal(Act, frozen=True, kw_only=True):
    """Register a terminal; without ``possession`` take it out of service."""

    terminal: Hex32
    possession: HexBytes = ""


class MemberMove(Act, frozen=True, kw_only=True):
    """Say where the own node listens, or whose node is used."""

    addresses: Annotated[tuple[Address, ...], Meta(max_length=8)] = ()
    hosted_by: InstitutionId | None = None


class NumbersReturn(Act, frozen=True, kw_only=True):
    """Give the unused tail of a range back.

    Attributes:
        first: the first number that goes back; the first that nothing has taken when None.
    """

    code: BillCode
    range_id: Hex16
    first: NumberValue | None = None


class Total(Params, frozen=True, kw_only=True):
    """How many, and how much."""

    count: Count
    amount_fen: Count


class TotalsReport(Act, frozen=True, kw_only=True):
    """Close an own day.

    Attributes:
        issued: as the hospital's own books say; the ledger refuses other sums than its own. What
            is left out is taken from the ledger.
    """

    date: Date
    issued: Total | None = None
    voided: Total | None = None
    reversed: Total | None = None


class TotalsAttest(Act, frozen=True, kw_only=True):
    """Attest a day that its issuer reported."""

    issuer: InstitutionId
    date: Date


class TotalsGet(Params, frozen=True, kw_only=True):
    """The day book of an issuer."""

    issuer: InstitutionId
    date: Date


class SettleAttest(Act, frozen=True, kw_only=True):
    """Attest a month with a hospital; sums that are left out are taken from the ledger."""

    hospital: InstitutionId
    month: Month
    settled: Total | None = None
    reversed: Total | None = None


class SettleClearing(Params, frozen=True, kw_only=True):
    """What a bureau settled with a hospital in a month."""

    bureau: InstitutionId
    hospital: InstitutionId
    month: Month


class WriteoffRequest(Act, frozen=True, kw_only=True):
    """Ask to write bills off: those that are named, or all of an attested day."""

    bills: Annotated[tuple[BillRef, ...], Meta(max_length=64)] = ()
    date: Date | None = None


class WriteoffApprove(Act, frozen=True, kw_only=True):
    """Approve or refuse a request, or archive what was approved."""

    write_off: ObjectHex
    step: Literal["approve", "refuse", "archive"] = "approve"


class GapList(Page, frozen=True, kw_only=True):
    """Numbers of a range that no bill has although later ones were issued."""

    code: BillCode
    range_id: Hex16

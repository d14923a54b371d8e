"""The parameters of the methods that read.

Rules: a list takes an opaque ``cursor`` from the page before and a ``limit``; never an offset.
"""

from typing import Literal

from ledgerd.rpc.fields import (
    BillCode,
    BillNumber,
    Cursor,
    EvidenceName,
    Height,
    Hex16,
    Hex32,
    HexBytes,
    InstitutionId,
    ObjectHex,
    PageLimit,
    Params,
    Seconds,
)

PAGE_LIMIT = 100  # entries of a page when the caller does not say


class Page(Params, frozen=True, kw_only=True):
    """A page of a list."""

    cursor: Cursor = ""
    limit: PageLimit = PAGE_LIMIT


class BlockAt(Params, frozen=True, kw_only=True):
    """Which block: the newest when no height is given."""

    height: Height | None = None


class EvidenceRef(Params, frozen=True, kw_only=True):
    """Which proof, by its name in the list."""

    evidence: EvidenceName


class TxRef(Params, frozen=True, kw_only=True):
    """Which transaction."""

    tx_id: Hex32


class TxWait(Params, frozen=True, kw_only=True):
    """Wait for a transaction."""

    tx_id: Hex32
    until: Literal["committed", "sealed"] = "committed"
    timeout_s: Seconds = 30


class TxBytes(Params, frozen=True, kw_only=True):
    """A transaction's bytes."""

    transaction: HexBytes


class BillGet(Params, frozen=True, kw_only=True):
    """One bill by its identity."""

    code: BillCode
    number: BillNumber


class BillList(Page, frozen=True, kw_only=True):
    """Bills by code and number, of one issuer when named."""

    issuer: InstitutionId | None = None
    code: BillCode | None = None


class BillHistory(Page, frozen=True, kw_only=True):
    """The events of one bill."""

    code: BillCode
    number: BillNumber


class BillsOfAccount(Page, frozen=True, kw_only=True):
    """The bills on which an account has acted or that this node may open for it."""

    account: Hex16


class IdRef(Params, frozen=True, kw_only=True):
    """An object by its id."""

    id: ObjectHex


class AccountRef(Params, frozen=True, kw_only=True):
    """A patient's account."""

    account: Hex16


class ClaimList(Page, frozen=True, kw_only=True):
    """Claims, of one payer or one bill when named."""

    payer: InstitutionId | None = None
    bill_code: BillCode | None = None
    bill_number: BillNumber | None = None


class GrantList(Page, frozen=True, kw_only=True):
    """Grants on one bill, or to one reader, or of one account; the first that is named counts.

    Without a bill or a reader every bill is looked at: name one where you can.
    """

    bill_code: BillCode | None = None
    bill_number: BillNumber | None = None
    reader: InstitutionId | None = None
    account: Hex16 | None = None


class RangeList(Page, frozen=True, kw_only=True):
    """Ranges of bill numbers, of one holder when named."""

    holder: InstitutionId | None = None


class MemberGet(Params, frozen=True, kw_only=True):
    """One institution."""

    institution: InstitutionId


class EventsPoll(Params, frozen=True, kw_only=True):
    """Events after ``cursor``; wait up to ``wait_s`` when there is none yet.

    An empty cursor means from now on, ``0-0-0`` from the first.
    """

    cursor: Cursor = ""
    limit: PageLimit = PAGE_LIMIT
    wait_s: Seconds = 0


class ProofGet(Params, frozen=True, kw_only=True):
    """What to prove: the present state of an object, or a transaction's receipt.

    Attributes:
        subject: a bill as ``code-number``, or an id in hex.
    """

    kind: Literal["bill", "claim", "institution", "settlement", "receipt"]
    subject: Cursor

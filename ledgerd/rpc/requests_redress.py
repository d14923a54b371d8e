"""The parameters of the acts of redress, cases and assistance.

Rules: as in ``requests``; whatever is said in words is sealed before it leaves the node, so it
never appears in a ``repr``. An act of a patient names the ``account``; an institution's leaves it
out.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ledgerd.rpc.fields import Fen, Hex16, Hex32, InstitutionId, ObjectHex, SealedText
from ledgerd.rpc.queries import Page
from ledgerd.rpc.requests import Act, BillRef, ClaimItem

Amounts = Annotated[tuple[Fen, ...], Meta(min_length=1, max_length=16)]
Party = Annotated[
    str,
    Meta(
        pattern=r"^(?:[0-9A-Z]{18}|[0-9a-f]{32})$(?!\n)",
        description="an institution's code or an account's id",
    ),
]
PublicKeyHex = Annotated[
    str,
    Meta(
        pattern=r"^(?:[0-9a-f]{64}|[0-9a-f]{66})$(?!\n)", description="public key, lower-case hex"
    ),
]
RuleName = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}$(?!\n)", description="a rule's name")]


class SealedAct(Act, frozen=True, kw_only=True):
    """An act with words that will be sealed: its ``repr`` shows the type only."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class ClaimRequestSupplement(SealedAct, frozen=True, kw_only=True):
    """Ask the patient of a claim for documents."""

    claim: ObjectHex
    request: SealedText


class ClaimSupply(SealedAct, frozen=True, kw_only=True):
    """Hand in the documents that the payer asked for; composed for the patient's signature."""

    account: Hex16
    claim: ObjectHex
    documents: Annotated[tuple[SealedText, ...], Meta(min_length=1, max_length=8)]


class ClaimAppeal(SealedAct, frozen=True, kw_only=True):
    """Ask for more of each bill of a paid or refused claim; composed for the patient."""

    account: Hex16
    claim: ObjectHex
    amounts: Amounts
    reasons: SealedText


class ClaimRecover(Act, frozen=True, kw_only=True):
    """Say what was taken back of each bill of a paid claim."""

    claim: ObjectHex
    amounts: Amounts


class AssistanceApply(SealedAct, frozen=True, kw_only=True):
    """Apply to a bureau for assistance with own bills; composed for the patient."""

    account: Hex16
    bureau: InstitutionId
    items: Annotated[tuple[ClaimItem, ...], Meta(min_length=1, max_length=16)]
    reasons: SealedText


class AssistanceDecide(SealedAct, frozen=True, kw_only=True):
    """Decide an application: an amount for each of its bills; all 0 refuses."""

    application: ObjectHex
    amounts: Amounts
    reasoning: SealedText = ""


class AlertRaise(SealedAct, frozen=True, kw_only=True):
    """Write down that a rule fired on bills that the author can open here.

    Attributes:
        bills: what the evidence is about; sealed with it.
    """

    rule: RuleName
    result: Literal["violation", "suspicion"] = "suspicion"
    bills: Annotated[tuple[BillRef, ...], Meta(min_length=1, max_length=16)]
    evidence: SealedText


class CaseOpen(SealedAct, frozen=True, kw_only=True):
    """Open a case; only the parties and the author can read what it is about.

    Attributes:
        parties: who may read it and object.
        holds: bills that stay as they are until the case is closed; these are public.
    """

    rule: RuleName
    alert: ObjectHex | None = None
    parties: Annotated[tuple[Party, ...], Meta(min_length=1, max_length=8)]
    subject: SealedText
    holds: Annotated[tuple[BillRef, ...], Meta(max_length=16)] = ()


class CaseAssign(Act, frozen=True, kw_only=True):
    """Give a case to a reviewer's key; the subject is sealed for its institution."""

    case: ObjectHex
    assignee: InstitutionId
    key: PublicKeyHex


class CaseReport(SealedAct, frozen=True, kw_only=True):
    """Report as the assignee what was found."""

    case: ObjectHex
    finding: SealedText


class CaseAppeal(SealedAct, frozen=True, kw_only=True):
    """Object as a party; an institution's salt is read from the subject when left out."""

    case: ObjectHex
    account: Hex16 | None = None
    salt: Hex32 | None = None
    reasons: SealedText


class CaseReview(SealedAct, frozen=True, kw_only=True):
    """Judge an appeal."""

    case: ObjectHex
    opinion: SealedText


class CaseClose(Act, frozen=True, kw_only=True):
    """Close a case."""

    case: ObjectHex


class ByAuthor(Page, frozen=True, kw_only=True):
    """Alerts, cases or applications; of one institution when named."""

    institution: InstitutionId | None = None

"""What the operations of redress, cases and assistance tell the subscribers.

Rules: as in ``events``.

Source: domain.md section 4.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.ledger.case_operations import RuleName
from ledgerd.ledger.fields import CLAIM_ITEMS_MAX, BillRef, ObjectKey
from ledgerd.primitives.canonical import Fen, InstitutionId, Record

Bills = Annotated[tuple[BillRef, ...], Meta(max_length=CLAIM_ITEMS_MAX)]


class SupplementRequested(Record, tag=45, frozen=True, kw_only=True):
    """A payer waits for documents of a claim."""

    claim: ObjectKey
    payer: InstitutionId


class DocumentsSupplied(Record, tag=46, frozen=True, kw_only=True):
    """The documents of a claim came."""

    claim: ObjectKey
    payer: InstitutionId


class ClaimAppealed(Record, tag=47, frozen=True, kw_only=True):
    """A claim is open again."""

    claim: ObjectKey
    payer: InstitutionId


class PaymentRecovered(Record, tag=48, frozen=True, kw_only=True):
    """A payer took back what it had paid."""

    claim: ObjectKey
    payer: InstitutionId
    recovered_fen: Fen


class AlertRaised(Record, tag=90, frozen=True, kw_only=True):
    """A rule fired."""

    alert: ObjectKey
    rule: RuleName


class CaseOpened(Record, tag=91, frozen=True, kw_only=True):
    """A case is open."""

    case: ObjectKey
    rule: RuleName


class CaseAssigned(Record, tag=92, frozen=True, kw_only=True):
    """A case waits for a reviewer of an institution."""

    case: ObjectKey
    assignee: InstitutionId


class FindingReported(Record, tag=93, frozen=True, kw_only=True):
    """The parties of a case may object to its finding."""

    case: ObjectKey


class CaseAppealed(Record, tag=94, frozen=True, kw_only=True):
    """A party objected."""

    case: ObjectKey


class CaseReviewed(Record, tag=95, frozen=True, kw_only=True):
    """An appeal was judged."""

    case: ObjectKey
    reviewer: InstitutionId


class CaseClosed(Record, tag=96, frozen=True, kw_only=True):
    """A case is over."""

    case: ObjectKey


class AssistanceApplied(Record, tag=97, frozen=True, kw_only=True):
    """An application waits for its bureau."""

    application: ObjectKey
    bureau: InstitutionId
    bills: Bills


class AssistanceDecided(Record, tag=98, frozen=True, kw_only=True):
    """A bureau decided; 0 means refused."""

    application: ObjectKey
    bureau: InstitutionId
    reserved_fen: Fen


RedressEvent = (
    SupplementRequested
    | DocumentsSupplied
    | ClaimAppealed
    | PaymentRecovered
    | AlertRaised
    | CaseOpened
    | CaseAssigned
    | FindingReported
    | CaseAppealed
    | CaseReviewed
    | CaseClosed
    | AssistanceApplied
    | AssistanceDecided
)

"""Typed bodies of alerts and cases: what looks wrong, who looks into it, who may answer.

Rules: as in ``bill_operations``. Public are id, rule, state and deadlines; subject and evidence are
sealed documents. A party of a case stands in it as a commitment that only the party can open.

Source: domain.md section 4.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.fields import BillRef, Day, ObjectKey, SealedDocument
from ledgerd.primitives.canonical import ClientRef, Hash32, InstitutionId, PublicKey, Record

PARTIES_MAX: Final = 8
HELD_BILLS_MAX: Final = 16

RuleName = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A[a-z0-9-]{1,32}\Z")]
Parties = Annotated[tuple[Hash32, ...], Meta(min_length=1, max_length=PARTIES_MAX)]
HeldBills = Annotated[tuple[BillRef, ...], Meta(max_length=HELD_BILLS_MAX)]


@unique
class AlertClass(IntEnum):
    """What a rule says: this is not allowed, or somebody should look."""

    VIOLATION = 1
    SUSPICION = 2


class RaiseAlert(Record, tag=90, frozen=True, kw_only=True):
    """Write down that a monitoring rule fired.

    Attributes:
        date: YYYYMMDD, part of the alert's key.
        rule: the rule's published name.
        evidence: sealed to the author.
    """

    client_ref: ClientRef
    date: Day
    rule: RuleName
    result: AlertClass
    evidence: SealedDocument


class OpenCase(Record, tag=91, frozen=True, kw_only=True):
    """Open a case, from an own alert or without one.

    Attributes:
        date: YYYYMMDD, part of the case's key.
        parties: commitments to (case, party, salt); the salts stand in the sealed subject.
        subject: what it is about and the evidence, sealed to opener and parties.
        holds: bills that may be neither written off nor erased while the case is open.
    """

    client_ref: ClientRef
    date: Day
    rule: RuleName
    alert: ObjectKey | None
    parties: Parties
    subject: SealedDocument
    holds: HeldBills = ()


class AssignCase(Record, tag=92, frozen=True, kw_only=True):
    """Give a case to a reviewer: to find what is so, or to judge the second appeal.

    Attributes:
        assignee: the reviewer's institution.
        key: the reviewer's key; nobody else may report or judge in this place.
        file: what the assignee reads, sealed to it; None when it reads the subject already.
    """

    client_ref: ClientRef
    case: ObjectKey
    assignee: InstitutionId
    key: PublicKey
    file: SealedDocument | None = None


class ReportFinding(Record, tag=93, frozen=True, kw_only=True):
    """Say as the assignee what was found; sealed to opener and parties."""

    client_ref: ClientRef
    case: ObjectKey
    finding: SealedDocument


class AppealCase(Record, tag=94, frozen=True, kw_only=True):
    """Object as a party to a finding, or to its first review.

    Attributes:
        salt: opens the party's commitment.
        reasons: sealed to the opener and the party.
    """

    client_ref: ClientRef
    case: ObjectKey
    salt: Hash32
    reasons: SealedDocument


class ReviewCase(Record, tag=95, frozen=True, kw_only=True):
    """Judge an appeal: by another key, and the second time by another institution."""

    client_ref: ClientRef
    case: ObjectKey
    opinion: SealedDocument


class CloseCase(Record, tag=96, frozen=True, kw_only=True):
    """End a case and let go of the bills that it holds."""

    client_ref: ClientRef
    case: ObjectKey


CaseOperation = (
    RaiseAlert | OpenCase | AssignCase | ReportFinding | AppealCase | ReviewCase | CloseCase
)

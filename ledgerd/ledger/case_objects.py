"""The objects of monitoring: an alert, and a case with every step that it took.

Rules: as in ``objects``. A step holds its ``Origin``, so a replay of any step is recognised at any
later height, also after the case was assigned anew.

Source: domain.md section 4.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.case_operations import AlertClass, HeldBills, Parties, RuleName
from ledgerd.ledger.fields import ObjectKey, SealedDocument
from ledgerd.ledger.objects import Origin
from ledgerd.primitives.canonical import (
    Canonical,
    InstitutionId,
    PublicKey,
    Record,
    TimeMs,
)

STEPS_MAX: Final = 16
REVIEWS_MAX: Final = 2


class Alert(Record, tag=106, frozen=True, kw_only=True):
    """A rule fired.

    Attributes:
        case: the case that was opened from it.
    """

    rule: RuleName
    result: AlertClass
    evidence: SealedDocument
    raised_ms: TimeMs
    origin: Origin
    case: ObjectKey | None = None


@unique
class CaseState(IntEnum):
    """Where a case stands."""

    OPEN = 1
    ASSIGNED = 2
    FOUND = 3
    APPEALED = 4
    REVIEWED = 5
    CLOSED = 6


@unique
class StepKind(IntEnum):
    """What was done with a case."""

    ASSIGNED = 1
    FOUND = 2
    APPEALED = 3
    REVIEWED = 4
    CLOSED = 5


class CaseStep(Canonical, frozen=True, kw_only=True):
    """One step: what, by whom, and what was said.

    Attributes:
        institution: of the author; None for a patient.
    """

    kind: StepKind
    institution: InstitutionId | None
    signer: PublicKey
    document: SealedDocument | None
    time_ms: TimeMs
    origin: Origin


class Case(Record, tag=107, frozen=True, kw_only=True):
    """A case.

    Attributes:
        deadline_ms: of the present state: for the finding, an appeal, or a review; not before it
            may somebody go on without it.
        assignee: whose reviewer the case was given to last, and that reviewer's key.
        steps: after the opening, in their order.
    """

    rule: RuleName
    state: CaseState
    alert: ObjectKey | None
    parties: Parties
    subject: SealedDocument
    holds: HeldBills
    opened_ms: TimeMs
    deadline_ms: TimeMs
    origin: Origin
    assignee: InstitutionId | None = None
    assignee_key: PublicKey | None = None
    steps: Annotated[tuple[CaseStep, ...], Meta(max_length=STEPS_MAX)] = ()

    def steps_of(self, kind: StepKind) -> tuple[CaseStep, ...]:
        return tuple(step for step in self.steps if step.kind == kind)

    @property
    def review_count(self) -> int:
        return len(self.steps_of(StepKind.REVIEWED))

"""What another replica did wrong, as values.

Rules of this file: a fault is never raised; it travels in ``Step.faults`` and the host logs and
counts it. One member per way to misbehave. Late, repeated or reordered messages are not faults.

Source: style.md section 8; the fault log of hbbft.
"""

import enum
from dataclasses import dataclass
from typing import Final

from consensus.evidence import Evidence
from consensus.ids import ReplicaId
from consensus.messages import VoteKind


class FaultKind(enum.Enum):
    """Ways to misbehave."""

    CONFLICTING_PREPARE = "conflicting prepare"
    CONFLICTING_COMMIT = "conflicting commit"
    CONFLICTING_CHECKPOINT = "conflicting checkpoint"
    CONFLICTING_VIEW_CHANGE = "conflicting view change"
    CONFLICTING_NEW_VIEW = "conflicting new view"
    DIVERGING_CHECKPOINT = "checkpoint of another header than the own"
    ILL_FORMED_BATCH = "ill-formed batch"
    INVALID_BATCH = "batch with contents that do not hold"
    INVALID_CERTIFICATE = "certificate that does not hold"
    INVALID_NEW_VIEW = "new view that does not hold"
    ILL_FORMED_STATUS = "status that shows one replica twice"
    UNFOUNDED_REPLY = "reply that does not hang together"


CONFLICTS: Final = {
    VoteKind.PREPARE: FaultKind.CONFLICTING_PREPARE,
    VoteKind.COMMIT: FaultKind.CONFLICTING_COMMIT,
    VoteKind.CHECKPOINT: FaultKind.CONFLICTING_CHECKPOINT,
    VoteKind.VIEW_CHANGE: FaultKind.CONFLICTING_VIEW_CHANGE,
    VoteKind.NEW_VIEW: FaultKind.CONFLICTING_NEW_VIEW,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One misdeed.

    Attributes:
        replica: who signed or sent it.
        evidence: a proof that holds in front of anybody: always, and only, with the kinds in
            ``CONFLICTS``.
    """

    replica: ReplicaId
    kind: FaultKind
    evidence: Evidence | None = None

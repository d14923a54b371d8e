"""What a replica must not forget: the records of the vote log.

Rules of this file: each record is a legal state on its own, so that a log which lost its unsynced
end at any record restores to something that the replica has been. Records are idempotent: written
twice they mean the same. Their order inside one step is the order of their meaning (a batch
before the vote for it).

Source: consensus.md sections 2 and 6.
"""

from dataclasses import dataclass

from consensus.ids import Digest, SequenceNumber, View
from consensus.messages import (
    Batch,
    Certificate,
    Checkpoint,
    Commit,
    NewView,
    Prepare,
    StableCertificate,
    ViewChange,
)


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """The log belongs to this chain and epoch; the first record of every segment."""

    chain: Digest
    epoch: int


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch voted for or decided; the host keeps its contents in the bundle log."""

    batch: Batch


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """An entry of the vote guard. A Prepare of the present view is also its tip."""

    vote: Prepare | Commit


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """An entry of the vote guard: the one header that was signed at this height."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """The highest prepared certificate, or the commit certificate of the last decided batch."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class LeaveRecord:
    """The view of this ViewChange is the present one, inactive, without a tip."""

    view_change: ViewChange


@dataclass(frozen=True, slots=True)
class EnterRecord:
    """The view of this NewView is the present one, active, on its anchor, without a tip."""

    new_view: NewView


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """The view after that of this certificate is the present one, active, on the batch committed.

    It is written as an EnterRecord is; the batch was the last one of a term.
    """

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class SealRecord:
    """The highest seal known."""

    seal: StableCertificate


@dataclass(frozen=True, slots=True)
class ExecutedRecord:
    """The host has executed and written this block.

    Attributes:
        batch_digest: of the batch at this sequence.
        header_hash: what came out; None where only the seal of a descendant is known.
    """

    sequence: SequenceNumber
    batch_digest: Digest
    header_hash: Digest | None


@dataclass(frozen=True, slots=True)
class ArmedRecord:
    """Enough others had answered: from here on this log holds everything that was signed.

    A log without it may be the second one of a replica that lost its first.
    """

    epoch: int


@dataclass(frozen=True, slots=True)
class StartedRecord:
    """What this log vouched for when it was opened, before anything was learnt from others.

    It holds until an ``ArmedRecord`` follows: however often the process starts in between, what
    others show is compared with this, not with what the log has picked up meanwhile.

    Attributes:
        view: above it this log knows of no own promise.
        low_watermark: up to it, seals answer for what was signed.
    """

    epoch: int
    view: View
    low_watermark: SequenceNumber


@dataclass(frozen=True, slots=True)
class AmnesiaRecord:
    """This key has forgotten a promise and never votes again."""

    epoch: int


Record = (
    OpenedRecord
    | BatchRecord
    | VoteRecord
    | CheckpointRecord
    | CertificateRecord
    | LeaveRecord
    | EnterRecord
    | TurnRecord
    | SealRecord
    | ExecutedRecord
    | ArmedRecord
    | StartedRecord
    | AmnesiaRecord
)

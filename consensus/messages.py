"""What replicas say to each other, as frozen values.

Rules of this file: values only; no message knows what it is good for. A message that carries a
signature names its signer; a message without one names the replica that sent it, and the host
checks that against the link on which it came. Digests are computed from contents, never read.

Source: consensus.md section 2.
"""

import enum
from dataclasses import dataclass, field
from typing import ClassVar, Final

from consensus.hashing import digest
from consensus.ids import BatchRef, Digest, Rank, ReplicaId, SequenceNumber, View

BATCH_DOMAIN: Final = b"ledger batch"
OWED_NAMED_MAX: Final = 256  # digests in one Status: 8 KiB; the oldest first, the rest later


class VoteKind(enum.IntEnum):
    """The kind byte of every signed layout."""

    PREPARE = 1
    COMMIT = 2
    VIEW_CHANGE = 3
    NEW_VIEW = 4
    CHECKPOINT = 5  # signs a layout of its own, see signing.checkpoint_payload


@dataclass(frozen=True, slots=True)
class Batch:
    """An ordered list of bundle digests with its place in the chain.

    Attributes:
        epoch: the epoch in which it was proposed.
        sequence: height of the block that it becomes.
        parent_digest: digest of the batch at ``sequence - 1``.
        proposed_in_view: the view in which it was new; stays when a later view repeats it.
        proposer: primary of that view.
        timestamp_ms: wall clock of the proposer, above the parent's.
        bundle_digests: what is ordered, in order; a replica never sees inside.
        digest: hash of all fields above (computed).
    """

    epoch: int
    sequence: SequenceNumber
    parent_digest: Digest
    proposed_in_view: View
    proposer: ReplicaId
    timestamp_ms: int
    bundle_digests: tuple[Digest, ...]
    digest: Digest = field(init=False, compare=False)

    def __post_init__(self) -> None:
        layout = (
            self.epoch.to_bytes(4, "big")
            + self.sequence.to_bytes(8, "big")
            + self.parent_digest
            + self.proposed_in_view.to_bytes(8, "big")
            + self.proposer.to_bytes(4, "big")
            + self.timestamp_ms.to_bytes(8, "big")
            + len(self.bundle_digests).to_bytes(4, "big")
        )
        object.__setattr__(self, "digest", digest(BATCH_DOMAIN, layout, *self.bundle_digests))

    @property
    def ref(self) -> BatchRef:
        return BatchRef(self.sequence, self.digest)

    @property
    def parent(self) -> BatchRef:
        return BatchRef(SequenceNumber(self.sequence - 1), self.parent_digest)


@dataclass(frozen=True, slots=True)
class Vote:
    """What Prepare and Commit have in common; never sent as such."""

    replica: ReplicaId
    epoch: int
    view: View
    sequence: SequenceNumber
    digest: Digest
    signature: bytes

    kind: ClassVar[VoteKind]

    @property
    def rank(self) -> Rank:
        return Rank(self.view, self.sequence)


@dataclass(frozen=True, slots=True)
class Prepare(Vote):
    """I have the contents of this batch and shall vote for no other at this view and sequence."""

    kind: ClassVar[VoteKind] = VoteKind.PREPARE


@dataclass(frozen=True, slots=True)
class Commit(Vote):
    """I hold, on disk, the proof that a quorum prepared this batch in this view."""

    kind: ClassVar[VoteKind] = VoteKind.COMMIT


VOTE_TYPES: Final[dict[VoteKind, type[Prepare] | type[Commit]]] = {
    VoteKind.PREPARE: Prepare,
    VoteKind.COMMIT: Commit,
}


@dataclass(frozen=True, slots=True)
class PrePrepare:
    """The primary's proposal; its signature is the primary's Prepare.

    Attributes:
        view: the view in which it is proposed; above ``batch.proposed_in_view`` for an anchor.
        batch: what is proposed.
        signature: of ``primary_of(view)`` on the Prepare layout; anyone may pass it on.
    """

    view: View
    batch: Batch
    signature: bytes

    @property
    def sequence(self) -> SequenceNumber:
        return self.batch.sequence

    @property
    def digest(self) -> Digest:
        return self.batch.digest

    def prepare(self, primary: ReplicaId) -> Prepare:
        """Return the Prepare of its primary that it carries."""
        return Prepare(
            replica=primary,
            epoch=self.batch.epoch,
            view=self.view,
            sequence=self.sequence,
            digest=self.digest,
            signature=self.signature,
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """I executed this sequence and this header came out."""

    replica: ReplicaId
    epoch: int
    sequence: SequenceNumber
    header_hash: Digest
    signature: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """Votes of a quorum for one batch in one view.

    Attributes:
        kind: PREPARE (the batch is prepared) or COMMIT (it is final, with its ancestors).
        signatures: pairs (replica, signature) in replica order, no duplicates.
    """

    kind: VoteKind
    epoch: int
    view: View
    sequence: SequenceNumber
    digest: Digest
    signatures: tuple[tuple[ReplicaId, bytes], ...]

    @property
    def rank(self) -> Rank:
        return Rank(self.view, self.sequence)

    @property
    def ref(self) -> BatchRef:
        return BatchRef(self.sequence, self.digest)


@dataclass(frozen=True, slots=True)
class StableCertificate:
    """The seal of a block: a quorum signed the same header.

    Attributes:
        signatures: pairs (replica, signature) in replica order, no duplicates.
    """

    epoch: int
    sequence: SequenceNumber
    header_hash: Digest
    signatures: tuple[tuple[ReplicaId, bytes], ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """The signed part of a ViewChange: where I go, and the best proof that I hold.

    Attributes:
        rank: of the highest prepared certificate, or the root's.
        digest: of its batch.
    """

    replica: ReplicaId
    epoch: int
    new_view: View
    rank: Rank
    digest: Digest
    signature: bytes


@dataclass(frozen=True, slots=True)
class ViewChange:
    """A claim with the certificate that bears it out (none when it claims the root)."""

    claim: Claim
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class NewView:
    """A quorum wants this view; it builds on the highest certificate among them.

    Attributes:
        claims: of a quorum, for exactly this epoch and view, in replica order.
        certificate: the highest one claimed; None when that is the root.
        signature: of the view's primary over all of it.
    """

    epoch: int
    view: View
    claims: tuple[Claim, ...]
    certificate: Certificate | None
    signature: bytes


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Two votes of one replica that exclude each other: a proof that anybody can check."""

    first: Prepare | Commit
    second: Prepare | Commit


@dataclass(frozen=True, slots=True)
class Status:
    """Where a replica stands; whoever reads it sends what is missing there.

    Attributes:
        replica: who says so; unsigned, the host checks it against the link.
        tip_sequence: of the last batch prepared in this view, 0 without one.
        rank: of the highest certificate.
        version: of the protocol that this replica speaks.
        links_down: members that it cannot reach, in replica order, no duplicates.
        owed: bundle digests that it waits for, oldest first.
        votes: per replica the newest Prepare or Commit that this one has seen.
        claims: per replica the newest claim of a ViewChange that this one has seen.
    """

    replica: ReplicaId
    epoch: int
    view: View
    active: bool
    tip_sequence: SequenceNumber
    low_watermark: SequenceNumber
    executed: SequenceNumber
    decided: SequenceNumber
    rank: Rank
    version: int
    links_down: tuple[ReplicaId, ...]
    owed: tuple[Digest, ...]
    votes: tuple[Prepare | Commit, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class FetchBatch:
    """Please send the batch with this digest and what you have of its ancestors."""

    replica: ReplicaId
    epoch: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class BatchReply:
    """A batch and its ancestors, youngest first, each the parent of the one before."""

    replica: ReplicaId
    epoch: int
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class FetchCertificate:
    """Please send the commit certificate of your last decision."""

    replica: ReplicaId
    epoch: int


@dataclass(frozen=True, slots=True)
class CertificateReply:
    """A certificate; it proves itself."""

    replica: ReplicaId
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class FetchNewView:
    """Please send the proof that opened this view."""

    replica: ReplicaId
    epoch: int
    view: View


@dataclass(frozen=True, slots=True)
class SealReply:
    """The sender's highest seal; it proves itself."""

    replica: ReplicaId
    seal: StableCertificate


Message = (
    PrePrepare
    | Prepare
    | Commit
    | Checkpoint
    | ViewChange
    | NewView
    | Equivocation
    | Status
    | FetchBatch
    | BatchReply
    | FetchCertificate
    | CertificateReply
    | FetchNewView
    | SealReply
)

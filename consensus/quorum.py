"""One epoch's membership and every threshold that is derived from it.

Rules of this file: the only place with arithmetic on n and f. Constants that decide votes live
in :class:`Limits`, which is part of the hashed membership record: local configuration cannot
touch what a replica votes for.

Source: consensus.md section 1.
"""

from dataclasses import dataclass, field
from typing import Final

from consensus.ids import (
    DIGEST_BYTES,
    PUBLIC_KEY_BYTES,
    ROOT_VIEW,
    BatchRef,
    Digest,
    Rank,
    ReplicaId,
    SequenceNumber,
    View,
)

WINDOW_MAX: Final = 16  # 16 batches of 10 ms hide a round trip of 100 ms
MEMBER_COUNT_MAX: Final = 128  # a certificate of all of them still fits one small message
BUNDLE_COUNT_MAX: Final = 4096  # 128 KiB of digests: a pre-prepare stays small


@dataclass(frozen=True, slots=True)
class Limits:
    """Constants of the membership record that decide what may be voted for.

    Attributes:
        window: sequences in flight above the low watermark, 1 to 16.
        term: the primary moves on after each sequence that this divides; may be below the window.
        clock_drift_ms: how far a proposal may lie ahead of a backup's clock.
        request_timeout_ms: what a primary gets before the first complaint.
        bundle_count_max: digests in one batch.
    """

    window: int = WINDOW_MAX
    term: int = 128
    clock_drift_ms: int = 5_000
    request_timeout_ms: int = 2_000
    bundle_count_max: int = 1_024

    def __post_init__(self) -> None:
        assert 1 <= self.window <= WINDOW_MAX
        assert self.term >= 1
        assert self.clock_drift_ms >= 0
        assert self.request_timeout_ms > 0
        assert 1 <= self.bundle_count_max <= BUNDLE_COUNT_MAX


@dataclass(frozen=True, slots=True)
class Membership:
    """The fixed set of replicas of one epoch.

    Attributes:
        chain: hash of the genesis; part of every signed layout.
        epoch: number of the epoch, 0 for the first, below 2**32.
        root_sequence: height of the last batch before the epoch; 0 for genesis.
        root_digest: digest of that batch; it is never voted for.
        public_keys: 32-byte Ed25519 consensus keys in replica order, all different.
        limits: the constants that decide votes.
        root_timestamp_ms: time of the root batch; the first batch must lie above it.
        fault_max: replicas that may do anything at all without harming the others (computed).
        quorum: smallest vote count such that any two quorums share a correct replica (computed).
            Equals ``2f + 1`` only when ``n == 3f + 1``; with n = 3, 5 or 6 plain ``2f + 1`` forks.
        weak_quorum: one more than could all be faulty: at least one of them is correct (computed).
    """

    chain: Digest
    epoch: int
    root_sequence: SequenceNumber
    root_digest: Digest
    public_keys: tuple[bytes, ...]
    limits: Limits = Limits()
    root_timestamp_ms: int = 0
    replica_count: int = field(init=False, compare=False)
    fault_max: int = field(init=False, compare=False)
    quorum: int = field(init=False, compare=False)
    weak_quorum: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        assert len(self.chain) == DIGEST_BYTES
        assert len(self.root_digest) == DIGEST_BYTES
        assert 0 <= self.epoch < 2**32
        assert 1 <= len(self.public_keys) <= MEMBER_COUNT_MAX
        assert len(set(self.public_keys)) == len(self.public_keys)
        assert all(len(key) == PUBLIC_KEY_BYTES for key in self.public_keys)
        replica_count = len(self.public_keys)
        fault_max = (replica_count - 1) // 3
        object.__setattr__(self, "replica_count", replica_count)
        object.__setattr__(self, "fault_max", fault_max)
        object.__setattr__(self, "quorum", (replica_count + fault_max) // 2 + 1)
        object.__setattr__(self, "weak_quorum", fault_max + 1)

    @property
    def first_sequence(self) -> SequenceNumber:
        return SequenceNumber(self.root_sequence + 1)

    @property
    def root(self) -> BatchRef:
        return BatchRef(self.root_sequence, self.root_digest)

    @property
    def root_rank(self) -> Rank:
        """Rank of the root, which has no certificate; below every other rank."""
        return Rank(ROOT_VIEW, self.root_sequence)

    def primary_of(self, view: View) -> ReplicaId:
        """Whose turn it is; the start moves with the epoch so that all members get turns."""
        return ReplicaId((self.root_sequence + 1 + view) % len(self.public_keys))

    def is_term_final(self, sequence: SequenceNumber) -> bool:
        """Say whether a term ends with this sequence: its commit opens the next view."""
        return sequence > self.root_sequence and sequence % self.limits.term == 0

    def replicas(self) -> range:
        return range(self.replica_count)

    def has(self, replica: int) -> bool:
        return 0 <= replica < self.replica_count

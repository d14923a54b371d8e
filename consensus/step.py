"""The vocabulary between a replica and its host: what goes in beside messages, what comes out.

Rules of this file: values only. :class:`Step` is the only output of a replica.

Source: consensus.md section 6; etcd-io/raft's ``Ready``, hbbft's ``Step``.
"""

import enum
from dataclasses import dataclass

from consensus.faults import Fault
from consensus.ids import Digest, Rank, ReplicaId, SequenceNumber, View
from consensus.messages import Batch, Certificate, Message, StableCertificate
from consensus.records import Record


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the host wants ordered next.

    Attributes:
        bundle_digests: non-empty, no duplicates; their contents are durable on this host.
        timestamp_ms: wall clock; raised to one above the parent's where it is not above it.
    """

    bundle_digests: tuple[Digest, ...]
    timestamp_ms: int


class Complaint(enum.Enum):
    """Why a replica leaves the view of a primary of its own accord."""

    OVERDUE = "overdue"  # for a timeout nothing new was decided
    CENSORED = "censored"  # a bundle was passed over by one that came a timeout later
    SLOW = "slow"  # bundles wait twice as long as under others
    DISCONNECTED = "disconnected"  # several replicas have no link to it
    EQUIVOCATED = "equivocated"  # it signed two things that exclude each other


class BatchVerdict(enum.Enum):
    """The host's answer to a check; depends on the bytes of the batch's bundles alone."""

    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Send:
    """Hand this message to the network; losing or reordering it is allowed.

    Attributes:
        to: None means every other replica.
    """

    message: Message
    to: ReplicaId | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """This batch is final.

    Attributes:
        certificate: commits this batch or a descendant of it.
    """

    batch: Batch
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class CatchUpHint:
    """Somebody is, or says that it is, at this height: fetch sealed blocks from it."""

    sequence: SequenceNumber
    replica: ReplicaId


@dataclass(frozen=True, slots=True)
class BundleHint:
    """A replica waits for this bundle: whoever lacks it fetches it there, and is owed it too."""

    digest: Digest
    replica: ReplicaId


@dataclass(frozen=True, slots=True)
class Halt:
    """What was computed here contradicts what a quorum signed: stop the process.

    Attributes:
        sequence: where.
        own: header hash or batch digest that this replica holds.
        proven: the one that the quorum signed.
        reason: one sentence for the operator.
    """

    sequence: SequenceNumber
    own: Digest
    proven: Digest
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """The effects of one input, listed in the order in which they must be performed.

    Attributes:
        persist: one synced append to the vote log, before anything below.
        sends: messages for the network.
        decided: execute in this order, each once, gap-free.
        checks: are all bundles of this batch at hand and durable, and does every signature in
            them hold? Fetch what is missing; answer with ``batch_checked``.
        fetches: fetch sealed blocks up to these heights.
        wants: fetch these bundles where they are lacking; then call ``owe``.
        seals: store beside their blocks.
        faults: replicas caught misbehaving by this input; log and count them.
        halt: stop the process; nothing else is performed after it.
    """

    persist: tuple[Record, ...] = ()
    sends: tuple[Send, ...] = ()
    decided: tuple[Decided, ...] = ()
    checks: tuple[Batch, ...] = ()
    fetches: tuple[CatchUpHint, ...] = ()
    wants: tuple[BundleHint, ...] = ()
    seals: tuple[StableCertificate, ...] = ()
    faults: tuple[Fault, ...] = ()
    halt: Halt | None = None

    def __add__(self, later: "Step") -> "Step":
        """Join two steps of one input; the later one's effects come after, field by field."""
        if self is EMPTY:
            return later
        if later is EMPTY:
            return self
        return Step(
            persist=self.persist + later.persist,
            sends=self.sends + later.sends,
            decided=self.decided + later.decided,
            checks=self.checks + later.checks,
            fetches=self.fetches + later.fetches,
            wants=self.wants + later.wants,
            seals=self.seals + later.seals,
            faults=self.faults + later.faults,
            halt=self.halt or later.halt,
        )

    def resting_on(self, records: tuple[Record, ...]) -> "Step":
        """Return this step, which persists nothing yet, with what must be durable before it."""
        assert not self.persist, "records come by the journal alone"
        return Step(
            records,
            self.sends,
            self.decided,
            self.checks,
            self.fetches,
            self.wants,
            self.seals,
            self.faults,
            self.halt,
        )


EMPTY = Step()


@dataclass(frozen=True, slots=True)
class Report:
    """Where a replica stands, for status, metrics and tests; changes nothing.

    Attributes:
        view: present view.
        active: its new view was accepted; else the replica waits for one.
        sealed: last sequence with a seal.
        low_watermark: last sequence both sealed and executed here.
        tip_sequence: of the last batch prepared in this view, 0 without one.
        rank: of the highest prepared certificate.
        voting: this replica signs votes.
        amnesia: its key has forgotten promises and never votes again.
        divergence: lowest height at which others, not yet a quorum, agree on another header.
        owed_count: bundles that this replica waits for.
        timeout_ms: what the present primary gets.
        silent: replicas not heard for three status periods.
        left_count: views left before their term was over, since the start of the process.
        complaint: why this replica left a view last, of its own accord; None when it never did.
    """

    epoch: int
    view: View
    active: bool
    primary: ReplicaId
    decided: SequenceNumber
    executed: SequenceNumber
    sealed: SequenceNumber
    low_watermark: SequenceNumber
    tip_sequence: SequenceNumber
    rank: Rank
    voting: bool
    amnesia: bool
    divergence: SequenceNumber | None
    owed_count: int
    timeout_ms: int
    silent: tuple[ReplicaId, ...]
    left_count: int = 0
    complaint: Complaint | None = None

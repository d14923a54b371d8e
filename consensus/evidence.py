"""What a signature says, and two of them that exclude each other: a proof in front of anybody.

Rules of this file: values and pure checks. Every signed message comes down to one statement: at
this place (replica, kind, epoch, view, sequence) I say this digest. A correct replica makes one
statement at a place, ever, across restarts; so two with different digests convict its key. A
ViewChange and a NewView sign a hash of their fields, a Checkpoint the header hash: the digest is
all that a third party needs, whatever it stands for.

Source: consensus.md sections 1 (layouts) and 10, rule 4.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from consensus.errors import InvalidCertificate
from consensus.ids import Digest, ReplicaId, SequenceNumber, View
from consensus.messages import (
    VOTE_TYPES,
    Certificate,
    Checkpoint,
    Claim,
    Commit,
    Equivocation,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    StableCertificate,
    ViewChange,
    VoteKind,
)
from consensus.quorum import Membership
from consensus.signing import (
    SignedPart,
    Verifier,
    checkpoint_payload,
    claim_digest,
    new_view_digest,
    vote_payload,
)

NO_VIEW: Final = View(0)  # of a checkpoint: a light client checks it
NO_SEQUENCE: Final = SequenceNumber(0)  # of a view change and a new view


class Place(NamedTuple):  # as Statement: one is made of every vote that is heard
    """Where a correct replica makes one statement only."""

    replica: ReplicaId
    kind: VoteKind
    epoch: int
    view: View
    sequence: SequenceNumber


class Statement(NamedTuple):
    """What one signature says.

    Attributes:
        digest: of the batch, of the header, or of the fields of a view change or a new view.
    """

    place: Place
    digest: Digest
    signature: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two statements of one replica at one place, with different digests."""

    first: Statement
    second: Statement

    def __post_init__(self) -> None:
        assert self.first.place == self.second.place
        assert self.first.digest != self.second.digest

    @property
    def place(self) -> Place:
        return self.first.place

    def equivocation(self) -> Equivocation | None:
        """Return the message that passes two conflicting votes on; None for other kinds."""
        if self.place.kind not in VOTE_TYPES:
            return None
        return Equivocation(_vote_of(self.first), _vote_of(self.second))


def _vote_of(statement: Statement) -> Prepare | Commit:
    place = statement.place
    return VOTE_TYPES[place.kind](
        place.replica,
        place.epoch,
        place.view,
        place.sequence,
        statement.digest,
        statement.signature,
    )


def statements_of(message: Message, membership: Membership) -> tuple[Statement, ...]:
    """Return what the envelope signatures of a message say; nothing inside certificates."""
    match message:
        case Prepare() | Commit():
            return (vote_statement(message),)
        case PrePrepare():
            return (vote_statement(message.prepare(membership.primary_of(message.view))),)
        case Equivocation(first, second):
            return (vote_statement(first), vote_statement(second))
        case Checkpoint() | ViewChange() | NewView():
            return (_other_statement(message, membership),)
        case _:
            return ()


def _other_statement(
    message: Checkpoint | ViewChange | NewView, membership: Membership
) -> Statement:
    match message:
        case Checkpoint(replica, epoch, sequence, header_hash, signature):
            place = Place(replica, VoteKind.CHECKPOINT, epoch, NO_VIEW, sequence)
            return Statement(place, header_hash, signature)
        case ViewChange(claim):
            return claim_statement(claim)
        case NewView(epoch, view):
            primary = membership.primary_of(view)
            place = Place(primary, VoteKind.NEW_VIEW, epoch, view, NO_SEQUENCE)
            return Statement(place, new_view_digest(membership, message), message.signature)


def vote_statement(vote: Prepare | Commit) -> Statement:
    """Return what the signature of a vote says."""
    place = Place(vote.replica, vote.kind, vote.epoch, vote.view, vote.sequence)
    return Statement(place, vote.digest, vote.signature)


def claim_statement(claim: Claim) -> Statement:
    """Return what the signature of a claim says."""
    place = Place(claim.replica, VoteKind.VIEW_CHANGE, claim.epoch, claim.new_view, NO_SEQUENCE)
    return Statement(place, claim_digest(claim), claim.signature)


def proof_statements(proof: Certificate | StableCertificate) -> tuple[Statement, ...]:
    """Return what each signature of a certificate or a seal says."""
    if isinstance(proof, StableCertificate):
        kind, view, digest = VoteKind.CHECKPOINT, NO_VIEW, proof.header_hash
    else:
        kind, view, digest = proof.kind, proof.view, proof.digest
    return tuple(
        Statement(Place(replica, kind, proof.epoch, view, proof.sequence), digest, signature)
        for replica, signature in proof.signatures
    )


def statement_part(statement: Statement, membership: Membership) -> SignedPart:
    """Return the signature of a statement, ready to check."""
    place = statement.place
    if place.kind is VoteKind.CHECKPOINT:
        payload = checkpoint_payload(
            membership.chain, membership.epoch, place.sequence, statement.digest
        )
    else:
        voted = (place.sequence, statement.digest)
        payload = vote_payload(membership, place.kind, place.view, voted)
    return SignedPart(membership.public_keys[place.replica], payload, statement.signature)


def verify_evidence(evidence: Evidence, membership: Membership, verifier: Verifier) -> None:
    """Check that one key of this epoch signed two statements that exclude each other.

    Raises:
        InvalidCertificate: another epoch, no member, a place at which nothing is signed, or a
            signature that does not hold.
    """
    place = evidence.place
    if place.epoch != membership.epoch:
        raise InvalidCertificate(f"epoch {place.epoch}, expected {membership.epoch}")
    if not membership.has(place.replica):
        raise InvalidCertificate(f"replica {place.replica} is no member of epoch {place.epoch}")
    if place.kind is VoteKind.NEW_VIEW and membership.primary_of(place.view) != place.replica:
        raise InvalidCertificate(f"view {place.view} is not for replica {place.replica} to open")
    if place.kind is VoteKind.CHECKPOINT and place.view != NO_VIEW:
        raise InvalidCertificate("a checkpoint has no view")
    if place.kind not in (*VOTE_TYPES, VoteKind.CHECKPOINT) and place.sequence != NO_SEQUENCE:
        raise InvalidCertificate("a view change and a new view have no sequence")
    for statement in (evidence.first, evidence.second):
        if not verifier.verify(*statement_part(statement, membership)):
            raise InvalidCertificate(f"a signature of replica {place.replica} does not hold")

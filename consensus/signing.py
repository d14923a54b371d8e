"""The bytes that are signed, and the two ports that sign and check them.

Rules of this file: fixed layouts, no MessagePack, so no vote of one kind, epoch, view or chain
can pass as another. Only ``guard.py`` calls a :class:`Signer`.

    vote   magic 8 | genesis hash 32 | kind u8 | epoch u32 | view u64 | sequence u64 | digest 32
    seal   magic 8 | genesis hash 32 | epoch u32 | sequence u64 | header hash 32

A ViewChange signs view = new view, sequence = 0, digest = H(rank view | rank sequence | digest);
a NewView signs sequence = 0, digest = H(all its fields).

Source: consensus.md section 1.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from consensus.errors import DecodeError
from consensus.hashing import digest
from consensus.ids import Digest, Rank, ReplicaId, SequenceNumber, View
from consensus.messages import (
    Certificate,
    Checkpoint,
    Claim,
    Commit,
    Equivocation,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
    VoteKind,
)
from consensus.quorum import Membership

__all__ = [
    "Ports",
    "SignedPart",
    "Signer",
    "Verifier",
    "checkpoint_payload",
    "claim_digest",
    "claim_part",
    "claim_payload",
    "digest",
    "new_view_digest",
    "new_view_payload",
    "signed_parts",
    "vote_part",
    "vote_payload",
]

VOTE_MAGIC: Final = b"LEDGRVOT"
SEAL_MAGIC: Final = b"LEDGRSEA"
CLAIM_DOMAIN: Final = b"view change"
NEW_VIEW_DOMAIN: Final = b"new view"
CLAIM_COUNT_MAX: Final = 512  # each Status repeats the newest claim of every replica


class Signer(Protocol):
    """Holds the consensus key of this replica."""

    def sign(self, payload: bytes) -> bytes:
        """Return the 64-byte signature; the same bytes for the same payload."""


class Verifier(Protocol):
    """Checks signatures of anybody."""

    def verify(self, public_key: bytes, payload: bytes, signature: bytes) -> bool:
        """Say whether the signature holds; total for any bytes of the right lengths."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the world lends to a replica."""

    signer: Signer
    verifier: Verifier


class SignedPart(NamedTuple):
    """One signature to check."""

    public_key: bytes
    payload: bytes
    signature: bytes


def vote_payload(
    membership: Membership, kind: VoteKind, view: View, ref: tuple[SequenceNumber, Digest]
) -> bytes:
    """Lay out a vote of this membership's chain and epoch."""
    sequence, voted = ref
    assert len(voted) == 32
    return (
        VOTE_MAGIC
        + membership.chain
        + kind.to_bytes(1, "big")
        + membership.epoch.to_bytes(4, "big")
        + view.to_bytes(8, "big")
        + sequence.to_bytes(8, "big")
        + voted
    )


def checkpoint_payload(
    chain: Digest, epoch: int, sequence: SequenceNumber, header_hash: Digest
) -> bytes:
    """Lay out what a seal's signatures sign; has no view, a light client checks it."""
    assert len(header_hash) == 32
    return SEAL_MAGIC + chain + epoch.to_bytes(4, "big") + sequence.to_bytes(8, "big") + header_hash


def claim_payload(membership: Membership, claim: Claim) -> bytes:
    """Lay out what a ViewChange signs."""
    signed = (SequenceNumber(0), claim_digest(claim))
    return vote_payload(membership, VoteKind.VIEW_CHANGE, claim.new_view, signed)


def claim_digest(claim: Claim) -> Digest:
    """Hash the fields of a claim that its layout does not name."""
    return _claimed_digest(claim.rank, claim.digest)


@lru_cache(maxsize=CLAIM_COUNT_MAX)
def _claimed_digest(rank: Rank, claimed: Digest) -> Digest:
    return digest(
        CLAIM_DOMAIN, rank.view.to_bytes(8, "big"), rank.sequence.to_bytes(8, "big"), claimed
    )


def new_view_payload(membership: Membership, new_view: NewView) -> bytes:
    """Lay out what the primary of a new view signs: every field, every signature inside."""
    signed = (SequenceNumber(0), new_view_digest(membership, new_view))
    return vote_payload(membership, VoteKind.NEW_VIEW, new_view.view, signed)


def new_view_digest(membership: Membership, new_view: NewView) -> Digest:
    """Hash all fields of a new view."""
    parts = [len(new_view.claims).to_bytes(4, "big")]
    for claim in new_view.claims:
        parts.append(claim.replica.to_bytes(4, "big"))
        parts.append(claim_payload(membership, claim))
        parts.append(claim.signature)
    if new_view.certificate is not None:
        parts.extend(_certificate_parts(new_view.certificate))
    return digest(NEW_VIEW_DOMAIN, *parts)


def _certificate_parts(certificate: Certificate) -> list[bytes]:
    parts = [
        certificate.kind.to_bytes(1, "big"),
        certificate.epoch.to_bytes(4, "big"),
        certificate.view.to_bytes(8, "big"),
        certificate.sequence.to_bytes(8, "big"),
        certificate.digest,
        len(certificate.signatures).to_bytes(4, "big"),
    ]
    for replica, signature in certificate.signatures:
        parts.append(replica.to_bytes(4, "big"))
        parts.append(signature)
    return parts


def signed_parts(message: Message, membership: Membership) -> tuple[SignedPart, ...]:
    """Return the envelope signatures that the host verifies before ``Replica.receive``.

    What is inside certificates is checked by the replica, because only the protocol knows what it
    must say. The parts are laid out for this membership's epoch: a message of another epoch
    fails them, as it should.

    Raises:
        DecodeError: a replica index is outside the membership.
    """
    for replica in _named_replicas(message):
        if not membership.has(replica):
            raise DecodeError(f"replica {replica}, expected below {membership.replica_count}")
    match message:
        case PrePrepare() | NewView():
            return (_primary_part(message, membership),)
        case Prepare() | Commit():
            return (vote_part(message, membership),)
        case Checkpoint():
            return (_checkpoint_part(message, membership),)
        case ViewChange(claim):
            return (claim_part(claim, membership),)
        case Equivocation():
            return (vote_part(message.first, membership), vote_part(message.second, membership))
        case _:
            return ()


def _primary_part(message: PrePrepare | NewView, membership: Membership) -> SignedPart:
    if isinstance(message, PrePrepare):
        payload = vote_payload(membership, VoteKind.PREPARE, message.view, message.batch.ref)
    else:
        payload = new_view_payload(membership, message)
    primary = membership.primary_of(message.view)
    return SignedPart(membership.public_keys[primary], payload, message.signature)


def vote_part(vote: Prepare | Commit, membership: Membership) -> SignedPart:
    """Return the signature of one vote, ready to check."""
    payload = vote_payload(membership, vote.kind, vote.view, (vote.sequence, vote.digest))
    return SignedPart(membership.public_keys[vote.replica], payload, vote.signature)


def claim_part(claim: Claim, membership: Membership) -> SignedPart:
    """Return the signature of one claim, ready to check."""
    payload = claim_payload(membership, claim)
    return SignedPart(membership.public_keys[claim.replica], payload, claim.signature)


def _checkpoint_part(message: Checkpoint, membership: Membership) -> SignedPart:
    payload = checkpoint_payload(
        membership.chain, membership.epoch, message.sequence, message.header_hash
    )
    return SignedPart(membership.public_keys[message.replica], payload, message.signature)


def _named_replicas(message: Message) -> tuple[ReplicaId, ...]:
    """Every replica that the message names as signer or sender."""
    match message:
        case PrePrepare() | NewView():
            return ()  # the primary follows from the view
        case ViewChange(claim):
            return (claim.replica,)
        case Equivocation(first, second):
            return (first.replica, second.replica)
        case Status():
            voters = tuple(vote.replica for vote in message.votes)
            return (message.replica, *voters, *(claim.replica for claim in message.claims))
        case _:
            return (message.replica,)

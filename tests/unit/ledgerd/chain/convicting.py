"""Evidence against a validator, signed with its real key, for tests."""

from consensus import Digest, ReplicaId, SequenceNumber, View
from consensus.evidence import NO_SEQUENCE, NO_VIEW, Evidence, Place, Statement
from consensus.messages import VoteKind
from consensus.signing import checkpoint_payload, vote_payload
from ledgerd.chain.genesis import Genesis, genesis_consensus_membership
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.signatures import Ed25519Signer

WITHOUT_SEQUENCE = (VoteKind.VIEW_CHANGE, VoteKind.NEW_VIEW)


def place_of(genesis: Genesis, replica: int, kind: VoteKind, sequence: int = 7) -> Place:
    """A place at which this replica may say something: view 3 and its next turn."""
    membership = genesis_consensus_membership(genesis)
    view = next(View(v) for v in range(3, 99) if membership.primary_of(View(v)) == replica)
    return Place(
        ReplicaId(replica),
        kind,
        0,
        NO_VIEW if kind is VoteKind.CHECKPOINT else view,
        NO_SEQUENCE if kind in WITHOUT_SEQUENCE else SequenceNumber(sequence),
    )


def say(genesis: Genesis, signer: Ed25519Signer, place: Place, word: str) -> Statement:
    """Sign the digest of a word at a place."""
    membership = genesis_consensus_membership(genesis)
    said = Digest(digest(Domain.HEADER, word.encode()))
    if place.kind is VoteKind.CHECKPOINT:
        payload = checkpoint_payload(membership.chain, place.epoch, place.sequence, said)
    else:
        payload = vote_payload(membership, place.kind, place.view, (place.sequence, said))
    return Statement(place, said, signer.sign(payload))


def convict(
    genesis: Genesis,
    signer: Ed25519Signer,
    replica: int,
    kind: VoteKind = VoteKind.PREPARE,
    sequence: int = 7,
) -> Evidence:
    """Sign two words at one place."""
    place = place_of(genesis, replica, kind, sequence)
    return Evidence(say(genesis, signer, place, "one"), say(genesis, signer, place, "other"))

"""How a dishonest member signs: with its own key, whatever it likes, for this chain or another.

Rules of this file: the only signatures made here for the chain of the run are the member's own.
For another chain all keys sign: honest members may well run a second network with them, and what
they said there is there for everybody to take.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from consensus import (
    Certificate,
    DecodeError,
    Digest,
    Membership,
    ReplicaId,
    SequenceNumber,
    StableCertificate,
)
from consensus.ids import View
from consensus.messages import Claim, ViewChange, VoteKind
from consensus.signing import checkpoint_payload, signed_parts, vote_payload

if TYPE_CHECKING:
    from tests.simulator.adversaries import DishonestHost
    from tests.simulator.host import Host

MARKER = b"\x01" * 64  # stands where the signature will be, to find what it has to sign
Said = list[tuple[int, Any]]  # (address, message)


def signed(host: "Host", message: Any) -> Any:
    """Sign a changed message again with the host's own key, where it carries its signature."""
    if isinstance(message, ViewChange):
        claim = replace(message.claim, signature=MARKER)
        signature = _signature_on(host, replace(message, claim=claim))
        return replace(message, claim=replace(claim, signature=signature))
    if not hasattr(message, "signature"):
        return message
    marked = replace(message, signature=MARKER)
    return replace(marked, signature=_signature_on(host, marked))


def _signature_on(host: "Host", marked: Any) -> bytes:
    try:
        parts = signed_parts(marked, host.world.membership)
    except DecodeError:
        return bytes(64)  # it names nobody; nobody can have signed it
    for part in parts:
        if part.signature == MARKER:
            return host.world.keys.signers[host.replica_id].sign(part.payload)
    return bytes(64)


def bare_claim(host: "DishonestHost", view: View) -> Said:
    """Say to all that this member goes to a view, with nothing but the root to show."""
    membership = host.world.membership
    rank, digest = membership.root_rank, membership.root_digest
    claim = Claim(host.replica_id, membership.epoch, view, rank, digest, MARKER)
    message = signed(host, ViewChange(claim, None))
    return [(target, message) for target in host.world.peers_of(host)]


def signed_elsewhere(host: "DishonestHost", message: Any, elsewhere: Membership) -> Any:
    """Sign a vote as a member of another chain or epoch; what it says here stays the same."""
    marked = replace(message, signature=MARKER)
    parts = signed_parts(marked, elsewhere)
    key = host.world.keys.signers[host.replica_id]
    return replace(message, signature=key.sign(parts[0].payload))


def foreign_certificate(
    host: "DishonestHost", elsewhere: Membership, place: tuple[View, SequenceNumber, Digest]
) -> Certificate:
    """Return what a quorum of the same members prepared on another chain or in another epoch."""
    view, sequence, digest = place
    payload = vote_payload(elsewhere, VoteKind.PREPARE, view, (sequence, digest))
    epoch = host.world.membership.epoch
    return Certificate(VoteKind.PREPARE, epoch, *place, _by_quorum(host, payload))


def foreign_seal(
    host: "DishonestHost", elsewhere: Membership, sequence: SequenceNumber, header_hash: Digest
) -> StableCertificate:
    """Return the seal of a block of another chain."""
    payload = checkpoint_payload(elsewhere.chain, elsewhere.epoch, sequence, header_hash)
    epoch = host.world.membership.epoch
    return StableCertificate(epoch, sequence, header_hash, _by_quorum(host, payload))


def _by_quorum(host: "DishonestHost", payload: bytes) -> tuple[tuple[ReplicaId, bytes], ...]:
    signers = host.world.keys.signers
    quorum = host.world.membership.quorum
    return tuple((ReplicaId(r), signers[r].sign(payload)) for r in range(quorum))


def any_digest(host: "DishonestHost") -> Digest:
    batches = list(host.world.watch.batches)
    if batches and host.rng.random() < 0.7:
        return host.rng.choice(batches[-6:])
    return Digest(host.rng.randbytes(32))

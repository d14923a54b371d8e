"""A dishonest member that shows proofs which prove nothing: certificates and seals made up.

Its powers are those of every dishonest member (see ``adversaries``): it signs with its own keys and
passes on what it has seen. What it makes up: its own signature many times over, signatures that are
noise under the names of all members, prepares bound as if they were commits, one vote too few.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from consensus import Certificate, Digest, ReplicaId, SequenceNumber, StableCertificate, View
from consensus.messages import (
    CertificateReply,
    Claim,
    NewView,
    PrePrepare,
    SealReply,
    ViewChange,
    VoteKind,
)
from consensus.signing import checkpoint_payload, new_view_payload, vote_payload
from tests.simulator.disk import Bundle
from tests.simulator.forging import signed

SIGNATURE_BYTES = 64


def false_proofs(host: Any) -> list[tuple[int, Any]]:
    """Show everybody one made-up proof."""
    draw = host.rng.random()
    if draw < 0.3:
        message: Any = SealReply(host.replica_id, _false_seal(host))
    elif draw < 0.6 and host.latest is not None:
        message = CertificateReply(host.replica_id, _bent(host, host.latest))
    else:
        message = CertificateReply(host.replica_id, _invented(host))
    return [(target, message) for target in host.world.peers_of(host)]


def _bent(host: Any, certificate: Certificate) -> Certificate:
    """Bind real prepares as commits, or leave one out."""
    if host.rng.random() < 0.6:
        return replace(certificate, kind=VoteKind.COMMIT)
    return replace(certificate, signatures=certificate.signatures[:-1])


def _invented(host: Any) -> Certificate:
    membership, rng = host.world.membership, host.rng
    sequence = SequenceNumber(len(host.disk.blocks) + rng.randint(1, 3))
    kind = rng.choice((VoteKind.PREPARE, VoteKind.COMMIT))
    batches = list(host.world.watch.batches)
    digest = rng.choice(batches) if batches and rng.random() < 0.5 else rng.randbytes(32)
    view, ref = View(rng.randint(1, 4)), (sequence, Digest(digest))
    payload = vote_payload(membership, kind, view, ref)
    signatures = _signatures(host, payload)
    return Certificate(kind, membership.epoch, view, sequence, Digest(digest), signatures)


def _false_seal(host: Any) -> StableCertificate:
    membership, rng = host.world.membership, host.rng
    height = SequenceNumber(max(1, len(host.disk.blocks) + rng.randint(0, 2)))
    header_hash = Digest(rng.randbytes(32))
    payload = checkpoint_payload(membership.chain, membership.epoch, height, header_hash)
    return StableCertificate(membership.epoch, height, header_hash, _signatures(host, payload))


def _signatures(host: Any, payload: bytes) -> tuple[tuple[ReplicaId, bytes], ...]:
    """Sign as one member many times over, or as everybody with noise."""
    membership, me = host.world.membership, host.replica_id
    own = host.world.keys.signers[me].sign(payload)
    if host.rng.random() < 0.5:
        return ((me, own),) * membership.quorum
    return tuple(
        (replica, own if replica == me else host.rng.randbytes(SIGNATURE_BYTES))
        for replica in map(ReplicaId, membership.replicas())
    )


def false_contents(host: Any, said: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Propose bundles with a false signature inside, and hand them to everybody."""
    bent: list[tuple[int, Any]] = []
    for target, message in said:
        is_new = isinstance(message, PrePrepare) and message.batch.proposed_in_view == message.view
        if is_new and message.sequence % 2:
            bundle = Bundle(Digest(sha256(b"false" + message.digest).digest()), valid=False)
            host.post(target, bundle)
            batch = replace(message.batch, bundle_digests=(bundle.digest,))
            bent.append((target, signed(host, replace(message, batch=batch))))
        else:
            bent.append((target, message))
    return bent


def false_claims(host: Any) -> list[tuple[int, Any]]:
    """Open an own view of the future on claims that nobody made, or made for another view."""
    membership, rng, me = host.world.membership, host.rng, host.replica_id
    view = View(rng.randint(2, 8))
    if membership.primary_of(view) != me or rng.random() < 0.5:
        return []
    made = [claims for claims in host.claims.values() if len(claims) >= membership.quorum]
    claims = rng.choice(made) if made and rng.random() < 0.7 else _noise(host, view)
    chosen = tuple(claims[replica] for replica in sorted(claims))
    shown = [m for m in host.seen if isinstance(m, ViewChange) and m.claim in chosen]
    highest = max(claim.rank for claim in chosen)
    certificate = next((m.certificate for m in shown if m.claim.rank == highest), None)
    unsigned = NewView(membership.epoch, view, chosen, certificate, bytes(SIGNATURE_BYTES))
    payload = new_view_payload(membership, unsigned)
    message = replace(unsigned, signature=host.world.keys.signers[me].sign(payload))
    return [(target, message) for target in host.world.peers_of(host)]


def _noise(host: Any, view: View) -> dict[ReplicaId, Claim]:
    membership = host.world.membership
    root = (membership.root_rank, membership.root_digest)
    return {
        replica: Claim(replica, membership.epoch, view, *root, host.rng.randbytes(SIGNATURE_BYTES))
        for replica in map(ReplicaId, membership.replicas())
    }


BENDERS = {"false contents": false_contents}
TALKERS = {"false proofs": false_proofs, "false claims": false_claims}

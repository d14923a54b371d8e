"""Checks of everything that claims to carry a quorum: certificates, seals, new views.

Rules of this file: ``verify_*`` returns nothing or raises; nothing in the argument is trusted
before. What held once is remembered, bounded, by its whole value.

Source: consensus.md sections 2 and 4.
"""

from typing import Final

from consensus.errors import InvalidCertificate
from consensus.ids import FIRST_VIEW, ReplicaId
from consensus.messages import (
    Certificate,
    Claim,
    NewView,
    StableCertificate,
    ViewChange,
    VoteKind,
)
from consensus.quorum import Membership
from consensus.signing import Verifier, checkpoint_payload, claim_part, vote_payload

REMEMBERED_MAX: Final = 256  # a few windows of certificates; each costs a quorum of signatures


def verify_certificate(
    certificate: Certificate, membership: Membership, verifier: Verifier
) -> None:
    """Check that a quorum of different members of this epoch signed this vote.

    Raises:
        InvalidCertificate: another epoch, too few votes, a voter twice or out of range, or a
            signature that does not hold.
    """
    if certificate.kind not in {VoteKind.PREPARE, VoteKind.COMMIT}:
        raise InvalidCertificate(f"certificate of kind {certificate.kind.name}")
    if certificate.epoch != membership.epoch:
        raise InvalidCertificate(f"epoch {certificate.epoch}, expected {membership.epoch}")
    if certificate.view < FIRST_VIEW or certificate.sequence < membership.first_sequence:
        raise InvalidCertificate("nobody votes in the root's view or for the root")
    payload = vote_payload(membership, certificate.kind, certificate.view, certificate.ref)
    _verify_quorum(payload, certificate.signatures, membership, verifier)


def verify_seal(seal: StableCertificate, membership: Membership, verifier: Verifier) -> None:
    """Check that a quorum of different members of this epoch signed this header.

    Raises:
        InvalidCertificate: as for ``verify_certificate``.
    """
    if seal.epoch != membership.epoch:
        raise InvalidCertificate(f"epoch {seal.epoch}, expected {membership.epoch}")
    if seal.sequence < membership.first_sequence:
        raise InvalidCertificate("the root is sealed by the epoch before")
    payload = checkpoint_payload(membership.chain, seal.epoch, seal.sequence, seal.header_hash)
    _verify_quorum(payload, seal.signatures, membership, verifier)


def _verify_quorum(
    payload: bytes,
    signatures: tuple[tuple[ReplicaId, bytes], ...],
    membership: Membership,
    verifier: Verifier,
) -> None:
    if len(signatures) < membership.quorum:
        raise InvalidCertificate(f"{len(signatures)} votes, a quorum is {membership.quorum}")
    previous = -1
    for replica, signature in signatures:
        if not previous < replica < membership.replica_count:
            raise InvalidCertificate("voters must be members, each once, in replica order")
        if not verifier.verify(membership.public_keys[replica], payload, signature):
            raise InvalidCertificate(f"the signature of replica {replica} does not hold")
        previous = replica


class CertificateBook:
    """Verifies, and remembers what held."""

    def __init__(self, membership: Membership, verifier: Verifier) -> None:
        self._membership = membership
        self._verifier = verifier
        self._held: dict[Certificate | StableCertificate, None] = {}  # oldest first

    def note(self, proof: Certificate | StableCertificate) -> None:
        """Remember a proof that holds, also one put together here from verified votes."""
        if len(self._held) >= REMEMBERED_MAX:
            del self._held[next(iter(self._held))]
        self._held[proof] = None

    def holds(self, proof: Certificate | StableCertificate) -> bool:
        """Say whether this very proof was verified, and is still remembered."""
        return proof in self._held

    def verify(self, proof: Certificate | StableCertificate) -> None:
        """Check a certificate or a seal.

        Raises:
            InvalidCertificate: it does not hold.
        """
        if proof in self._held:
            return
        if isinstance(proof, StableCertificate):
            verify_seal(proof, self._membership, self._verifier)
        else:
            verify_certificate(proof, self._membership, self._verifier)
        self.note(proof)

    def verify_claim(self, claim: Claim) -> None:
        """Check the signature of a claim that came without an envelope of its own.

        Raises:
            InvalidCertificate: it is of another epoch, or does not hold.
        """
        is_ours = claim.epoch == self._membership.epoch
        if not is_ours or not self._verifier.verify(*claim_part(claim, self._membership)):
            raise InvalidCertificate(f"the claim of replica {claim.replica} does not hold")

    def verify_view_change(self, view_change: ViewChange) -> None:
        """Check that the certificate bears out the claim.

        Raises:
            InvalidCertificate: it is of another rank or batch, or not from before the new view.
        """
        claim = view_change.claim
        certificate = view_change.certificate
        if certificate is not None and certificate.digest != claim.digest:
            raise InvalidCertificate("the certificate is not for the batch that is claimed")
        self._verify_anchor(claim, certificate)

    def verify_new_view(self, new_view: NewView) -> None:
        """Check that a quorum wants this view and that it builds on the highest claim.

        The signature of the primary is an envelope and was checked by the host.

        Raises:
            InvalidCertificate: too few claims, a claim for another view, or an anchor that is
                not the highest one claimed.
        """
        if len(new_view.claims) < self._membership.quorum:
            raise InvalidCertificate(f"{len(new_view.claims)} claims, fewer than a quorum")
        previous = -1
        for claim in new_view.claims:
            if not previous < claim.replica < self._membership.replica_count:
                raise InvalidCertificate("claims must be of members, each once, in order")
            self._verify_claim(claim, new_view)
            previous = claim.replica
        highest = max(new_view.claims, key=lambda claim: claim.rank)
        # Two claims of one rank may differ when one of them lies; the certificate says which.
        self._verify_anchor(highest, new_view.certificate)

    def _verify_anchor(self, highest: Claim, certificate: Certificate | None) -> None:
        root = (self._membership.root_rank, self._membership.root_digest)
        if certificate is None:
            if (highest.rank, highest.digest) != root:
                raise InvalidCertificate("a claim above the root needs a certificate")
            return
        if certificate.rank != highest.rank:
            raise InvalidCertificate("the certificate is not of the rank that is claimed")
        if certificate.kind is not VoteKind.PREPARE:
            raise InvalidCertificate("a view builds on a prepared certificate")
        if certificate.view >= highest.new_view:
            raise InvalidCertificate("the certificate is not from before the new view")
        self.verify(certificate)

    def _verify_claim(self, claim: Claim, new_view: NewView) -> None:
        if claim.new_view != new_view.view:
            raise InvalidCertificate(f"replica {claim.replica} claims another view")
        if claim.rank < self._membership.root_rank:
            raise InvalidCertificate(f"replica {claim.replica} claims less than the root")
        self.verify_claim(claim)

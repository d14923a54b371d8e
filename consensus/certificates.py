"""Checks of certificates, seals and new views. Bodies follow."""

from consensus.messages import StableCertificate
from consensus.quorum import Membership
from consensus.signing import Verifier


def verify_seal(seal: StableCertificate, membership: Membership, verifier: Verifier) -> None:
    """Check that a quorum of this epoch signed the header; raises InvalidCertificate."""
    raise NotImplementedError

"""Consent of a patient to a visit or a dispensing, signed by a device and sealed with the text.

Rules: on chain stands a commitment that only who knows the salt can tie to an account. What the
device signs is the commitment and the very text that is sealed.

Source: domain.md section 4.
"""

from ledgerd.primitives.hashing import HASH_BYTES, Domain, digest


def care_commitment(account: bytes, salt: bytes) -> bytes:
    """Commit to whose visit or prescription it is."""
    assert len(salt) == HASH_BYTES
    return digest(Domain.CARE, bytes((len(account),)), account, salt)


def consent_digest(commitment: bytes, text: str) -> bytes:
    """Give what the patient's device signs."""
    return digest(Domain.CONSENT, commitment, text.encode())

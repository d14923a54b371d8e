"""Does the cryptography of this machine answer as every other node's does?

Rules: runs before anything else is opened; a node that judged one signature differently would
leave the chain. Vectors: RFC 8032 section 7.1 (test 2), its malleated twin (S + L), a key of small
order; SHA-256 of RFC 6234 ("abc").
"""

import hashlib

from ledgerd.errors import ConfigError
from ledgerd.primitives.signatures import is_acceptable_public_key, is_valid_signature

PUBLIC_KEY = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
MESSAGE = bytes.fromhex("72")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL_ORDER_KEY = bytes(32)  # a point of order 4: would accept signatures that nobody made
ABC_SHA256 = bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


def malleated(signature: bytes) -> bytes:
    """Give the other scalar of the same residue, which must not verify."""
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    return signature[:32] + scalar.to_bytes(32, "little")


def verify_cryptography() -> None:
    """Compare with the vectors.

    Raises:
        ConfigError: the libraries of this machine judge differently.
    """
    results = {
        "a valid signature is refused": is_valid_signature(PUBLIC_KEY, MESSAGE, SIGNATURE),
        "a signature over other bytes holds": not is_valid_signature(PUBLIC_KEY, b"s", SIGNATURE),
        "a malleated signature holds": not is_valid_signature(
            PUBLIC_KEY, MESSAGE, malleated(SIGNATURE)
        ),
        "a key of small order is accepted": not is_acceptable_public_key(SMALL_ORDER_KEY),
        "SHA-256 gives another value": hashlib.sha256(b"abc").digest() == ABC_SHA256,
    }
    wrong = [name for name, holds in results.items() if not holds]
    if wrong:
        raise ConfigError(f"cryptographic self-test: {'; '.join(wrong)}")

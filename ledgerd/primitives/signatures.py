"""Ed25519 on bytes, as every node must judge it.

Rules of this file: straight to libsodium's functions on bytes (through ``VerifyKey`` it costs a
fifth more). libsodium refuses small-order and non-canonical keys and points; the self-test of the
keys runs vectors of both at start, because a node that judged otherwise would leave the chain.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from nacl import bindings
from nacl.exceptions import BadSignatureError

from ledgerd.errors import VerificationFailed
from ledgerd.primitives.tally import TALLY

PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
SEED_BYTES: Final = 32

_open = bindings.crypto_sign_open


class Signer(Protocol):
    """Whoever holds a private key: a file, a keystore, a card."""

    def sign(self, payload: bytes) -> bytes:
        """Give the 64-byte signature over a payload."""
        ...


class Ed25519Signer:
    """A signer with the key in memory.

    Attributes:
        public_key: 32 bytes.
    """

    def __init__(self, seed: bytes) -> None:
        assert len(seed) == SEED_BYTES
        self.public_key, self._secret_key = bindings.crypto_sign_seed_keypair(seed)

    def __repr__(self) -> str:
        return f"Ed25519Signer({self.public_key.hex()})"

    def sign(self, payload: bytes) -> bytes:
        """Sign a payload; deterministic."""
        return bindings.crypto_sign(payload, self._secret_key)[:SIGNATURE_BYTES]


class Ed25519Verifier:
    """The verifier that consensus is given."""

    def verify(self, public_key: bytes, payload: bytes, signature: bytes) -> bool:
        """Say whether the key signed the payload."""
        return is_valid_signature(public_key, payload, signature)


def is_valid_signature(public_key: bytes, payload: bytes, signature: bytes) -> bool:
    """Say whether a key signed a payload; total on any bytes."""
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    TALLY.signatures += 1
    try:
        _open(signature + payload, public_key)
    except BadSignatureError:
        return False
    return True


def are_valid_signatures(parts: Iterable[tuple[bytes, bytes, bytes]]) -> tuple[bool, ...]:
    """Judge many (public key, payload, signature): one call for a slice of them."""
    return tuple(is_valid_signature(*part) for part in parts)


def verify_signature(public_key: bytes, payload: bytes, signature: bytes) -> None:
    """Check a signature.

    Raises:
        VerificationFailed: it does not hold.
    """
    if not is_valid_signature(public_key, payload, signature):
        raise VerificationFailed("a signature does not verify")


def is_acceptable_public_key(public_key: bytes) -> bool:
    """Say whether a key may stand in genesis or membership.

    It must be the canonical encoding of a point of the large prime-order group: keys of small
    order would accept signatures that nobody made.
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        return False
    return bool(bindings.crypto_core_ed25519_is_valid_point(public_key))

"""Keys of the simulated replicas: a keyed hash in most seeds, real Ed25519 in a few.

The keyed hash keeps the one property that the protocol needs: without the key nobody makes a
signature that verifies. The simulation holds all keys; an adversary is handed only its own.
"""

import hashlib
from dataclasses import dataclass, field

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey


class KeyedHashSigner:
    """Signs with a keyed hash; the same port as Ed25519."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.public_key = hashlib.sha256(b"public" + secret).digest()

    def sign(self, payload: bytes) -> bytes:
        return hashlib.blake2b(payload, key=self._secret, digest_size=64).digest()


class KeyedHashVerifier:
    """Verifies what a ``KeyedHashSigner`` of the same run signed."""

    def __init__(self, signers: tuple[KeyedHashSigner, ...]) -> None:
        self._signer_of = {signer.public_key: signer for signer in signers}

    def verify(self, public_key: bytes, payload: bytes, signature: bytes) -> bool:
        signer = self._signer_of.get(public_key)
        return signer is not None and signer.sign(payload) == signature


class Ed25519Signer:
    """The real scheme."""

    def __init__(self, secret: bytes) -> None:
        self._key = SigningKey(secret)
        self.public_key = bytes(self._key.verify_key)

    def sign(self, payload: bytes) -> bytes:
        return self._key.sign(payload).signature


class Ed25519Verifier:
    """The real scheme."""

    def verify(self, public_key: bytes, payload: bytes, signature: bytes) -> bool:
        try:
            VerifyKey(public_key).verify(payload, signature)
        except (BadSignatureError, ValueError):
            return False
        return True


@dataclass(frozen=True)
class KeyRing:
    """Signers in replica order, and the verifier that knows them."""

    signers: tuple[KeyedHashSigner | Ed25519Signer, ...]
    verifier: KeyedHashVerifier | Ed25519Verifier = field(repr=False)

    @property
    def public_keys(self) -> tuple[bytes, ...]:
        return tuple(signer.public_key for signer in self.signers)


def make_key_ring(replica_count: int, scheme: str) -> KeyRing:
    """Make the keys of a run; ``scheme`` is ``keyed-hash`` or ``ed25519``."""
    secrets = [hashlib.sha256(b"replica %d" % i).digest() for i in range(replica_count)]
    if scheme == "ed25519":
        return KeyRing(tuple(Ed25519Signer(secret) for secret in secrets), Ed25519Verifier())
    signers = tuple(KeyedHashSigner(secret) for secret in secrets)
    return KeyRing(signers, KeyedHashVerifier(signers))

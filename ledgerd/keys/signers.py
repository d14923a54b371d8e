"""What the rest of the program sees of a secret key: an object that signs or agrees, no bytes.

Rules: ``repr`` shows public parts only. A remote signer or a certified card takes the place of
these classes by the same methods. Source: reliability.md section 6.
"""

from dataclasses import dataclass, field

import nacl.bindings

from ledgerd.keys.roles import OperatorRole

SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """An Ed25519 key: 32-byte public key, and libsodium's 64-byte secret (seed and public)."""

    public_key: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> "Ed25519Key":
        """Derive the key of a 32-byte seed."""
        public_key, secret = nacl.bindings.crypto_sign_seed_keypair(seed)
        return cls(public_key, secret)

    def sign(self, payload: bytes) -> bytes:
        """Return the 64-byte signature of ``payload``."""
        return nacl.bindings.crypto_sign(payload, self.secret)[:64]


@dataclass(frozen=True, slots=True)
class ConsensusSigner:
    """Signs votes and hellos: the ``consensus.signing.Signer`` of this node."""

    key: Ed25519Key

    @property
    def public_key(self) -> bytes:
        """The 32-byte key that stands in the membership."""
        return self.key.public_key

    def sign(self, payload: bytes) -> bytes:
        """Return the 64-byte signature of ``payload``."""
        return self.key.sign(payload)


@dataclass(frozen=True, slots=True)
class OperatorSigner:
    """Signs transactions for one institution in one role."""

    institution_id: str
    role: OperatorRole
    key: Ed25519Key

    @property
    def public_key(self) -> bytes:
        """The 32-byte key that stands in the institution's record."""
        return self.key.public_key

    def sign(self, payload: bytes) -> bytes:
        """Return the 64-byte signature of ``payload``."""
        return self.key.sign(payload)


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A numbered X25519 key. ``secret`` is the 32-byte scalar that sealing takes.

    Attributes:
        number: from 1; a wrap names the number of the key it was made for.
    """

    number: int
    public_key: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def from_secret(cls, number: int, secret: bytes) -> "EncryptionKey":
        """Derive the public key of a 32-byte scalar."""
        return cls(number, nacl.bindings.crypto_scalarmult_base(secret), secret)

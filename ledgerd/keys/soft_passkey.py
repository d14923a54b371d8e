"""A passkey in software: assertions as a browser with a platform authenticator makes them.

Rules: plainly no hardware: the secret lies in a file like any other, and "user verified" says only
that whoever holds the file let it sign. For command lines, tests and demonstrations.

Source: W3C WebAuthn Level 2, sections 5.8.1.1 and 6.1.
"""

import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledgerd.primitives.canonical import encode
from ledgerd.primitives.der_signature import ORDER
from ledgerd.primitives.passkeys import (
    FLAG_PRESENT,
    FLAG_VERIFIED,
    Assertion,
    client_data_prefix,
    relying_party_hash,
)

SECRET_BYTES: Final = 32


class SoftPasskey:
    """A private key on P-256 that answers challenges for one relying party.

    Attributes:
        public_key: 33 bytes, the compressed point.
    """

    def __init__(self, secret: bytes, relying_party: str) -> None:
        assert len(secret) == SECRET_BYTES
        number = int.from_bytes(secret, "big") % (ORDER - 1) + 1
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        self._relying_party = relying_party
        point = self._key.public_key()
        self.public_key = point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def __repr__(self) -> str:
        return f"SoftPasskey({self.public_key.hex()})"

    def sign(self, payload: bytes) -> bytes:
        """Answer a challenge of 32 bytes; gives the canonical bytes of the assertion."""
        return encode(self.answer(payload))

    def answer(self, challenge: bytes, flags: int = FLAG_PRESENT | FLAG_VERIFIED) -> Assertion:
        """Make the assertion; its counter is 0, as that of authenticators that keep none."""
        party = relying_party_hash(self._relying_party)
        authenticator_data = party + bytes((flags,)) + bytes(4)
        origin = f"https://{self._relying_party}".encode("ascii")
        client_data = client_data_prefix(challenge) + origin + b'","crossOrigin":false}'
        return self.signed(authenticator_data, client_data)

    def signed(self, authenticator_data: bytes, client_data: bytes) -> Assertion:
        """Sign these bytes, whatever they say."""
        payload = authenticator_data + hashlib.sha256(client_data).digest()
        return Assertion(
            authenticator_data=authenticator_data,
            client_data=client_data,
            signature=self._key.sign(payload, ec.ECDSA(SHA256())),
        )

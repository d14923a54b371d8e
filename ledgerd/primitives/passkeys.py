"""Passkeys: WebAuthn assertions over P-256, judged on bytes as every node must judge them.

Rules of this file: whether an assertion holds follows from the key, the challenge and its bytes
alone. The client data are compared with the exact prefix that browsers write (the limited
verification algorithm), never parsed as JSON; the origin in it is bounded and of a named alphabet
but not compared: the authenticator signs the hash of the relying party, and that is compared with
the ledger's parameters where the operation is executed. User presence and user verification must
both be set. The signature is read by hand and checked by ``cryptography`` in that one form.

Source: W3C WebAuthn Level 2, sections 5.8.1.2, 6.1 and 7.2.
"""

import hashlib
from functools import lru_cache
from typing import Annotated, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Meta
from nacl.encoding import URLSafeBase64Encoder

from ledgerd.errors import DecodeError
from ledgerd.primitives.canonical import Record, decode
from ledgerd.primitives.der_signature import DER_BYTES_MAX, DER_BYTES_MIN, decode_der

PASSKEY_BYTES: Final = 33  # a compressed point
CHALLENGE_BYTES: Final = 32
ASSERTION_BYTES_MAX: Final = 1_024
AUTHENTICATOR_DATA_BYTES_MIN: Final = 37  # hash 32, flags 1, counter 4
AUTHENTICATOR_DATA_BYTES_MAX: Final = 256  # extensions that authenticators add are small
CLIENT_DATA_BYTES_MAX: Final = 640
ORIGIN_BYTES_MAX: Final = 255
KEY_CACHE_COUNT: Final = 4_096  # decompressing a point costs as much as half a check

FLAG_PRESENT: Final = 0x01
FLAG_VERIFIED: Final = 0x04
FLAG_ATTESTED: Final = 0x40
FLAG_EXTENDED: Final = 0x80
_FLAGS_AT: Final = 32
_ALGORITHM: Final = ec.ECDSA(SHA256())
_CURVE: Final = ec.SECP256R1()
_ORIGIN_ALPHABET: Final = frozenset(range(0x21, 0x7F)) - frozenset(b'"\\')
_AFTER_ORIGIN: Final = b'","crossOrigin":false'


class Assertion(Record, tag=15, frozen=True, kw_only=True):
    """What an authenticator and its browser answered to a challenge.

    Attributes:
        authenticator_data: relying-party hash, flags, counter, extensions.
        client_data: clientDataJSON, as the browser wrote it.
        signature: DER, over authenticator data and the hash of the client data.
    """

    authenticator_data: Annotated[
        bytes,
        Meta(
            min_length=AUTHENTICATOR_DATA_BYTES_MIN,
            max_length=AUTHENTICATOR_DATA_BYTES_MAX,
        ),
    ]
    client_data: Annotated[bytes, Meta(min_length=1, max_length=CLIENT_DATA_BYTES_MAX)]
    signature: Annotated[bytes, Meta(min_length=DER_BYTES_MIN, max_length=DER_BYTES_MAX)]

    @property
    def relying_party_hash(self) -> bytes:
        return self.authenticator_data[:_FLAGS_AT]

    @property
    def signed_bytes(self) -> bytes:
        return self.authenticator_data + hashlib.sha256(self.client_data).digest()


def decode_assertion(data: bytes) -> Assertion:
    """Read the authorisation of a passkey.

    Raises:
        DecodeError: not the canonical bytes of an assertion within its bounds.
    """
    return decode(data, Assertion, bytes_max=ASSERTION_BYTES_MAX)


def relying_party_hash(relying_party: str) -> bytes:
    """Hash a relying-party id as authenticators do."""
    return hashlib.sha256(relying_party.encode("ascii")).digest()


def client_data_prefix(challenge: bytes) -> bytes:
    """Give what the client data of an assertion begin with, up to the origin."""
    encoded = URLSafeBase64Encoder.encode(challenge).rstrip(b"=")
    return b'{"type":"webauthn.get","challenge":"' + encoded + b'","origin":"'


def is_valid_assertion(public_key: bytes, challenge: bytes, authorisation: bytes) -> bool:
    """Say whether a passkey answered a challenge; total on any bytes."""
    if len(public_key) != PASSKEY_BYTES or len(challenge) != CHALLENGE_BYTES:
        return False
    try:
        assertion = decode_assertion(authorisation)
        decode_der(assertion.signature)
    except DecodeError:
        return False
    if not _has_good_flags(assertion.authenticator_data):
        return False
    if not _is_client_data(assertion.client_data, challenge):
        return False
    return _is_signed(public_key, assertion)


def is_acceptable_passkey(public_key: bytes) -> bool:
    """Say whether bytes are a point of the curve in compressed form."""
    return len(public_key) == PASSKEY_BYTES and _point(public_key) is not None


def _has_good_flags(data: bytes) -> bool:
    """Check that the user was there and verified, and that nothing stands behind unannounced."""
    flags = data[_FLAGS_AT]
    if not flags & FLAG_PRESENT or not flags & FLAG_VERIFIED or flags & FLAG_ATTESTED:
        return False
    has_more = len(data) > AUTHENTICATOR_DATA_BYTES_MIN
    return has_more == bool(flags & FLAG_EXTENDED)


def _is_client_data(data: bytes, challenge: bytes) -> bool:
    """Check type, challenge, the form of the origin, and that no frame of another site asked."""
    prefix = client_data_prefix(challenge)
    if not data.startswith(prefix):
        return False
    origin, after, rest = data[len(prefix) :].partition(_AFTER_ORIGIN)
    if not after or not 1 <= len(origin) <= ORIGIN_BYTES_MAX:
        return False
    if not _ORIGIN_ALPHABET.issuperset(origin):
        return False
    return rest == b"}" or (rest.startswith(b",") and rest.endswith(b"}"))


def _is_signed(public_key: bytes, assertion: Assertion) -> bool:
    point = _point(public_key)
    if point is None:
        return False
    try:
        point.verify(assertion.signature, assertion.signed_bytes, _ALGORITHM)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=KEY_CACHE_COUNT)
def _point(public_key: bytes) -> ec.EllipticCurvePublicKey | None:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public_key)
    except ValueError:
        return None

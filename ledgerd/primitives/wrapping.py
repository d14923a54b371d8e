"""Content keys for readers: wrapped under a key shared by issuer and reader, or in a sealed box.

Rules of this file: an institution's wrap is encrypted with a key derived **once** per (issuer's
key, reader's key) by X25519, so wrapping for a known reader costs microseconds; the numbers of
both keys stand beside it. A device's wrap is a sealed box (libsodium's ``crypto_box_seal`` with
the ephemeral key as an argument) and names nobody: a device tries each. Wrong wraps are no error
here, they open nothing.

Source: domain.md section 3; docs/formats.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

from msgspec import Meta
from nacl import bindings
from nacl.exceptions import CryptoError

from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import U8, U16, Canonical, InstitutionId
from ledgerd.primitives.hashing import Domain, digest

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 24
TAG_BYTES: Final = 16
WRAPPED_KEYS_MAX: Final = 8
BOX_OVERHEAD_BYTES: Final = 48  # ephemeral public key and tag of a sealed box

Entropy = Callable[[int], bytes]


class InstitutionWrap(Canonical, tag=1, frozen=True, kw_only=True):
    """Content keys for an institution.

    Attributes:
        reader: who can open it.
        issuer_key: number of the issuer's encryption key.
        reader_key: number of the reader's encryption key.
        parts: bit i is set when the key of part i is inside.
        wrapped: the keys in order of their parts, encrypted.
    """

    reader: InstitutionId
    issuer_key: U16
    reader_key: U16
    parts: U8
    nonce: Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    wrapped: Annotated[
        bytes,
        Meta(min_length=KEY_BYTES + TAG_BYTES, max_length=WRAPPED_KEYS_MAX * KEY_BYTES + TAG_BYTES),
    ]


class DeviceWrap(Canonical, tag=2, frozen=True, kw_only=True):
    """Content keys for a device that is not named: parts mask as above, sealed box of the keys."""

    parts: U8
    box: Annotated[
        bytes,
        Meta(
            min_length=KEY_BYTES + BOX_OVERHEAD_BYTES,
            max_length=WRAPPED_KEYS_MAX * KEY_BYTES + BOX_OVERHEAD_BYTES,
        ),
    ]


Wrap = InstitutionWrap | DeviceWrap


@dataclass(frozen=True, slots=True)
class InstitutionReader:
    """An institution that shall be able to open some parts.

    Attributes:
        wrap_key: from `wrap_key_for_reader`, kept by the issuer per pair of keys.
        parts: indexes of the parts.
    """

    institution_id: str
    issuer_key: int
    reader_key: int
    wrap_key: bytes = field(repr=False)
    parts: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class DeviceReader:
    """A patient's device that shall be able to open some parts.

    Attributes:
        public_key: X25519.
        parts: indexes of the parts.
    """

    public_key: bytes = field(repr=False)
    parts: tuple[int, ...] = (0,)


Reader = InstitutionReader | DeviceReader


def encryption_public_key(secret_key: bytes) -> bytes:
    """Give the X25519 public key of a secret one."""
    return bindings.crypto_scalarmult_base(secret_key)


def is_acceptable_encryption_key(public_key: bytes) -> bool:
    """Say whether something can be encrypted to an X25519 key: it is not of small order."""
    try:
        bindings.crypto_scalarmult(b"\x01" * KEY_BYTES, public_key)
    except CryptoError:
        return False
    return True


def wrap_key_for_reader(issuer_secret_key: bytes, reader_public_key: bytes) -> bytes:
    """Derive, as the issuer, the key under which this reader's wraps are encrypted.

    Raises:
        VerificationFailed: the reader's public key is of small order.
    """
    issuer_public_key = encryption_public_key(issuer_secret_key)
    shared = _shared_secret(issuer_secret_key, reader_public_key)
    return digest(Domain.WRAP_KEY, shared, issuer_public_key, reader_public_key)


def wrap_key_from_issuer(reader_secret_key: bytes, issuer_public_key: bytes) -> bytes:
    """Derive, as the reader, the same key; raises like `wrap_key_for_reader`."""
    reader_public_key = encryption_public_key(reader_secret_key)
    shared = _shared_secret(reader_secret_key, issuer_public_key)
    return digest(Domain.WRAP_KEY, shared, issuer_public_key, reader_public_key)


def wrap_keys(content_keys: Sequence[bytes], reader: Reader, entropy: Entropy) -> Wrap:
    """Wrap the keys of the parts that a reader may open; ``content_keys`` are by part index."""
    parts = sum(1 << index for index in reader.parts)
    keys = b"".join(content_keys[index] for index in sorted(reader.parts))
    assert len(keys) == len(set(reader.parts)) * KEY_BYTES > 0
    if isinstance(reader, DeviceReader):
        return DeviceWrap(parts=parts, box=_seal_box(keys, reader.public_key, entropy(KEY_BYTES)))
    nonce = entropy(NONCE_BYTES)
    wrapped = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        keys, _associated(parts), nonce, reader.wrap_key
    )
    return InstitutionWrap(
        reader=reader.institution_id,
        issuer_key=reader.issuer_key,
        reader_key=reader.reader_key,
        parts=parts,
        nonce=nonce,
        wrapped=wrapped,
    )


def unwrap_for_institution(wrap: InstitutionWrap, wrap_key: bytes) -> dict[int, bytes]:
    """Give part index to content key.

    Raises:
        VerificationFailed: the wrap does not open with this key.
    """
    try:
        keys = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            wrap.wrapped, _associated(wrap.parts), wrap.nonce, wrap_key
        )
    except CryptoError:
        raise VerificationFailed("wrap: it does not open with this key") from None
    return _by_part(wrap.parts, keys)


def unwrap_for_device(wraps: Sequence[Wrap], secret_key: bytes) -> dict[int, bytes]:
    """Try every device wrap; gives part index to content key, empty when none is for this one."""
    found: dict[int, bytes] = {}
    public_key = encryption_public_key(secret_key)
    for wrap in wraps:
        if isinstance(wrap, DeviceWrap):
            try:
                keys = bindings.crypto_box_seal_open(wrap.box, public_key, secret_key)
                found |= _by_part(wrap.parts, keys)
            except (CryptoError, VerificationFailed):
                continue  # for another device, or one that says more than it holds
    return found


def _shared_secret(secret_key: bytes, public_key: bytes) -> bytes:
    try:
        return bindings.crypto_scalarmult(secret_key, public_key)
    except CryptoError:
        raise VerificationFailed("an encryption key is of small order") from None


def _associated(parts: int) -> bytes:
    return Domain.WRAP_KEY + bytes((parts,))


def _by_part(parts: int, keys: bytes) -> dict[int, bytes]:
    indexes = [index for index in range(WRAPPED_KEYS_MAX) if parts >> index & 1]
    if len(keys) != len(indexes) * KEY_BYTES:
        raise VerificationFailed("wrap: it holds another number of keys than it says")
    return {
        index: keys[place * KEY_BYTES : (place + 1) * KEY_BYTES]
        for place, index in enumerate(indexes)
    }


def _seal_box(message: bytes, public_key: bytes, ephemeral_secret_key: bytes) -> bytes:
    """Do what ``crypto_box_seal`` does, with the ephemeral key given."""
    ephemeral_public_key = encryption_public_key(ephemeral_secret_key)
    nonce = bindings.crypto_generichash.generichash_blake2b_salt_personal(
        ephemeral_public_key + public_key, digest_size=NONCE_BYTES
    )
    box = bindings.crypto_box(message, nonce, public_key, ephemeral_secret_key)
    return ephemeral_public_key + box

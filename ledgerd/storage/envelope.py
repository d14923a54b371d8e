"""A digest around every stored value: what comes back is what was written, under this key.

    stored = digest (8 bytes) | value        digest = SHA-256(domain | key length u16 | key | value)

LevelDB's own checksums guard blocks, not values: they miss a value served under another key, an
old value that came back, a bug between the disk and the caller. Eight bytes are enough against
accidents; against forgery there are hashes and signatures in the values themselves.
"""

from hashlib import sha256
from typing import Final

from ledgerd.errors import StorageCorrupted
from ledgerd.storage.kv import KEY_BYTES_MAX

DIGEST_BYTES: Final = 8
_DOMAIN: Final = b"ledgerd.value\x00\x00\x00"
# What is hashed before a key of each length, put together once: ten values are wrapped for a bill.
_HEADS: Final = tuple(_DOMAIN + n.to_bytes(2, "big") for n in range(KEY_BYTES_MAX + 1))


def wrap(key: bytes, value: bytes) -> bytes:
    """Return what is stored for ``value`` under ``key``."""
    return sha256(_HEADS[len(key)] + key + value).digest()[:DIGEST_BYTES] + value


def unwrap(key: bytes, stored: bytes) -> bytes:
    """Return the value.

    Raises:
        StorageCorrupted: it is not what was written under this key.
    """
    value = stored[DIGEST_BYTES:]
    if sha256(_HEADS[len(key)] + key + value).digest()[:DIGEST_BYTES] != stored[:DIGEST_BYTES]:
        raise StorageCorrupted(f"a value under prefix {key[:1]!r} does not match its digest")
    return value

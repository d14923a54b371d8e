"""A digest around every stored value: what comes back is what was written, under this key.

    stored = digest (8 bytes) | value        digest = SHA-256(domain | key length u16 | key | value)

LevelDB's own checksums guard blocks, not values: they miss a value served under another key, an
old value that came back, a bug between the disk and the caller. Eight bytes are enough against
accidents; against forgery there are hashes and signatures in the values themselves.
"""

import hashlib
from typing import Final

from ledgerd.errors import StorageCorrupted

DIGEST_BYTES: Final = 8
_DOMAIN: Final = b"ledgerd.value\x00\x00\x00"


def wrap(key: bytes, value: bytes) -> bytes:
    """Return what is stored for ``value`` under ``key``."""
    return _digest(key, value) + value


def unwrap(key: bytes, stored: bytes) -> bytes:
    """Return the value.

    Raises:
        StorageCorrupted: it is not what was written under this key.
    """
    value = stored[DIGEST_BYTES:]
    if _digest(key, value) != stored[:DIGEST_BYTES]:
        raise StorageCorrupted(f"a value under prefix {key[:1]!r} does not match its digest")
    return value


def _digest(key: bytes, value: bytes) -> bytes:
    head = _DOMAIN + len(key).to_bytes(2, "big") + key
    return hashlib.sha256(head + value).digest()[:DIGEST_BYTES]

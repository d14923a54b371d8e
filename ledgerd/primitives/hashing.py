"""Hashes: SHA-256 over a 16-byte domain and the parts.

Rules of this file: every hash of the ledger names its domain from the table below, so that bytes
hashed for one purpose never pass for another. Parts are concatenated: the caller's layout must
be unambiguous (fixed lengths, or canonical bytes as the last part).
"""

import enum
import hashlib
import hmac
from typing import Final

HASH_BYTES: Final = 32
_DOMAIN_BYTES: Final = 16
ZERO_HASH: Final = bytes(HASH_BYTES)

_sha256 = hashlib.sha256


class Domain(bytes, enum.Enum):
    """The table of domains; each is zero-padded to 16 bytes. Never reused, never changed."""

    GENESIS = b"ldg/genesis"
    GENESIS_BATCH = b"ldg/root-batch"
    MEMBERSHIP = b"ldg/membership"
    HEADER = b"ldg/header"
    BUNDLE = b"ldg/bundle"
    BUNDLE_BODY = b"ldg/bundle-body"
    TRANSACTION = b"ldg/transaction"
    MERKLE_EMPTY = b"ldg/mrk-empty"
    MERKLE_LEAF = b"ldg/mrk-leaf"
    MERKLE_NODE = b"ldg/mrk-node"
    MERKLE_ROOT = b"ldg/mrk-root"
    TREE_NODE = b"ldg/tree-node"
    TREE_VALUE = b"ldg/tree-value"
    SIDECAR = b"ldg/sidecar"
    CONTENT_KEY = b"ldg/content-key"
    WRAP_KEY = b"ldg/wrap-key"
    SEALED_LEAF = b"ldg/sealed-leaf"
    SEALED_SALT = b"ldg/sealed-salt"
    OWNER = b"ldg/owner"
    CLIENT_REF = b"ldg/client-ref"
    REQUEST = b"ldg/request"
    CERTIFICATE = b"ldg/certificate"
    HELLO = b"ldg/hello"
    AUDIT = b"ldg/audit"
    IDENTITY = b"ldg/identity"
    PARTY = b"ldg/party"
    OUTBOX = b"ldg/outbox"
    CARE = b"ldg/care"
    CONSENT = b"ldg/consent"
    POSSESSION = b"ldg/possession"
    KEEPER = b"ldg/keeper"

    def __new__(cls, name: bytes) -> "Domain":
        """Pad a name to the fixed length, so that a member is the prefix itself."""
        assert 0 < len(name) <= _DOMAIN_BYTES
        padded = name.ljust(_DOMAIN_BYTES, b"\0")
        member = bytes.__new__(cls, padded)
        member._value_ = padded
        return member


def digest(domain: Domain, *parts: bytes) -> bytes:
    """Hash the parts under a domain; 32 bytes."""
    if len(parts) == 1:  # the usual case, and a third faster
        return _sha256(domain + parts[0]).digest()
    return _sha256(b"".join((domain, *parts))).digest()


def keyed_digest(domain: Domain, key: bytes, *parts: bytes) -> bytes:
    """PRF: HMAC-SHA256 under a secret key of 32 bytes, over the domain and the parts."""
    assert len(key) == HASH_BYTES
    return hmac.digest(key, b"".join((domain, *parts)), "sha256")

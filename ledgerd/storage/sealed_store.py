"""What an office remembers, sealed: a stolen disk shows how much, not what.

    key   = k | PRF(collection) (8) | PRF(collection, key) (32)
    value = nonce (24) | XChaCha20-Poly1305(storage key, head | key | value), bound to the key above
    head  = key length u16

The PRF is HMAC-SHA256 under a key derived from the storage key. Whoever holds the disk learns how
many entries each collection has and how long they are. Entries of a collection come back in no
useful order; whoever needs one sorts by the key.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from ledgerd.errors import StorageCorrupted
from ledgerd.storage import schema
from ledgerd.storage.kv import KeyValueStore, WriteBatch, iterate, prefix_span

STORAGE_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 24

Entry = tuple[str, bytes]  # collection, key within it


class SealedStore:
    """Collections of entries, each a plain key and value to the caller."""

    def __init__(self, store: KeyValueStore, storage_key: bytes) -> None:
        """Bind a store to the storage key of its node: 32 secret bytes."""
        assert len(storage_key) == STORAGE_KEY_BYTES
        self._store = store
        self._value_key = _derive(storage_key, b"ledgerd.value")
        self._prf_key = _derive(storage_key, b"ledgerd.key")

    def __repr__(self) -> str:
        return "SealedStore(...)"

    def get(self, collection: str, key: bytes) -> bytes | None:
        """Return the value, or None.

        Raises:
            StorageCorrupted: it is damaged, or sealed with another storage key.
        """
        sealed_key = self._key(collection, key)
        sealed = self._store.get(sealed_key)
        if sealed is None:
            return None
        found_key, value = self._open(sealed_key, sealed)
        assert found_key == key
        return value

    def items(self, collection: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield (key, value) of a collection, in no useful order.

        Raises:
            StorageCorrupted: an entry is damaged, or sealed with another storage key.
        """
        prefix = schema.sealed_prefix(self._collection_tag(collection))
        for sealed_key, sealed in iterate(self._store, prefix_span(prefix)):
            yield self._open(sealed_key, sealed)

    def write(self, changes: Mapping[Entry, bytes | None]) -> None:
        """Make entries durable together; None removes one."""
        batch = WriteBatch()
        for (collection, key), value in changes.items():
            sealed_key = self._key(collection, key)
            if value is None:
                batch.delete(sealed_key)
            else:
                batch.put(sealed_key, self._seal(sealed_key, key, value))
        if batch.changes:
            self._store.write(batch)

    def put(self, collection: str, key: bytes, value: bytes) -> None:
        """Make one entry durable."""
        self.write({(collection, key): value})

    def delete(self, collection: str, key: bytes) -> None:
        """Remove one entry, durably."""
        self.write({(collection, key): None})

    def purge(self, entries: Iterable[Entry]) -> None:
        """Make former values of these entries leave the files, too."""
        self._store.purge([self._key(collection, key) for collection, key in entries])

    def _seal(self, sealed_key: bytes, key: bytes, value: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        plain = len(key).to_bytes(2, "big") + key + value
        return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(
            plain, sealed_key, nonce, self._value_key
        )

    def _open(self, sealed_key: bytes, sealed: bytes) -> tuple[bytes, bytes]:
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            plain = crypto_aead_xchacha20poly1305_ietf_decrypt(
                ciphertext, sealed_key, nonce, self._value_key
            )
        except CryptoError as error:
            raise StorageCorrupted("a sealed entry does not open with this key") from error
        stop = 2 + int.from_bytes(plain[:2], "big")
        return plain[2:stop], plain[stop:]

    def _collection_tag(self, collection: str) -> bytes:
        return hmac.digest(self._prf_key, b"c" + collection.encode(), "sha256")[:8]

    def _key(self, collection: str, key: bytes) -> bytes:
        name = collection.encode()
        tag = hmac.digest(self._prf_key, b"k" + len(name).to_bytes(2, "big") + name + key, "sha256")
        return schema.sealed_key(self._collection_tag(collection), tag)


def _derive(storage_key: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(b"", key=storage_key, person=purpose, digest_size=32).digest()

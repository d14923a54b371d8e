"""Sidecars by hash. What is read is hashed again: a sidecar is its hash's or it is damage."""

from collections.abc import Mapping, Sequence

from ledgerd.errors import StorageCorrupted
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.storage import schema
from ledgerd.storage.kv import KeyValueStore, WriteBatch


def sidecar_hash(sidecar: bytes) -> bytes:
    """Return the name of a sidecar: what operations on chain commit to."""
    return digest(Domain.SIDECAR, sidecar)


class SidecarStore:
    """Ciphertexts that the chain names by hash. One thread writes, any reads."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store

    def put(self, sidecars: Sequence[bytes]) -> None:
        """Make sidecars durable together. Those already held are written again, unchanged."""
        batch = WriteBatch()
        for sidecar in sidecars:
            batch.put(schema.sidecar_key(sidecar_hash(sidecar)), sidecar)
        if batch.changes:
            self._store.write(batch)

    def get(self, hash_: bytes) -> bytes | None:
        """Return the sidecar of this hash, or None.

        Raises:
            StorageCorrupted: what is stored has another hash.
        """
        sidecar = self._store.get(schema.sidecar_key(hash_))
        if sidecar is not None and sidecar_hash(sidecar) != hash_:
            raise StorageCorrupted("a sidecar does not have the hash it is stored under")
        return sidecar

    def missing(self, hashes: Sequence[bytes]) -> tuple[bytes, ...]:
        """Return those of ``hashes`` that are not held, in their order."""
        return tuple(hash_ for hash_ in hashes if self.get(hash_) is None)

    def whole_up_to(self) -> tuple[int, bytes] | None:
        """Return height and header hash of the block up to which none was missing, if known."""
        stored = self._store.get(schema.WHOLE_KEY)
        return None if stored is None else (schema.number_of(stored[:8]), stored[8:])

    def note_whole(self, height: int, header_hash: bytes) -> None:
        """Remember that no sidecar of this block or of one before it is missing."""
        assert len(header_hash) == 32
        batch = WriteBatch()
        batch.put(schema.WHOLE_KEY, schema.u64(height) + header_hash)
        self._store.write(batch)

    def delete(self, hashes: Sequence[bytes]) -> None:
        """Remove sidecars whose time to hold has passed."""
        changes: Mapping[bytes, None] = {schema.sidecar_key(hash_): None for hash_ in hashes}
        batch = WriteBatch()
        for key in changes:
            batch.delete(key)
        if batch.changes:
            self._store.write(batch)

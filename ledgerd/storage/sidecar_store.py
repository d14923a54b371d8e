"""Sidecars by hash. What is read is hashed again: a sidecar is its hash's or it is damage.

Rules: what is erased leaves the files, is marked, and is never taken in again, whoever brings it.
Where one part of it stays, the rest stands under the old name: it has another hash, so it is for
this house and not for peers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledgerd.errors import StorageCorrupted
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.storage import schema
from ledgerd.storage.kv import KeyValueStore, WriteBatch, iterate, prefix_span

PURGE_COUNT = 64  # sidecars rewritten between two looks at the disk


def sidecar_hash(sidecar: bytes) -> bytes:
    """Return the name of a sidecar: what operations on chain commit to."""
    return digest(Domain.SIDECAR, sidecar)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is let go at once.

    Attributes:
        height: of the last block that was looked at, with its header hash.
        let_go: names, each with code and number of its bill.
        kept: names that are held or wanted whatever was let go before.
    """

    height: int
    header_hash: bytes
    let_go: Mapping[bytes, bytes]
    kept: Sequence[bytes]


class SidecarStore:
    """Ciphertexts that the chain names by hash. One thread writes, any reads."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store

    def put(self, sidecars: Sequence[bytes]) -> None:
        """Make sidecars durable together. Those already held are written again, unchanged.

        Those that are erased or let go are left out.
        """
        self.put_named({sidecar_hash(sidecar): sidecar for sidecar in sidecars})

    def put_named(self, sidecars: Mapping[bytes, bytes]) -> None:
        """Do what ``put`` does with sidecars whose hashes were computed when they came in."""
        batch = WriteBatch()
        for name, sidecar in sidecars.items():
            if not self.is_erased(name) and self.bill_let_go(name) is None:
                batch.put(schema.sidecar_key(name), sidecar)
        if batch.changes:
            self._store.write(batch)

    def get(self, hash_: bytes) -> bytes | None:
        """Return the sidecar of this hash, or what is left of it, or None.

        Raises:
            StorageCorrupted: what is stored has another hash.
        """
        whole = self.whole(hash_)
        return self._store.get(schema.rest_key(hash_)) if whole is None else whole

    def whole(self, hash_: bytes) -> bytes | None:
        """Return the sidecar of this hash as it was named, or None: what a peer may have.

        Raises:
            StorageCorrupted: what is stored has another hash.
        """
        sidecar = self._store.get(schema.sidecar_key(hash_))
        if sidecar is not None and sidecar_hash(sidecar) != hash_:
            raise StorageCorrupted("a sidecar does not have the hash it is stored under")
        return sidecar

    def missing(self, hashes: Sequence[bytes]) -> tuple[bytes, ...]:
        """Return those of ``hashes`` that are neither held nor erased nor let go, in order."""
        return tuple(hash_ for hash_ in hashes if self._is_missing(hash_))

    def names(self) -> Iterator[bytes]:
        """Yield the hashes of all that are held whole, ascending."""
        for key, _ in iterate(self._store, prefix_span(schema.SIDECAR_PREFIX)):
            yield key[len(schema.SIDECAR_PREFIX) :]

    def is_erased(self, hash_: bytes) -> bool:
        """Say whether this sidecar was erased here."""
        return self._store.get(schema.erased_key(hash_)) is not None

    def erase(self, rests: Mapping[bytes, bytes | None]) -> None:
        """Erase sidecars for good and keep what is left of each; None keeps nothing.

        Returns when the bytes are in no file of the store.
        """
        for names in _batches(tuple(rests)):
            batch = WriteBatch()
            for name in names:
                rest = rests[name]
                batch.put(schema.erased_key(name), b"")
                batch.delete(schema.sidecar_key(name))
                if rest is None:
                    batch.delete(schema.rest_key(name))
                else:
                    batch.put(schema.rest_key(name), rest)
            self._store.write(batch)
            self._store.purge(_keys_of(names))

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

    def swept_up_to(self) -> tuple[int, bytes] | None:
        """Return height and header hash of the block up to which was let go, if known."""
        stored = self._store.get(schema.SWEPT_KEY)
        return None if stored is None else (schema.number_of(stored[:8]), stored[8:])

    def bill_let_go(self, hash_: bytes) -> bytes | None:
        """Return code and number of the bill whose sidecar was let go here, or None."""
        return self._store.get(schema.let_go_key(hash_))

    def take_back(self, sidecar: bytes) -> None:
        """Hold a sidecar that was let go: somebody here reads it now."""
        self._store.write(_without_marks((sidecar_hash(sidecar),)))
        self.put((sidecar,))

    def sweep(self, swept: Sweep) -> None:
        """Let go of sidecars whose time to hold has passed; all of it is durable, or nothing."""
        assert len(swept.header_hash) == 32
        batch = _without_marks(swept.kept)
        for name, bill in swept.let_go.items():
            batch.put(schema.let_go_key(name), bill)
            batch.delete(schema.sidecar_key(name))
            batch.delete(schema.rest_key(name))
        batch.put(schema.SWEPT_KEY, schema.u64(swept.height) + swept.header_hash)
        self._store.write(batch)

    def _is_missing(self, hash_: bytes) -> bool:
        is_over = self.is_erased(hash_) or self.bill_let_go(hash_) is not None
        return not is_over and self.whole(hash_) is None


def _without_marks(names: Iterable[bytes]) -> WriteBatch:
    batch = WriteBatch()
    for name in names:
        batch.delete(schema.let_go_key(name))
    return batch


def _batches(names: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(names), PURGE_COUNT):
        yield names[start : start + PURGE_COUNT]


def _keys_of(names: Iterable[bytes]) -> list[bytes]:
    """Give the keys of which former values are to leave the files."""
    return [build(name) for name in names for build in (schema.sidecar_key, schema.rest_key)]

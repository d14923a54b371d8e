"""LevelDB as a ``KeyValueStore``, used so that it cannot lie to us.

The rules, each the answer to something measured in LevelDB 1.22 (architecture.md section 4):

* ``paranoid_checks`` and ``verify_checksums``, always: without them a flipped bit is silent.
* Every value carries a digest of its key and itself (``envelope``).
* Rows are read through ``raw_iterator``, whose errors raise; and every scan must meet a key behind
  its end (a first and a last key are always there), so that one which ended early is noticed.
* A write is one batch with ``transaction=True, sync=True``. After a failure every later write is
  refused: LevelDB would acknowledge and lose it.
* LevelDB drops a damaged end of its own log without a word. So each batch counts itself, and a
  sentinel beside the store says how many batches there must be.
* It serves what any list of tables names that stands in the place of its own, and deletes the other
  tables. So the sentinel says which list there must be, too (``manifest``).
* A read of a key that is not there has a table of each level looked at, and rewritten after a
  hundred such looks; so of some kinds of keys it is known that they are absent (``known_keys``).
* Reads are inside leases, ``close`` waits for them. No snapshots. Never ``repair_db``.
* What is deleted or overwritten stays in the files until they are rewritten; ``purge`` does that.
* A new store is made under another name and renamed: one that exists was finished.
"""

import os
import shutil
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import plyvel

from ledgerd.errors import StorageCorrupted, StorageError, StorageUnavailable, StorageWriteFailed
from ledgerd.primitives.tally import TALLY
from ledgerd.storage import disk, envelope, known_keys, leases, schema
from ledgerd.storage.kv import Direction, Span, StoreLocked, WriteBatch
from ledgerd.storage.manifest import (
    Manifest,
    check_manifest,
    decode_manifest,
    encode_manifest,
    find_manifest,
    grown_manifest,
)
from ledgerd.storage.sentinel import Sentinel

WRITE_BUFFER_BYTES: Final = 32 << 20  # the default of 4 MB stalled a batch for 3.8 s
BLOCK_CACHE_BYTES: Final = 32 << 20
TABLE_BYTES_MAX: Final = 8 << 20  # of the default 2 MB there would be thousands
BLOOM_BITS: Final = 10  # one read in a hundred of a missing key goes to disk
SENTINEL_NAME: Final = "TAIL"
IDENTITY_BYTES: Final = 16
_CLEAN: Final = b"clean"
_OPEN: Final = b"open "


class LevelDbStore:
    """Implements ``KeyValueStore`` on one directory.

    Attributes:
        was_clean: whether the store had been closed before this opening. After an unclean end its
            reader should look through what was written last.
    """

    def __init__(
        self,
        database: plyvel.DB,
        sentinel: Sentinel,
        promise: "_Promise",
        known: known_keys.KnownKeys,
    ) -> None:
        """Take over an open database; use ``open_leveldb``."""
        self.was_clean = promise.is_clean
        self._database = database
        self._path = Path(database.name)
        self._sentinel = sentinel
        self._promise = promise
        self._known = known
        self._leases = leases.ReadLeases()
        self._write_lock = threading.Lock()
        self._is_failed = False

    def get(self, key: bytes) -> bytes | None:
        with self._leases:
            return None if self._known.is_absent(key) else _read_value(self._database, key)

    def scan(
        self, span: Span, *, limit: int, direction: Direction = Direction.ASCENDING
    ) -> list[tuple[bytes, bytes]]:
        assert limit > 0
        assert span.start > schema.FIRST_KEY
        assert span.stop <= schema.LAST_KEY
        if span.start >= span.stop:
            return []
        with self._leases:
            rows = _checked_rows(self._database, span, limit, direction)
        return [(key, envelope.unwrap(key, stored)) for key, stored in rows]

    def write(self, batch: WriteBatch) -> None:
        with self._write_lock, self._leases:
            if self._is_failed:
                raise StorageWriteFailed("the store failed before; what it holds is unknown")
            self._is_failed = True
            self._write(batch.changes)
            self._is_failed = False

    def purge(self, keys: Sequence[bytes]) -> None:
        # A table of the lowest level is rewritten only together with one that lies above it: so
        # each key is written anew. The second round meets what was in memory during the first.
        for _ in range(2):
            batch = WriteBatch()
            for key in keys:
                batch.changes[key] = self.get(key)
            self.write(batch)
            with self._leases:  # not the lock: others write meanwhile
                for key in keys:
                    self._database.compact_range(start=key, stop=key + b"\x00")

    def table_bytes(self, spans: Sequence[Span]) -> list[int]:
        """Say about how much of the tables each span takes; what is only in the log counts not."""
        with self._leases:
            ranges = [(span.start, span.stop) for span in spans]
            return list(self._database.approximate_sizes(*ranges))

    def memory_bytes(self) -> int:
        """Say what LevelDB keeps in memory of its own: write buffers and cached blocks."""
        with self._leases:
            return int(self._database.get_property(b"leveldb.approximate-memory-usage"))

    def filter_bytes(self) -> int:
        """Say how much memory the filter of known keys takes."""
        return self._known.bytes_held

    def close(self) -> None:
        with self._write_lock:
            self._leases.refuse_and_wait()
            if self._database.closed:
                return
            self._database.close()
            if not self._is_failed:
                self._known.save()
                self._sentinel.write(_encode(replace(self._grown(), is_clean=True)))
                self._sentinel.sync()
            self._sentinel.close()

    def _write(self, changes: dict[bytes, bytes | None]) -> None:
        count = self._promise.batch_count + 1
        counted = schema.u64(count) + self._promise.identity
        wrap = envelope.wrap
        own = {schema.BATCHES_KEY: counted, **self._known.rows_for(changes, count)}
        try:
            with self._database.write_batch(transaction=True, sync=True) as target:
                for rows in (changes, own):
                    for key, value in rows.items():
                        if value is None:
                            target.delete(key)
                        else:
                            target.put(key, wrap(key, value))
        except plyvel.CorruptionError as error:
            raise StorageCorrupted(f"writing: {error}") from error
        except plyvel.Error as error:
            raise StorageWriteFailed(f"writing: {error}") from error
        TALLY.store_syncs += 1
        self._promise = replace(self._grown(), batch_count=count, is_clean=False)
        self._sentinel.write(_encode(self._promise))
        self._known.on_written(count)

    def _grown(self) -> "_Promise":
        """Return the promise with the present length of the list of tables."""
        manifest = self._promise.manifest
        if manifest is None:
            return self._promise
        grown = grown_manifest(self._path, manifest)
        return self._promise if grown is manifest else replace(self._promise, manifest=grown)


@dataclass(frozen=True, slots=True)
class _Promise:
    """What the sentinel says.

    Attributes:
        batch_count: batches the store must hold; exactly these after a clean end.
        identity: in each batch too, so that the log of another store is not taken for the own one.
        manifest: its list of tables; None from the begin of an opening to its end.
    """

    batch_count: int
    is_clean: bool
    identity: bytes
    manifest: Manifest | None = None


def exists_leveldb(path: Path) -> bool:
    """Whether a store, or something in its place, is here. An unfinished one does not count."""
    return os.path.lexists(path)


def create_leveldb(path: Path, store_name: bytes) -> None:
    """Make an empty store where none is.

    Raises:
        StorageError: the disk refused.
    """
    assert not path.exists()
    parent = disk.RealDirectory.make(path.parent)
    unfinished = path.with_name(path.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    directory = disk.RealDirectory.make(unfinished)
    sentinel = Sentinel(directory.create(SENTINEL_NAME))
    database = _open_database(unfinished, must_create=True)
    promise = _Promise(0, is_clean=True, identity=os.urandom(IDENTITY_BYTES))
    store = LevelDbStore(database, sentinel, promise, _known_of(database, promise, b""))
    batch = WriteBatch()
    batch.put(schema.FIRST_KEY, b"")
    batch.put(schema.LAST_KEY, b"")
    batch.put(schema.FORMAT_KEY, store_name + schema.u32(schema.FORMAT_VERSION))
    store.write(batch)
    store.close()
    directory.sync()
    parent.rename(unfinished.name, path.name)
    parent.sync()


def open_leveldb(path: Path, store_name: bytes) -> LevelDbStore:
    """Open a store that exists, replay its log, check its format and that it lost nothing.

    Raises:
        StorageCorrupted: it is damaged, shorter than it was, another store, or of another format.
        StoreLocked: another process has it open.
    """
    with ExitStack() as undo:
        sentinel = Sentinel(disk.RealDirectory(path).open(SENTINEL_NAME))
        undo.callback(sentinel.close)
        payload = sentinel.read()
        if payload is None:
            raise StorageCorrupted(f"the sentinel of {path.name} is not readable")
        promise = _decode(payload)
        if promise.manifest is not None:
            check_manifest(path, promise.manifest)
            # LevelDB begins a new list now: if the power goes before we know it, any may be there.
            sentinel.write(_encode(replace(promise, manifest=None)))
            sentinel.sync()
        database = _open_database(path, must_create=False)
        undo.callback(database.close)
        found = replace(_check(database, promise, store_name), manifest=find_manifest(path))
        known = _known_of(database, found, schema.KNOWN_KINDS.get(store_name, b""))
        sentinel.write(_encode(replace(found, is_clean=False)))
        sentinel.sync()
        undo.pop_all()
    return LevelDbStore(database, sentinel, found, known)


def _known_of(database: plyvel.DB, promise: _Promise, kinds: bytes) -> known_keys.KnownKeys:
    def scan(span: Span, limit: int) -> list[tuple[bytes, bytes]]:
        rows = _checked_rows(database, span, limit, Direction.ASCENDING)
        return [(key, envelope.unwrap(key, stored)) for key, stored in rows]

    path = Path(database.name)
    state = known_keys.StoreState(path, promise.identity, promise.batch_count, kinds, scan)
    return known_keys.KnownKeys(state)


def open_or_create_leveldb(path: Path, store_name: bytes) -> LevelDbStore:
    """Open a store, making it first where none is. Not for stores whose loss must be noticed."""
    if not exists_leveldb(path):
        create_leveldb(path, store_name)
    return open_leveldb(path, store_name)


def _check(database: plyvel.DB, promise: _Promise, store_name: bytes) -> _Promise:
    """Compare what the store holds with what it must hold; return what it does hold."""
    expected = store_name + schema.u32(schema.FORMAT_VERSION)
    found = _read_value(database, schema.FORMAT_KEY)
    if found != expected:
        raise StorageCorrupted(f"expected a store of format {expected!r}, found {found!r}")
    counted = _read_value(database, schema.BATCHES_KEY) or b""
    count, identity = schema.number_of(counted[:8]), counted[8:]
    if identity != promise.identity:
        raise StorageCorrupted("what was written last was written to another store")
    if count < promise.batch_count or (promise.is_clean and count != promise.batch_count):
        raise StorageCorrupted(f"{promise.batch_count} batches were written, {count} are there")
    return replace(promise, batch_count=count)


def _open_database(path: Path, *, must_create: bool) -> plyvel.DB:
    try:
        return plyvel.DB(
            str(path),
            create_if_missing=must_create,
            error_if_exists=must_create,
            paranoid_checks=True,
            write_buffer_size=WRITE_BUFFER_BYTES,
            lru_cache_size=BLOCK_CACHE_BYTES,
            max_file_size=TABLE_BYTES_MAX,
            bloom_filter_bits=BLOOM_BITS,
            compression=None,  # hashes and ciphertexts: a quarter less to write for twice the work
        )
    except plyvel.Error as error:
        if "lock " in str(error):
            raise StoreLocked(f"{path.name} is open in another process") from error
        raise _error_of(f"{path.name} does not open", error) from error


def _read_value(database: plyvel.DB, key: bytes) -> bytes | None:
    try:
        stored = database.get(key, verify_checksums=True)
    except plyvel.Error as error:
        raise _error_of(f"reading {Path(database.name).name}", error) from error
    return None if stored is None else envelope.unwrap(key, stored)


def _checked_rows(
    database: plyvel.DB, span: Span, limit: int, direction: Direction
) -> list[tuple[bytes, bytes]]:
    try:
        return _read_rows(database, span, limit, direction)
    except plyvel.Error as error:
        raise _error_of(f"reading {Path(database.name).name}", error) from error


def _read_rows(
    database: plyvel.DB, span: Span, limit: int, direction: Direction
) -> list[tuple[bytes, bytes]]:
    rows: list[tuple[bytes, bytes]] = []
    with closing(database.raw_iterator(verify_checksums=True)) as iterator:
        if direction is Direction.ASCENDING:
            iterator.seek(span.start)
            advance = iterator.next
        else:
            # A key at or behind the stop exists always; the row wanted is the one before it.
            iterator.seek(span.stop)
            iterator.prev()
            advance = iterator.prev
        while len(rows) < limit:
            key = iterator.key()  # raises where the iterator ended: it must meet a key behind
            if key not in span:
                break
            rows.append((key, iterator.value()))
            advance()
    return rows


def _error_of(what: str, error: plyvel.Error) -> StorageError:
    """Translate: is something lost, or did only the system refuse?"""
    if isinstance(error, plyvel.IteratorInvalidError):
        return StorageCorrupted("a scan ended before its range did")
    words = error.args[0].decode(errors="replace") if error.args else ""
    is_damage = disk.tell_of_damage(words)
    if isinstance(error, plyvel.IOError) and not is_damage:
        return StorageUnavailable(f"{what}: {words}")
    return StorageCorrupted(f"{what}: {words}")


def _encode(promise: _Promise) -> bytes:
    listed = b"" if promise.manifest is None else encode_manifest(promise.manifest)
    flag = _CLEAN if promise.is_clean else _OPEN
    return flag + schema.u64(promise.batch_count) + promise.identity + listed


def _decode(payload: bytes) -> _Promise:
    """Return what ``_encode`` wrote; the sentinel has checked the bytes."""
    start = len(_CLEAN) + 8
    stop = start + IDENTITY_BYTES
    listed = payload[stop:]
    return _Promise(
        batch_count=schema.number_of(payload[len(_CLEAN) : start]),
        is_clean=payload.startswith(_CLEAN),
        identity=payload[start:stop],
        manifest=decode_manifest(listed) if listed else None,
    )

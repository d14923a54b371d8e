"""Which list of tables a LevelDB store has: LevelDB believes any that stands in its place.

Rules: a list that is not the one written at the last opening (of another store, an older one), or
shorter than it was, names other tables; LevelDB deletes those that it does not name and serves
what is left. So the sentinel beside the store says which list there must be: its name, a digest of
the bytes that it began with, and how long it was at the last write. It only ever grows.
"""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ledgerd.errors import StorageCorrupted
from ledgerd.storage.disk import RealDirectory, read_error

_NAME_BYTES: Final = 32
_CURRENT: Final = "CURRENT"
PROMISE_BYTES: Final = _NAME_BYTES + 8 + 32 + 8


@dataclass(frozen=True, slots=True)
class Manifest:
    """A list of tables as it was.

    Attributes:
        begun_bytes: what it began with, of which ``digest`` is made.
        byte_count: how long it was at least.
    """

    name: str
    begun_bytes: int
    digest: bytes
    byte_count: int


def find_manifest(store: Path) -> Manifest:
    """Say which list the store has now.

    Raises:
        StorageCorrupted: none.
        StorageUnavailable: it cannot be read now.
    """
    name = _read(store / _CURRENT).rstrip(b"\n").decode("ascii", errors="replace")
    number = name.removeprefix("MANIFEST-")
    if number == name or not (number.isascii() and number.isdigit()) or len(name) > _NAME_BYTES:
        raise StorageCorrupted(f"{store.name}: CURRENT names no list of tables")
    data = _read(store / name)
    return Manifest(name, len(data), hashlib.sha256(data).digest(), len(data))


def check_manifest(store: Path, promised: Manifest) -> None:
    """Check that the list is the promised one.

    Raises:
        StorageCorrupted: it is another one, or lost its end.
        StorageUnavailable: it cannot be read now.
    """
    found = find_manifest(store)
    if found.name != promised.name:
        raise StorageCorrupted(f"{store.name}: the list of tables is another one")
    if found.byte_count < promised.byte_count:
        raise StorageCorrupted(f"{store.name}: the list of tables lost its end")
    begun = _read(store / found.name)[: promised.begun_bytes]
    if hashlib.sha256(begun).digest() != promised.digest:
        raise StorageCorrupted(f"{store.name}: the list of tables is not the one that was written")


def grown_manifest(store: Path, known: Manifest) -> Manifest:
    """Return the list with its present length, durable: nothing is promised that may still go."""
    try:
        size = os.stat(f"{store}/{known.name}").st_size  # with each batch: no path is composed
    except OSError as error:
        raise read_error(f"asking {store.name}/{known.name}", error) from error
    if size == known.byte_count:
        return known
    file = RealDirectory(store).open(known.name)
    file.sync()
    file.close()
    return replace(known, byte_count=size)


def encode_manifest(manifest: Manifest) -> bytes:
    """Return ``PROMISE_BYTES`` bytes."""
    name = manifest.name.encode("ascii").ljust(_NAME_BYTES, b"\x00")
    lengths = (manifest.begun_bytes, manifest.byte_count)
    begun, least = (length.to_bytes(8, "big") for length in lengths)
    return name + begun + manifest.digest + least


def decode_manifest(data: bytes) -> Manifest:
    """Return what ``encode_manifest`` wrote; the sentinel has checked the bytes."""
    name = data[:_NAME_BYTES].rstrip(b"\x00").decode("ascii")
    begun = int.from_bytes(data[_NAME_BYTES : _NAME_BYTES + 8], "big")
    return Manifest(name, begun, data[_NAME_BYTES + 8 : -8], int.from_bytes(data[-8:], "big"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise read_error(f"reading {path.parent.name}/{path.name}", error) from error

"""The bundle log: bundles and their sidecars by digest, until each stands in a sealed block.

A batch is voted for only when its bundles are in here or in a block; so what is in here may go
only when the caller says so, bundle by bundle (``release``): it stands in a sealed block, or it
has expired and stands in no batch that the vote log keeps. A segment goes when all its bundles
are released. Releases are not durable: after a start the caller goes over ``digests`` again.

Record: digest (32) | bundle length u32 | bundle | sidecar length u32 | sidecar | ...
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ledgerd.storage.disk import Directory
from ledgerd.storage.segment_format import LogIdentity, log_owner
from ledgerd.storage.segment_opening import LogParts, RecordAddress, SegmentLimits
from ledgerd.storage.segments import SegmentLog

LOG_NAME: Final = "bundles"
DIGEST_BYTES: Final = 32
RECORD_BYTES_MAX: Final = 16 << 20  # a bundle with all its sidecars; the frame's limit is lower
SEGMENT_BYTES_MAX: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """A bundle with its sidecars, as bytes."""

    digest: bytes
    bundle: bytes = field(repr=False)
    sidecars: tuple[bytes, ...] = field(default=(), repr=False)


class BundleLog:
    """The log, open. One thread appends, releases and drops; any thread asks and reads."""

    def __init__(self, log: SegmentLog, addresses: dict[bytes, RecordAddress]) -> None:
        """Take over an open log; use ``create_bundle_log`` or ``open_bundle_log``."""
        self._log = log
        self._addresses = addresses
        self._unreleased: dict[int, set[bytes]] = {}
        for digest, address in addresses.items():
            self._unreleased.setdefault(address.number, set()).add(digest)

    def digests(self) -> tuple[bytes, ...]:
        """Return the digests of all bundles held, oldest first."""
        return tuple(self._addresses)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._addresses

    def append(self, bundles: Sequence[StoredBundle]) -> None:
        """Make bundles durable. Those already held are left out, and needed again if released.

        Raises:
            StorageWriteFailed: the node must stop.
        """
        for bundle in bundles:
            if (address := self._addresses.get(bundle.digest)) is not None:
                self._unreleased.setdefault(address.number, set()).add(bundle.digest)
        new = {b.digest: b for b in bundles if b.digest not in self._addresses}
        addresses = self._log.append([_encode(bundle) for bundle in new.values()])
        for digest, address in zip(new, addresses, strict=True):
            self._unreleased.setdefault(address.number, set()).add(digest)
            self._addresses[digest] = address

    def settle(self) -> None:
        """Do what the next append would have to do first; see ``SegmentLog.settle``."""
        self._log.settle()

    def get(self, digest: bytes) -> StoredBundle | None:
        """Return a bundle that is held, or None.

        Raises:
            StorageCorrupted: it is damaged.
        """
        address = self._addresses.get(digest)
        if address is None:
            return None
        try:
            payload = self._log.read(address)
        except KeyError:  # its segment went between the two lines above
            return None
        stored = _decode(payload)
        assert stored.digest == digest
        return stored

    def release(self, digests: Iterable[bytes]) -> None:
        """Say that these bundles are not needed from here any more. Others are ignored."""
        for digest in digests:
            address = self._addresses.get(digest)
            if address is not None:
                self._unreleased[address.number].discard(digest)

    def drop_released(self) -> int:
        """Remove segments that hold only released bundles; return how many went."""
        ended = self._log.numbers[:-1]
        done = [number for number in ended if not self._unreleased.get(number)]
        gone = set(self._log.drop(done)) if done else set()
        if not gone:
            return 0
        kept = {d: a for d, a in self._addresses.items() if a.number not in gone}
        self._addresses = kept
        for number in gone:
            self._unreleased.pop(number, None)
        return len(gone)

    def roll(self) -> None:
        """Begin a new segment. The older ones go when what they hold is released."""
        self._log.roll()

    @property
    def segments(self) -> tuple[int, ...]:
        """The segments on disk, ascending; the last one grows."""
        return self._log.numbers

    def close(self) -> None:
        self._log.close()


def create_bundle_log(directory: Directory, *, chain_id: bytes, public_key: bytes) -> BundleLog:
    """Create an empty log where none is.

    Raises:
        LogBroken: there is a log already.
    """
    parts = _parts(directory, log_owner(chain_id, public_key))
    return BundleLog(SegmentLog.create(parts), {})


def open_bundle_log(directory: Directory, *, chain_id: bytes, public_key: bytes) -> BundleLog:
    """Open the log and check all of it.

    Raises:
        LogBroken: what was voted for may not be held any more: the same as a broken vote log.
    """
    addresses: dict[bytes, RecordAddress] = {}

    def visit(address: RecordAddress, payload: bytes) -> None:
        addresses[payload[:DIGEST_BYTES]] = address

    parts = _parts(directory, log_owner(chain_id, public_key))
    return BundleLog(SegmentLog.open(parts, visit), addresses)


def _parts(directory: Directory, owner: bytes) -> LogParts:
    limits = SegmentLimits(RECORD_BYTES_MAX, SEGMENT_BYTES_MAX)
    return LogParts(directory, LogIdentity(LOG_NAME, owner), limits)


def _encode(stored: StoredBundle) -> bytes:
    assert len(stored.digest) == DIGEST_BYTES
    parts = [stored.digest]
    for part in (stored.bundle, *stored.sidecars):
        parts += (len(part).to_bytes(4, "big"), part)
    return b"".join(parts)


def _decode(payload: bytes) -> StoredBundle:
    """Return what ``_encode`` wrote; the log has checked the bytes."""
    parts = []
    position = DIGEST_BYTES
    while position < len(payload):
        start = position + 4
        position = start + int.from_bytes(payload[position:start], "big")
        assert position <= len(payload)
        parts.append(payload[start:position])
    return StoredBundle(payload[:DIGEST_BYTES], parts[0], tuple(parts[1:]))

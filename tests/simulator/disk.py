"""The disk of one simulated machine: what was not synced may be gone after a crash.

Three things live on it, as in a real node (architecture.md section 4): the vote log, the bundle
log, and the block store with its seals. Rules of this file:

* Only ``sync`` makes the logs last: first the bundles, then the votes that rest on them. A block is
  one synced write; a seal is durable with the next block or a little later.
* ``crash`` decides what became of the rest: of each log a prefix, after it perhaps a torn record,
  which the next start cuts off.
* In most runs the logs are values. In the others (``files``) they are the real logs of
  ``ledgerd.storage`` on simulated files, and only these can be damaged byte by byte.

Records go through their codec when they are read back, never before: they are immutable, and a
restart is the only reader.
"""

import enum
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

from consensus import Batch, Digest, Record, StableCertificate
from consensus.codec import decode_record, encode_record
from tests.damage.simulated_disk import Outcome
from tests.simulator.log_files import LogFiles, LogsFound


class DiskFailed(Exception):  # noqa: N818  what happened, as the other events of a machine
    """A write or a sync came back with an error: the process has to stop."""


class Trouble(enum.Enum):
    """What the next write or sync of a disk meets."""

    NONE = "none"
    FULL = "disk full"
    SYNC_FAILS = "sync failed"


@dataclass(frozen=True, slots=True)
class Block:
    """An executed batch. ``header_hash`` covers the whole chain below it."""

    batch: Batch
    header_hash: Digest


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a client handed in; a bundle that is not ``valid`` has a false signature inside.

    Attributes:
        transactions: what it holds, in runs that execute them by the rules of the ledger.
    """

    kind: ClassVar[str] = "bundle"
    digest: Digest
    valid: bool = True
    transactions: tuple[Any, ...] = ()


@dataclass
class Disk:
    """See the module.

    Attributes:
        bundles: as the process sees them; those not synced are named in ``_unsynced_bundles``.
        state: of the ledger after the last block; written with it.
        rotten: a block that cannot be read any more; found when it is wanted or at a start.
        outcome: what the next crash makes of what was not synced; None: drawn.
        whole_from: the log was a legal state after each record from here on.
    """

    votes: list[Record] = field(default_factory=list)
    bundles: dict[Digest, Bundle] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    seals: dict[int, StableCertificate] = field(default_factory=dict)
    state: dict[bytes, bytes] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    files: LogFiles | None = None
    trouble: Trouble = Trouble.NONE
    rotten: int | None = None
    outcome: Outcome | None = None
    whole_from: int = 0
    _unsynced_votes: list[Record] = field(default_factory=list)
    _unsynced_bundles: list[Digest] = field(default_factory=list)
    _unsynced_seals: list[int] = field(default_factory=list)

    # --- writing ------------------------------------------------------------------------------

    def append(self, records: tuple[Record, ...]) -> None:
        """Write to the vote log, not yet durably.

        Raises:
            DiskFailed: no room; part of it may stand there.
        """
        self._unsynced_votes.extend(records)
        if self.trouble is Trouble.FULL:
            self.counts["disk full"] += 1
            raise DiskFailed

    def sync(self) -> None:
        """Make everything written durable.

        Raises:
            DiskFailed: what of it is durable is unknown.
        """
        if self.trouble is Trouble.SYNC_FAILS:
            self.counts["sync failed"] += 1
            raise DiskFailed
        if self.files is not None and self.files.is_voting:
            self.files.write(*self._waiting())
        self._unsynced_bundles.clear()
        self.votes.extend(self._unsynced_votes)
        self._unsynced_votes.clear()

    def put_bundle(self, bundle: Bundle) -> None:
        self.bundles[bundle.digest] = bundle
        self._unsynced_bundles.append(bundle.digest)

    def put_block(self, block: Block, changes: dict[bytes, bytes]) -> None:
        """Write a block with the state after it, durably, and the seals that waited for it."""
        self.blocks.append(block)
        self.state.update(changes)
        self.sync_seals()

    def put_seal(self, seal: StableCertificate) -> None:
        if seal.sequence not in self.seals:
            self.seals[seal.sequence] = seal
            self._unsynced_seals.append(seal.sequence)

    def sync_seals(self) -> None:
        self._unsynced_seals.clear()

    def new_segment(self, records: tuple[Record, ...]) -> None:
        """Start a segment that holds the whole durable state; the older ones go."""
        assert not self._unsynced_votes, "a segment begins between steps"
        if self.files is not None and self.files.is_voting:
            self.files.rotate([encode_record(record) for record in records])
        self.votes = list(records)
        self.whole_from = len(records)
        self.counts["vote log segments"] += 1

    def _waiting(self) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
        bundles = [(d, bytes([self.bundles[d].valid])) for d in self._unsynced_bundles]
        return [encode_record(record) for record in self._unsynced_votes], bundles

    # --- what goes wrong ----------------------------------------------------------------------

    def crash(self, rng: random.Random) -> None:
        """Decide what became of everything that was not synced."""
        if self.trouble is Trouble.SYNC_FAILS:
            self.trouble = Trouble.NONE
        for sequence in self._unsynced_seals:
            if rng.random() < 0.5:
                del self.seals[sequence]
                self.counts["seal lost unsynced"] += 1
        self._unsynced_seals.clear()
        if self.files is not None and self.files.is_voting:
            self.files.crash(*self._waiting(), rng, self.outcome)
            self.outcome = None
            return  # ``open_files`` finds out what is left
        self._crash_values(rng)

    def _crash_values(self, rng: random.Random) -> None:
        """Lose the end of one log or of both: votes are written when their bundles are durable."""
        has_begun_votes = not self._unsynced_bundles or rng.random() < 0.5
        if not has_begun_votes:
            kept = rng.randrange(len(self._unsynced_bundles))
            self._lose_bundles(self._unsynced_bundles[kept:])
        self._unsynced_bundles.clear()
        if not self._unsynced_votes:
            return
        kept = rng.randrange(len(self._unsynced_votes) + 1) if has_begun_votes else 0
        self._lose_votes(kept, rng)

    def _lose_bundles(self, lost: list[Digest]) -> None:
        """Forget bundles, except those that a block holds as well."""
        in_blocks = self._in_blocks()
        for digest in lost:
            if digest not in in_blocks and self.bundles.pop(digest, None) is not None:
                self.counts["bundle lost unsynced"] += 1

    def _in_blocks(self) -> set[Digest]:
        """Return what stands in blocks; for membership only."""
        return {digest for block in self.blocks for digest in block.batch.bundle_digests}

    def _lose_votes(self, kept: int, rng: random.Random) -> None:
        lost = len(self._unsynced_votes) - kept
        self.counts["records lost unsynced"] += lost
        if lost and rng.random() < 0.5:
            self.counts["torn end cut off"] += 1
        self.votes.extend(self._unsynced_votes[:kept])
        self._unsynced_votes.clear()

    def lose_end_of_log(self, rng: random.Random) -> None:
        """Put back an older copy of the log, as a careless restore of a backup does."""
        kept = rng.randint(self.whole_from, len(self.votes))
        self.counts["records lost by an aged log"] += len(self.votes) - kept
        del self.votes[kept:]

    def lose_chain(self, kept: int) -> None:
        """Put back the block store of some time ago, or none at all.

        What stood in sealed blocks has gone from the bundle log long ago. The ledger's state is
        that of the last block: an older one is made again from the blocks.
        """
        sealed = [b for b in self.blocks[kept:] if b.batch.sequence <= max(self.seals, default=0)]
        del self.blocks[kept:]
        in_blocks = self._in_blocks()
        for digest in (digest for block in sealed for digest in block.batch.bundle_digests):
            if digest not in in_blocks:
                self.bundles.pop(digest, None)
        self.seals = {s: seal for s, seal in self.seals.items() if s <= kept}
        self._unsynced_seals.clear()
        self._unsynced_bundles = [d for d in self._unsynced_bundles if d in self.bundles]
        self.state.clear()
        self.rotten = None

    def lose_everything(self) -> None:
        """Put an empty disk in its place; its owner knows, so what it writes there is no log."""
        self.files = None
        self.seals.clear()
        self.lose_chain(0)
        self.votes.clear()
        self.bundles.clear()
        self._unsynced_votes.clear()
        self._unsynced_bundles.clear()

    # --- starting -----------------------------------------------------------------------------

    def read_votes(self) -> tuple[Record, ...]:
        return tuple(decode_record(encode_record(record)) for record in self.votes)

    def open_files(self) -> LogsFound | None:
        """Open the real logs as a start does, and take over what is in them; None without any."""
        if self.files is None or not self.files.is_voting:
            return None
        expected = [encode_record(record) for record in (*self.votes, *self._unsynced_votes)]
        found = self.files.open(expected, len(self.votes))
        self.counts.update(found.counts)
        if found.is_intact:
            self.votes = [decode_record(record) for record in found.records]
            self.whole_from = min(self.whole_from, len(self.votes))
        self._take_bundles(found)
        self._unsynced_votes.clear()
        return found

    def _take_bundles(self, found: LogsFound) -> None:
        """Keep what the log holds and what stands in blocks."""
        held = set(found.bundles)  # membership only
        self._lose_bundles([digest for digest in self.bundles if digest not in held])
        self._unsynced_bundles.clear()

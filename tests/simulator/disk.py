"""The disk of one simulated machine: what was not synced may be gone after a crash.

Three things live on it, as in a real node: the vote log (an ordered log: a crash keeps a prefix of
what was not synced), the bundle log, and the block store with its seals. Rules of this file:

* Only ``sync`` makes something last. ``crash`` keeps a prefix of the unsynced votes, drawn by the
  seed, and loses every other unsynced thing.
* Records go through their codec when they are read back, never before: they are immutable, and a
  restart is the only reader.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

from consensus import Batch, Digest, Record, StableCertificate
from consensus.codec import decode_record, encode_record


@dataclass(frozen=True, slots=True)
class Block:
    """An executed batch. ``header_hash`` covers the whole chain below it."""

    batch: Batch
    header_hash: Digest


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a client handed in; a bundle that is not ``valid`` has a false signature inside."""

    kind: ClassVar[str] = "bundle"
    digest: Digest
    valid: bool = True


@dataclass
class Disk:
    """See the module. Everything without ``unsynced`` in its name survives a crash."""

    votes: list[Record] = field(default_factory=list)
    bundles: dict[Digest, Bundle] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    seals: dict[int, StableCertificate] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    whole_from: int = 0  # the log was a legal state after each record from here on
    _unsynced_votes: list[Record] = field(default_factory=list)

    def append(self, records: tuple[Record, ...]) -> None:
        self._unsynced_votes.extend(records)

    def sync(self) -> None:
        self.votes.extend(self._unsynced_votes)
        self._unsynced_votes.clear()

    def new_segment(self, records: tuple[Record, ...]) -> None:
        """Start a segment that holds the whole durable state; the older ones go."""
        assert not self._unsynced_votes, "a segment begins between steps"
        self.votes = list(records)
        self.whole_from = len(records)
        self.counts["vote log segments"] += 1

    def crash(self, rng: random.Random) -> None:
        if self._unsynced_votes:
            kept = rng.randrange(len(self._unsynced_votes) + 1)
            self.counts["records lost unsynced"] += len(self._unsynced_votes) - kept
            self.votes.extend(self._unsynced_votes[:kept])
            self._unsynced_votes.clear()

    def lose_end_of_log(self, rng: random.Random) -> None:
        """Put back an older copy of the log, as a careless restore of a backup does."""
        kept = rng.randint(self.whole_from, len(self.votes))
        self.counts["records lost by an aged log"] += len(self.votes) - kept
        del self.votes[kept:]

    def read_votes(self) -> tuple[Record, ...]:
        return tuple(decode_record(encode_record(record)) for record in self.votes)

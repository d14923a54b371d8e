"""What the driver is told: the one bounded channel into the task that owns the replica.

Rules: a value per kind of news, many of them per hop (a hop costs more than most news). Whoever
sends waits when the driver is behind; the driver itself never waits for a sender.
"""

from dataclasses import dataclass
from typing import TypeAlias

from consensus import Batch, Digest, Message, ReplicaId, StableCertificate


@dataclass(frozen=True, slots=True)
class PeerSaid:
    """A message whose envelope signature holds; of unsigned ones the link proves the sender."""

    message: Message


@dataclass(frozen=True, slots=True)
class BundlesKnown:
    """Bundles came into the book: they are owed, and batches may have waited for them."""

    digests: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class BundlesOver:
    """Bundles ran out of time: nothing is owed for them any more."""

    digests: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class BlockExecuted:
    """A decided block is applied and synced."""

    batch: Batch
    header_hash: Digest


@dataclass(frozen=True, slots=True)
class BlockAdopted:
    """A sealed block that a peer served is applied and synced."""

    batch: Batch
    seal: StableCertificate


@dataclass(frozen=True, slots=True)
class LinksChanged:
    """These replicas cannot be reached now; to all others there is a link."""

    down: frozenset[ReplicaId]


Input: TypeAlias = (
    PeerSaid | BundlesKnown | BundlesOver | BlockExecuted | BlockAdopted | LinksChanged
)
Inputs: TypeAlias = tuple[Input, ...]

INBOX_COUNT_MAX = 256  # hops, each of at most a chunk of messages: some seconds of full load

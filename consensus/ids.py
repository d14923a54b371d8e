"""The small words of the protocol: numbers and hashes that must not be mixed up.

Rules of this file: types only, no behaviour beyond ordering.

Source: consensus.md section 1.
"""

from typing import Final, NamedTuple, NewType

ReplicaId = NewType("ReplicaId", int)
"""Index of a member in the sorted membership of its epoch."""

View = NewType("View", int)
"""Reign of one primary inside an epoch; the first is 1, 0 belongs to the root."""

SequenceNumber = NewType("SequenceNumber", int)
"""Place of a batch in the order, the height of the block that it becomes."""

Digest = NewType("Digest", bytes)
"""A SHA-256 hash, 32 bytes."""

DIGEST_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64  # Ed25519
PUBLIC_KEY_BYTES: Final = 32  # Ed25519

ROOT_VIEW: Final = View(0)  # below every view in which anybody can vote
FIRST_VIEW: Final = View(1)


class Rank(NamedTuple):
    """How much a certificate weighs: the later view wins, then the higher sequence."""

    view: View
    sequence: SequenceNumber


class BatchRef(NamedTuple):
    """Names one batch without holding it."""

    sequence: SequenceNumber
    digest: Digest

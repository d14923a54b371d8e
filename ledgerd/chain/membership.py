"""A membership record: who decides in an epoch, and the constants that votes depend on.

Rules of this file: the record is hashed into every header and changed only by an epoch; local
configuration cannot touch what a replica votes for. Members stand in ascending order of their
institution id, and that order is the replica index.

Source: docs/formats.md; consensus.md section 1.
"""

from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta

import consensus
from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import (
    U32,
    U63,
    Canonical,
    Hash32,
    InstitutionId,
    Key32,
    Record,
    encode,
)
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.signatures import is_acceptable_public_key

MEMBER_COUNT_MAX: Final = 100  # a province's validators; certificates grow with it
CERTIFICATE_BYTES_MAX: Final = 1_024  # a self-signed Ed25519 certificate has about 300


class Member(Canonical, frozen=True, kw_only=True):
    """One validator.

    Attributes:
        consensus_key: Ed25519, signs votes, bundles and seals.
        transport_certificate: DER, compared byte for byte with what the link presents.
    """

    institution_id: InstitutionId
    consensus_key: Key32
    transport_certificate: Annotated[bytes, Meta(min_length=1, max_length=CERTIFICATE_BYTES_MAX)]


class Limits(Canonical, frozen=True, kw_only=True):
    """Constants that decide votes; equal on every replica by being hashed.

    Attributes:
        window: sequences in flight above the low watermark.
        term: sequences between term-final batches.
        clock_drift_ms: how far a proposal may run ahead of a backup's clock.
        request_timeout_ms: base of the view timeout, before back-off.
        batch_bundle_count_max: bundles in one batch.
        batch_bytes_max: bytes of all bundles of one batch.
        bundle_bytes_max: bytes of one signed bundle.
        package_bytes_max: bytes of a bundle with its sidecars.
        transaction_bytes_max: bytes of one signed transaction.
    """

    window: Annotated[int, Meta(ge=1, le=16)] = 16
    term: Annotated[int, Meta(ge=2, le=65_536)] = 128
    clock_drift_ms: Annotated[int, Meta(ge=1, le=3_600_000)] = 5_000
    request_timeout_ms: Annotated[int, Meta(ge=1, le=3_600_000)] = 2_000
    batch_bundle_count_max: Annotated[int, Meta(ge=1, le=4_096)] = 64
    batch_bytes_max: Annotated[int, Meta(ge=1_024, le=67_108_864)] = 8_388_608
    bundle_bytes_max: Annotated[int, Meta(ge=1_024, le=4_194_304)] = 1_048_576
    package_bytes_max: Annotated[int, Meta(ge=1_024, le=33_554_432)] = 8_388_608
    transaction_bytes_max: Annotated[int, Meta(ge=1_024, le=262_144)] = 262_144


class MembershipRecord(Record, tag=8, frozen=True, kw_only=True):
    """One epoch's membership.

    Attributes:
        epoch: counted from 0, the epoch of genesis.
        root_sequence: height of the last block before the epoch; 0 for genesis.
        members: ascending by institution id, none twice; the index is the replica id.
    """

    epoch: U32
    root_sequence: U63
    members: Annotated[tuple[Member, ...], Meta(min_length=1, max_length=MEMBER_COUNT_MAX)]
    limits: Limits


def membership_hash(record: MembershipRecord) -> bytes:
    """Name a membership record; this hash stands in headers."""
    return digest(Domain.MEMBERSHIP, encode(record))


def validate_membership(record: MembershipRecord) -> None:
    """Check what the field bounds cannot say.

    Raises:
        VerificationFailed: members unsorted or twice, a key twice, or a key that would accept
            signatures that nobody made.
    """
    names = [member.institution_id for member in record.members]
    if any(a >= b for a, b in pairwise(names)):
        raise VerificationFailed("membership: members must ascend by institution id, none twice")
    keys = [member.consensus_key for member in record.members]
    if len(set(keys)) != len(keys):
        raise VerificationFailed("membership: a consensus key stands twice")
    if not all(is_acceptable_public_key(key) for key in keys):
        raise VerificationFailed("membership: a consensus key is not an acceptable Ed25519 key")
    certificates = [member.transport_certificate for member in record.members]
    if len(set(certificates)) != len(certificates):
        raise VerificationFailed("membership: a transport certificate stands twice")


def consensus_membership(
    record: MembershipRecord, chain_id: bytes, root_digest: bytes, root_timestamp_ms: int
) -> consensus.Membership:
    """Give what consensus needs of a record.

    Args:
        record: the epoch's members and limits.
        chain_id: the genesis hash.
        root_digest: digest of the last batch before the epoch.
        root_timestamp_ms: timestamp of that batch; of genesis when there is none.
    """
    limits = record.limits
    return consensus.Membership(
        chain=consensus.Digest(chain_id),
        epoch=record.epoch,
        root_sequence=consensus.SequenceNumber(record.root_sequence),
        root_digest=consensus.Digest(root_digest),
        public_keys=tuple(member.consensus_key for member in record.members),
        limits=consensus.Limits(
            window=limits.window,
            term=limits.term,
            clock_drift_ms=limits.clock_drift_ms,
            request_timeout_ms=limits.request_timeout_ms,
            bundle_count_max=limits.batch_bundle_count_max,
        ),
        root_timestamp_ms=root_timestamp_ms,
    )


def genesis_root_digest(chain_id: Hash32) -> bytes:
    """Digest of the root batch of epoch 0: a fixed function of the genesis hash."""
    return digest(Domain.GENESIS_BATCH, chain_id)

"""Whom a light client believes: genesis, then epoch by epoch, and how new a header must be.

Rules of this file: a header counts only with its seal, a seal only with the membership of its
epoch, a membership only because genesis names it or the epoch before handed over to it. Old is
not wrong: freshness is asked apart and has its own exception.

    genesis -> membership of epoch 0 -> (epoch change)* -> seal -> header -> roots

Source: architecture.md section 3; docs/formats.md.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

import consensus
from consensus import StableCertificate
from consensus.certificates import verify_seal
from consensus.codec import decode_seal
from ledgerd.chain.block import Header, header_hash
from ledgerd.chain.genesis import Genesis, genesis_consensus_membership, genesis_membership
from ledgerd.chain.membership import (
    MembershipRecord,
    consensus_membership,
    membership_hash,
    validate_membership,
)
from ledgerd.errors import DecodeError, ProofStale, VerificationFailed
from ledgerd.primitives.canonical import Canonical, Record
from ledgerd.primitives.signatures import Ed25519Verifier

SEAL_BYTES_MAX: Final = 16_384  # 128 signatures with their replica numbers


class SealedHeader(Record, tag=12, frozen=True, kw_only=True):
    """A header with its seal, encoded by ``consensus.encode_seal``."""

    header: Header
    seal: Annotated[bytes, Meta(min_length=1, max_length=SEAL_BYTES_MAX)]


class EpochChange(Canonical, frozen=True, kw_only=True):
    """One step of trust: the last header of an epoch, and the record that it hands over to."""

    last: SealedHeader
    record: MembershipRecord


@dataclass(frozen=True, slots=True)
class Epoch:
    """Whom a light client believes, for one epoch.

    Attributes:
        record: the membership record, whose hash stands in the headers.
        membership: the same for consensus.
    """

    record: MembershipRecord
    membership: consensus.Membership


@dataclass(frozen=True, slots=True)
class Freshness:
    """How new a proof must be; what is None is not asked.

    Attributes:
        now_ms: wall clock of the reader; needed with ``age_ms_max``.
        age_ms_max: largest difference between now and the header's time.
        height_min: smallest height.
        trusted: a header that the reader believes already: an older proof is stale, one of the
            same height must rest on this very header.
    """

    now_ms: int | None = None
    age_ms_max: int | None = None
    height_min: int | None = None
    trusted: Header | None = None

    def __post_init__(self) -> None:
        assert self.age_ms_max is None or self.now_ms is not None


def first_epoch(genesis: Genesis) -> Epoch:
    """Give the epoch that the genesis file itself vouches for."""
    return Epoch(genesis_membership(genesis), genesis_consensus_membership(genesis))


def verify_sealed_header(sealed: SealedHeader, epoch: Epoch) -> None:
    """Check that a quorum of the epoch sealed the header.

    Raises:
        VerificationFailed: another chain or epoch, or a seal that does not hold for this header.
        DecodeError: the seal is not one.
    """
    header = sealed.header
    if header.chain_id != epoch.membership.chain:
        raise VerificationFailed("header: it belongs to another chain")
    if header.epoch != epoch.record.epoch:
        raise VerificationFailed(f"header: epoch {header.epoch}, expected {epoch.record.epoch}")
    if header.membership_hash != membership_hash(epoch.record):
        raise VerificationFailed("header: it names another membership")
    read_seal(sealed.seal, header, epoch)


def read_seal(data: bytes, header: Header, epoch: Epoch) -> StableCertificate:
    """Read a seal and check that a quorum of the epoch sealed exactly this header.

    Raises:
        DecodeError: not the bytes of a seal.
        VerificationFailed: too few signatures, one that does not hold, or another header.
    """
    try:
        seal = decode_seal(data)
        verify_seal(seal, epoch.membership, Ed25519Verifier())
    except consensus.DecodeError as error:
        raise DecodeError(f"seal: {error}") from error
    except consensus.InvalidCertificate as error:
        raise VerificationFailed(f"seal: {error}") from error
    if seal.sequence != header.height or seal.header_hash != header_hash(header):
        raise VerificationFailed("seal: it seals another header")
    return seal


def verify_epoch_change(change: EpochChange, epoch: Epoch) -> Epoch:
    """Follow one change of membership; gives the next epoch.

    Raises:
        VerificationFailed: the old members did not hand over to this record.
        DecodeError: the seal is not one.
    """
    verify_sealed_header(change.last, epoch)
    header, record = change.last.header, change.record
    if header.next_membership_hash != membership_hash(record):
        raise VerificationFailed("epoch change: the header hands over to another record")
    if record.epoch != epoch.record.epoch + 1 or record.root_sequence != header.height:
        raise VerificationFailed("epoch change: the record is not the next one")
    validate_membership(record)
    membership = consensus_membership(
        record, header.chain_id, header.batch_digest, header.timestamp_ms
    )
    return Epoch(record, membership)


def verify_freshness(header: Header, freshness: Freshness) -> None:
    """Check that a header that holds is new enough.

    Raises:
        ProofStale: it is not.
        VerificationFailed: it contradicts the trusted header.
    """
    if freshness.height_min is not None and header.height < freshness.height_min:
        raise ProofStale(f"height {header.height}, at least {freshness.height_min} is wanted")
    if freshness.age_ms_max is not None and freshness.now_ms is not None:
        age_ms = freshness.now_ms - header.timestamp_ms
        if age_ms > freshness.age_ms_max:
            raise ProofStale(f"sealed {age_ms} ms ago, at most {freshness.age_ms_max} is wanted")
    if freshness.trusted is not None:
        _verify_against_trusted(header, freshness.trusted)


def _verify_against_trusted(header: Header, trusted: Header) -> None:
    if header.chain_id != trusted.chain_id:
        raise VerificationFailed("proof: the trusted header belongs to another chain")
    if header.height < trusted.height:
        raise ProofStale(f"height {header.height}, the trusted header has {trusted.height}")
    if header.height == trusted.height and header != trusted:
        raise VerificationFailed("proof: the trusted header of this height is another one")
    if header.height > trusted.height and header.timestamp_ms <= trusted.timestamp_ms:
        raise VerificationFailed("proof: it is not later than the trusted header below it")

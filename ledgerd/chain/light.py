"""Light verification: what can be known from the genesis file and a proof, without any node.

Rules of this file: nothing in a proof is trusted, and every byte of it is used, so a proof with
any byte changed does not verify. A proof says "as of height h, sealed at time t"; an old one may
hide what came later, so freshness is a question of its own (`Freshness`, `ProofStale`). Whoever
ignores the result would be wrong: everything here returns what was proved, or raises.

    proof file   one ProofFile in canonical form
    trust        genesis -> membership of epoch 0 -> (epoch change)* -> seal -> header -> roots

Source: architecture.md section 3; docs/formats.md.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

import consensus
from consensus.certificates import verify_seal
from consensus.codec import decode_seal
from ledgerd.chain.block import Header, TransactionReceipts, header_hash
from ledgerd.chain.genesis import (
    Genesis,
    genesis_consensus_membership,
    genesis_membership,
)
from ledgerd.chain.membership import (
    MembershipRecord,
    consensus_membership,
    membership_hash,
    validate_membership,
)
from ledgerd.chain.transaction import (
    TRANSACTION_BYTES_MAX,
    ReadTransaction,
    decode_transaction,
    verify_authorisation,
)
from ledgerd.errors import DecodeError, ProofStale, VerificationFailed
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import Canonical, Record, decode
from ledgerd.primitives.signatures import Ed25519Verifier
from ledgerd.primitives.tree_nodes import KEY_BYTES_MAX
from ledgerd.primitives.tree_proof import TreeProof, verify_tree_proof

SEAL_BYTES_MAX: Final = 16_384  # 128 signatures with their replica numbers
RECEIPTS_BYTES_MAX: Final = 4_194_304
EPOCH_CHANGE_COUNT_MAX: Final = 1_024
PROOF_BYTES_MAX: Final = 16_777_216


class SealedHeader(Record, tag=12, frozen=True, kw_only=True):
    """A header with its seal, encoded by ``consensus.encode_seal``."""

    header: Header
    seal: Annotated[bytes, Meta(min_length=1, max_length=SEAL_BYTES_MAX)]


class EpochChange(Canonical, frozen=True, kw_only=True):
    """One step of trust: the last header of an epoch, and the record that it hands over to."""

    last: SealedHeader
    record: MembershipRecord


class StateStatement(Canonical, tag=1, frozen=True, kw_only=True):
    """What the state holds under a key after this block."""

    key: Annotated[bytes, Meta(min_length=1, max_length=KEY_BYTES_MAX)]
    proof: TreeProof


class TransactionStatement(Canonical, tag=2, frozen=True, kw_only=True):
    """That this block holds a transaction, and what came of it.

    Attributes:
        transaction: canonical bytes of the ``SignedTransaction``.
        transaction_way: to the header's transaction root.
        receipts: canonical bytes of its ``TransactionReceipts``.
        receipts_way: to the header's receipt root; the same index.
    """

    transaction: Annotated[bytes, Meta(min_length=1, max_length=TRANSACTION_BYTES_MAX)]
    transaction_way: merkle.MerkleProof
    receipts: Annotated[bytes, Meta(min_length=1, max_length=RECEIPTS_BYTES_MAX)]
    receipts_way: merkle.MerkleProof


class ProofFile(Record, tag=13, frozen=True, kw_only=True):
    """A proof on its own.

    Attributes:
        epoch_changes: from epoch 0 to the epoch of ``sealed``; empty while there was none.
        sealed: the header that the statement rests on.
        statement: what is proved.
    """

    epoch_changes: Annotated[tuple[EpochChange, ...], Meta(max_length=EPOCH_CHANGE_COUNT_MAX)] = ()
    sealed: SealedHeader
    statement: StateStatement | TransactionStatement


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


@dataclass(frozen=True, slots=True)
class ProvedState:
    """The state held this: a value, or nothing, under the key."""

    header: Header
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class ProvedTransaction:
    """The block of the header holds this transaction, with these receipts (one an operation)."""

    header: Header
    transaction: ReadTransaction
    receipts: tuple[bytes, ...]


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
    try:
        seal = decode_seal(sealed.seal)
        verify_seal(seal, epoch.membership, Ed25519Verifier())
    except consensus.DecodeError as error:
        raise DecodeError(f"seal: {error}") from error
    except consensus.InvalidCertificate as error:
        raise VerificationFailed(f"seal: {error}") from error
    if seal.sequence != header.height or seal.header_hash != header_hash(header):
        raise VerificationFailed("seal: it seals another header")


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


def decode_proof(data: bytes) -> ProofFile:
    """Read a proof file; raises `DecodeError`. Nothing is verified."""
    return decode(data, ProofFile, bytes_max=PROOF_BYTES_MAX)


def verify_proof(
    data: bytes, genesis: Genesis, freshness: Freshness | None = None
) -> ProvedState | ProvedTransaction:
    """Verify a proof file from the genesis alone.

    Args:
        data: the bytes of the file.
        genesis: from ``genesis.json``, by `decode_genesis`.
        freshness: how new it must be; any age is taken when left out.

    Raises:
        DecodeError: not a proof file.
        VerificationFailed: it does not prove what it says for this chain.
        ProofStale: it does, but is older than wanted.
    """
    proof = decode_proof(data)
    epoch = first_epoch(genesis)
    for change in proof.epoch_changes:
        epoch = verify_epoch_change(change, epoch)
    verify_sealed_header(proof.sealed, epoch)
    header = proof.sealed.header
    proved = _verify_statement(header, proof.statement)
    verify_freshness(header, freshness or Freshness())
    return proved


def _verify_statement(
    header: Header, statement: StateStatement | TransactionStatement
) -> ProvedState | ProvedTransaction:
    if isinstance(statement, TransactionStatement):
        return _verify_transaction(header, statement)
    value = verify_tree_proof(header.state_root, statement.key, statement.proof)
    return ProvedState(header, statement.key, value)


def _verify_transaction(header: Header, statement: TransactionStatement) -> ProvedTransaction:
    merkle.verify(header.transaction_root, statement.transaction, statement.transaction_way)
    merkle.verify(header.receipt_root, statement.receipts, statement.receipts_way)
    if statement.transaction_way.index != statement.receipts_way.index:
        raise VerificationFailed("proof: transaction and receipts stand at different places")
    read = decode_transaction(statement.transaction)
    verify_authorisation(read)
    receipts = decode(statement.receipts, TransactionReceipts, bytes_max=RECEIPTS_BYTES_MAX)
    if receipts.transaction_id != read.transaction_id:
        raise VerificationFailed("proof: the receipts are of another transaction")
    return ProvedTransaction(header, read, receipts.receipts)


def _verify_against_trusted(header: Header, trusted: Header) -> None:
    if header.chain_id != trusted.chain_id:
        raise VerificationFailed("proof: the trusted header belongs to another chain")
    if header.height < trusted.height:
        raise ProofStale(f"height {header.height}, the trusted header has {trusted.height}")
    if header.height == trusted.height and header != trusted:
        raise VerificationFailed("proof: the trusted header of this height is another one")
    if header.height > trusted.height and header.timestamp_ms <= trusted.timestamp_ms:
        raise VerificationFailed("proof: it is not later than the trusted header below it")

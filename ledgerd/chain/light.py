"""Light verification: what can be known from the genesis file and a proof, without any node.

Rules of this file: nothing in a proof is trusted, and every byte of it is used, so a proof with
any byte changed does not verify. A proof says "as of height h, sealed at time t"; an old one may
hide what came later, so freshness is a question of its own. Whoever ignored the result would be
wrong: everything here returns what was proved, or raises.

Source: architecture.md section 3; docs/formats.md.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.chain.block import Header, TransactionReceipts
from ledgerd.chain.genesis import Genesis
from ledgerd.chain.transaction import (
    TRANSACTION_BYTES_MAX,
    ReadTransaction,
    decode_transaction,
    verify_authorisation,
)
from ledgerd.chain.trust import (
    EpochChange,
    Freshness,
    SealedHeader,
    first_epoch,
    verify_epoch_change,
    verify_freshness,
    verify_sealed_header,
)
from ledgerd.errors import VerificationFailed
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import Canonical, Record, decode
from ledgerd.primitives.tree_nodes import KEY_BYTES_MAX
from ledgerd.primitives.tree_proof import TreeProof, verify_tree_proof

RECEIPTS_BYTES_MAX: Final = 4_194_304
EPOCH_CHANGE_COUNT_MAX: Final = 1_024
PROOF_BYTES_MAX: Final = 16_777_216


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

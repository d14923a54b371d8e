"""Header, block, receipts: what a height consists of, and the roots that tie it together.

Rules of this file: a header holds the digest of the batch that consensus decided, the batch the
digests of its bundles, a bundle its transactions; receipts stand in a tree of their own, one leaf
per transaction that names the transaction. So a block proves itself against a sealed header.
The seal (a quorum of signatures over the header hash) is stored beside the block, because it
comes later; the hash of a block is the hash of its header.

Source: docs/formats.md; architecture.md section 3.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.chain.bundle import BUNDLE_BYTES_MAX
from ledgerd.chain.transaction import OPERATION_COUNT_MAX
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import U16, U32, U63, Hash32, Record, TimeMs, decode, encode
from ledgerd.primitives.hashing import Domain, digest

PROTOCOL_VERSION: Final = 1
KNOWN_PROTOCOL_VERSIONS: Final = (1,)  # every one since genesis, ascending
HEADER_BYTES_MAX: Final = 512
BATCH_BYTES_MAX: Final = 262_144  # the batch itself: digests of its bundles
BLOCK_BYTES_MAX: Final = 134_217_728
BLOCK_BUNDLE_COUNT_MAX: Final = 4_096
RECEIPT_BYTES_MAX: Final = 16_384

ReceiptBytes = Annotated[bytes, Meta(min_length=1, max_length=RECEIPT_BYTES_MAX)]
BundleBytes = Annotated[bytes, Meta(min_length=1, max_length=BUNDLE_BYTES_MAX)]


class Header(Record, tag=6, frozen=True, kw_only=True):
    """What a seal signs the hash of.

    Attributes:
        protocol_version: the rules that executed the block; they dispatch on it.
        chain_id: the genesis hash.
        height: sequence of the batch; genesis is 0.
        epoch: whose membership seals the block.
        previous_hash: header hash of height - 1; 32 zero bytes at genesis.
        batch_digest: what consensus decided at this height.
        timestamp_ms: max(previous + 1, the batch's timestamp).
        transaction_root: Merkle tree over the bytes of all signed transactions, in order.
        receipt_root: Merkle tree over ``TransactionReceipts``, at the same indexes.
        state_root: the state tree after this block.
        membership_hash: record of ``epoch``.
        next_membership_hash: record that seals height + 1.
    """

    protocol_version: U16
    chain_id: Hash32
    height: U63
    epoch: U32
    previous_hash: Hash32
    batch_digest: Hash32
    timestamp_ms: TimeMs
    transaction_root: Hash32
    receipt_root: Hash32
    state_root: Hash32
    membership_hash: Hash32
    next_membership_hash: Hash32


class TransactionReceipts(Record, tag=9, frozen=True, kw_only=True):
    """The receipts of one transaction, one per operation; a leaf of the receipt tree.

    Attributes:
        transaction_id: whose receipts these are.
        receipts: canonical encodings of receipts of the rules, in the order of operations.
    """

    transaction_id: Hash32
    receipts: Annotated[tuple[ReceiptBytes, ...], Meta(max_length=OPERATION_COUNT_MAX)]


class Block(Record, tag=7, frozen=True, kw_only=True):
    """Everything that is needed to execute a height again.

    Attributes:
        header: as sealed.
        batch: encoded by ``consensus.encode_batch``; its digest stands in the header.
        bundles: encoded ``SignedBundle``, one per digest of the batch, in that order.
    """

    header: Header
    batch: Annotated[bytes, Meta(min_length=1, max_length=BATCH_BYTES_MAX)]
    bundles: Annotated[tuple[BundleBytes, ...], Meta(max_length=BLOCK_BUNDLE_COUNT_MAX)]


def header_hash(header: Header) -> bytes:
    """Name a header, and so its block; checkpoint votes and seals sign this."""
    return digest(Domain.HEADER, encode(header))


def decode_header(data: bytes) -> Header:
    """Read a header; raises `DecodeError`."""
    return decode(data, Header, bytes_max=HEADER_BYTES_MAX)


def decode_block(data: bytes) -> Block:
    """Read a block; raises `DecodeError`. Nothing is verified: see `ledgerd.chain.light`."""
    return decode(data, Block, bytes_max=BLOCK_BYTES_MAX)


def transaction_root(transactions: Sequence[bytes]) -> bytes:
    """Root over the encoded ``SignedTransaction`` of a block, in the order of execution."""
    return merkle.root(transactions)


def receipt_root(receipts: Sequence[bytes]) -> bytes:
    """Root over the encoded ``TransactionReceipts`` of a block, in the same order."""
    return merkle.root(receipts)


def next_timestamp_ms(previous: Header, batch_timestamp_ms: int) -> int:
    """Time of the block after ``previous``: it never stands still and never goes back."""
    return max(previous.timestamp_ms + 1, batch_timestamp_ms)

"""A block against its sealed header: everything that can be checked without executing it.

Rules of this file: header, batch, bundles, transactions and receipts are tied to each other by
digests only, so a block that comes from anybody is as good as one from a friend. What the
operations mean is not asked; the state root is checked by executing.

Source: docs/formats.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import consensus
from consensus.codec import decode_batch
from ledgerd.chain.block import (
    Block,
    Header,
    header_hash,
    next_timestamp_ms,
    receipt_root,
    transaction_root,
)
from ledgerd.chain.bundle import ReadBundle, decode_bundle, verify_bundle_signature
from ledgerd.chain.transaction import ReadTransaction, are_valid_authorisations, signed_part
from ledgerd.chain.trust import Epoch
from ledgerd.errors import DecodeError, VerificationFailed


@dataclass(frozen=True, slots=True)
class ReadBlock:
    """A block whose parts were found to belong together, decoded once.

    Attributes:
        batch: as consensus decided it.
        bundles: in the batch's order.
    """

    header: Header
    batch: consensus.Batch
    bundles: tuple[ReadBundle, ...]

    @property
    def transactions(self) -> tuple[ReadTransaction, ...]:
        """All transactions in the order of execution."""
        return tuple(chain.from_iterable(bundle.transactions for bundle in self.bundles))


def read_block(block: Block) -> ReadBlock:
    """Check that batch, bundles and transactions are the ones that the header names.

    Raises:
        DecodeError: the batch, a bundle or a transaction is not canonical.
        VerificationFailed: a digest, the height, the epoch or the transaction root differs.
    """
    header = block.header
    try:
        batch = decode_batch(block.batch)
    except consensus.DecodeError as error:
        raise DecodeError(f"batch: {error}") from error
    if batch.digest != header.batch_digest:
        raise VerificationFailed("block: the header names another batch")
    if (batch.sequence, batch.epoch) != (header.height, header.epoch):
        raise VerificationFailed("block: the batch belongs to another height or epoch")
    bundles = tuple(decode_bundle(encoded) for encoded in block.bundles)
    if tuple(bundle.digest for bundle in bundles) != batch.bundle_digests:
        raise VerificationFailed("block: the batch names other bundles")
    read = ReadBlock(header, batch, bundles)
    encoded = [transaction.encoded for transaction in read.transactions]
    if transaction_root(encoded) != header.transaction_root:
        raise VerificationFailed("block: the header has another transaction root")
    return read


def verify_receipts(header: Header, receipts: Sequence[bytes]) -> None:
    """Check the encoded ``TransactionReceipts`` of a block against its header.

    Raises:
        VerificationFailed: they are not the ones.
    """
    if receipt_root(receipts) != header.receipt_root:
        raise VerificationFailed("block: the header has another receipt root")


def verify_successor(previous: Header, header: Header, batch_timestamp_ms: int) -> None:
    """Check that a header follows another one.

    Raises:
        VerificationFailed: it does not: chain, height, hash, time or membership.
    """
    if header.chain_id != previous.chain_id:
        raise VerificationFailed("header: it belongs to another chain")
    if header.height != previous.height + 1:
        raise VerificationFailed(f"header: height {header.height} after {previous.height}")
    if header.previous_hash != header_hash(previous):
        raise VerificationFailed("header: it follows another one")
    if header.timestamp_ms != next_timestamp_ms(previous, batch_timestamp_ms):
        raise VerificationFailed("header: its time is not the batch's")
    if header.membership_hash != previous.next_membership_hash:
        raise VerificationFailed("header: the one before hands over to another membership")


def verify_block_signatures(read: ReadBlock, epoch: Epoch) -> None:
    """Check the signature of every bundle and every transaction of a block.

    Raises:
        VerificationFailed: one does not hold, or a bundle is of another chain, epoch or validator.
    """
    for bundle in read.bundles:
        verify_bundle(bundle, epoch)


def verify_bundle(read: ReadBundle, epoch: Epoch) -> None:
    """Check a bundle and all of its transactions; the verdict follows from the bytes alone.

    Raises:
        VerificationFailed: another chain or epoch, no such validator, or a signature that does
            not hold.
    """
    verify_bundle_without_authorisations(read, epoch)
    if not all(are_valid_authorisations(map(signed_part, read.transactions))):
        raise VerificationFailed("bundle: an authorisation does not verify")


def verify_bundle_without_authorisations(read: ReadBundle, epoch: Epoch) -> None:
    """Check what ``verify_bundle`` does, but for the signatures of its transactions.

    Raises:
        VerificationFailed: as ``verify_bundle``.
    """
    bundle = read.bundle
    if bundle.chain_id != epoch.membership.chain or bundle.epoch != epoch.record.epoch:
        raise VerificationFailed("bundle: it belongs to another chain or epoch")
    if bundle.validator >= len(epoch.record.members):
        raise VerificationFailed("bundle: there is no such validator")
    limits = epoch.record.limits
    if len(read.encoded) > limits.bundle_bytes_max:
        raise VerificationFailed("bundle: it is larger than the membership allows")
    verify_bundle_signature(read, epoch.record.members[bundle.validator].consensus_key)
    for transaction in read.transactions:
        if transaction.transaction.chain_id != bundle.chain_id:
            raise VerificationFailed("bundle: a transaction belongs to another chain")
        if len(transaction.encoded) > limits.transaction_bytes_max:
            raise VerificationFailed("bundle: a transaction is larger than the membership allows")

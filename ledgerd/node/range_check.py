"""A range of blocks that a peer served: does it hang together, and is it sealed?

Rules: pure, runs in a thread. Blocks follow each other by hash; the last one of the range has a
seal of the epoch's quorum, and so do most others: a block without one is proved by the next that
has. Signatures under a seal are not verified again. Executing comes later and compares the roots.
"""

from itertools import pairwise

from consensus import StableCertificate
from ledgerd.chain.block import decode_block, header_hash
from ledgerd.chain.block_check import ReadBlock, read_block, verify_successor
from ledgerd.chain.trust import Epoch, read_seal
from ledgerd.errors import VerificationFailed
from ledgerd.node.applying import SealedBlock
from ledgerd.node.executor import BlockContents
from ledgerd.node.sync_messages import BlocksReply


def read_range(reply: BlocksReply, start: int, epoch: Epoch) -> list[SealedBlock]:
    """Check a reply to the question for blocks from ``start`` on, and give its blocks.

    Raises:
        DecodeError: something in it is not canonical.
        VerificationFailed: it does not hang together, or no seal proves it.
    """
    reads = [read_block(decode_block(data)) for data in reply.blocks]
    if not reads or reads[0].header.height != start:
        raise VerificationFailed("the first block is not the one that was asked for")
    for before, after in pairwise(reads):
        verify_successor(before.header, after.header, after.batch.timestamp_ms)
    seals = [
        read_seal(data, read.header, epoch) if data else None
        for data, read in zip(reply.seals, reads, strict=True)
    ]
    if seals[-1] is None:
        raise VerificationFailed("the last block of the range has no seal")
    return [_sealed(read, seal) for read, seal in zip(reads, seals, strict=True)]


def _sealed(read: ReadBlock, seal: StableCertificate | None) -> SealedBlock:
    contents = BlockContents(
        batch=read.batch,
        bundles=tuple(bundle.encoded for bundle in read.bundles),
        transactions=read.transactions,
    )
    return SealedBlock(read.header, header_hash(read.header), contents, seal)

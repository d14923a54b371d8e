"""Checks of blocks and whole chains, for ``verify``."""

from collections.abc import Iterable

import msgspec

from ledgerd.chain.block import decode_block, header_hash
from ledgerd.chain.block_check import read_block, verify_block_signatures
from ledgerd.chain.genesis import Genesis, genesis_hash
from ledgerd.chain.trust import SealedHeader, first_epoch, verify_sealed_header
from ledgerd.cli.replay import Replay
from ledgerd.errors import VerificationFailed

SealedBytes = tuple[bytes, bytes | None]


class ChainChecked(msgspec.Struct, frozen=True):
    """A whole chain that holds."""

    chain_id: str
    height: int
    sealed_height: int
    state_root: str
    header_hash: str
    time_ms: int
    transactions: int


class BlockChecked(msgspec.Struct, frozen=True):
    """One sealed block that holds; its state root is the seal's word, not executed here."""

    chain_id: str
    height: int
    header_hash: str
    state_root: str
    time_ms: int
    transactions: int


def check_chain(genesis: Genesis, blocks: Iterable[SealedBytes]) -> ChainChecked:
    """Check and execute a chain from genesis on.

    Raises:
        VerificationFailed: a block does not hold, or nobody vouches for the last ones.
        DecodeError: one is not canonical.
    """
    replay = Replay(genesis)
    for block, seal in blocks:
        replay.apply(block, seal)
    header = replay.header
    if replay.sealed_height != header.height:
        raise VerificationFailed(f"nobody sealed block {header.height}")
    return ChainChecked(
        chain_id=genesis_hash(genesis).hex(),
        height=header.height,
        sealed_height=replay.sealed_height,
        state_root=header.state_root.hex(),
        header_hash=header_hash(header).hex(),
        time_ms=header.timestamp_ms,
        transactions=replay.transaction_count,
    )


def check_block(genesis: Genesis, block: bytes, seal: bytes) -> BlockChecked:
    """Check one sealed block on its own.

    Raises:
        VerificationFailed: its seal, a digest or a signature does not hold.
        DecodeError: it is not canonical.
    """
    epoch = first_epoch(genesis)
    read = read_block(decode_block(block))
    verify_sealed_header(SealedHeader(header=read.header, seal=seal), epoch)
    verify_block_signatures(read, epoch)
    header = read.header
    return BlockChecked(
        chain_id=header.chain_id.hex(),
        height=header.height,
        header_hash=header_hash(header).hex(),
        state_root=header.state_root.hex(),
        time_ms=header.timestamp_ms,
        transactions=len(read.transactions),
    )

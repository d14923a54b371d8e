"""A chain checked from its first block to its last by doing everything again.

Rules: nothing is believed but the genesis file: every link, signature and seal is checked and every
operation executed anew; the roots that come out must be the sealed ones. Pure: blocks come in one
by one, from a node or from a home.
"""

from ledgerd.chain.block import Header, decode_block
from ledgerd.chain.block_check import (
    read_block,
    verify_block_signatures,
    verify_receipts,
    verify_successor,
)
from ledgerd.chain.genesis import Genesis, genesis_header
from ledgerd.chain.trust import SealedHeader, first_epoch, verify_sealed_header
from ledgerd.cli.execution import Execution
from ledgerd.errors import VerificationFailed


class Replay:
    """What was checked so far.

    Attributes:
        header: of the last block.
        transaction_count: executed so far.
        sealed_height: up to it a quorum vouches for everything.
    """

    def __init__(self, genesis: Genesis) -> None:
        self._epoch = first_epoch(genesis)
        self._execution = Execution(genesis)
        self.header: Header = genesis_header(genesis, self._execution.state_root)
        self.transaction_count = 0
        self.sealed_height = 0

    def apply(self, block: bytes, seal: bytes | None) -> None:
        """Check one more block, with its seal if it has one of its own, and execute it.

        A block without one is vouched for by a sealed later one, whose header names it.

        Raises:
            VerificationFailed: anything in it does not hold.
            DecodeError: it is not canonical.
        """
        read = read_block(decode_block(block))
        header = read.header
        if seal is not None:
            verify_sealed_header(SealedHeader(header=header, seal=seal), self._epoch)
        verify_successor(self.header, header, read.batch.timestamp_ms)
        verify_block_signatures(read, self._epoch)
        verify_receipts(header, self._execution.execute(header, read.transactions))
        if self._execution.state_root != header.state_root:
            raise VerificationFailed(f"block {header.height}: execution gives another state root")
        self.header = header
        self.transaction_count += len(read.transactions)
        if seal is not None:
            self.sealed_height = header.height

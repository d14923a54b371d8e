"""The bundle log over time: what a start finds in it, and when its segments may go.

Rules: a bundle may go from the log when it stands in a sealed block; or when it can have no effect
any more and stands in no batch that the vote log keeps. Releases are not durable: each start goes
over the log again.

Source: architecture.md section 4.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

import structlog

from ledgerd.errors import DecodeError, StorageCorrupted
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.checking import read_saved_bundle
from ledgerd.node.executor import ExecutedBlock
from ledgerd.storage.block_store import BlockStore
from ledgerd.storage.durable_logs import DurableLogs

RELEASE_COUNT = 256  # digests handed to the log's thread at a time

log = structlog.get_logger()


class LogKeeper:
    """Decides what the bundle log may let go."""

    def __init__(self, logs: DurableLogs, blocks: BlockStore) -> None:
        self._logs = logs
        self._blocks = blocks
        self._unsealed: deque[tuple[int, tuple[bytes, ...]]] = deque()
        self._releasable: list[bytes] = []

    def restore(self, saved: Sequence[bytes], book: BundleBook) -> None:
        """Go over the log at start: put into the book what no block holds, release the rest.

        Raises:
            StorageCorrupted: a bundle in the log cannot be read.
        """
        for digest in saved:
            height = self._blocks.height_of_bundle(digest)
            if height is not None:
                self._unsealed.append((height, (digest,)))
                continue
            stored = self._logs.bundle(digest)
            if stored is None:
                raise StorageCorrupted("a bundle went from its log while it was read")
            try:
                bundle = read_saved_bundle(stored.bundle, stored.sidecars)
            except DecodeError as error:
                raise StorageCorrupted(f"bundle log: {error}") from error
            book.add_saved(bundle)
        log.info("bundle log read", held=len(saved), in_no_block=len(book))
        self.on_sealed()

    def on_block(self, executed: ExecutedBlock) -> None:
        """Note what a block holds; it may go once the block is sealed."""
        batch = executed.contents.batch
        if batch.bundle_digests:
            self._unsealed.append((batch.sequence, tuple(batch.bundle_digests)))
        self.on_sealed()

    def on_over(self, digests: Sequence[bytes]) -> None:
        """Take bundles that ran out of time and stand in no batch that a vote may rest on."""
        self._releasable.extend(digests)

    def flush(self) -> Future[None]:
        """Release at once all that may go."""
        self._collect()
        released, self._releasable = tuple(self._releasable), []
        return self._logs.release(released)

    def on_sealed(self) -> None:
        """Release what stands in sealed blocks, and what is over, some hundred at a time."""
        self._collect()
        if len(self._releasable) >= RELEASE_COUNT:
            self._logs.release(tuple(self._releasable))
            self._releasable.clear()

    def _collect(self) -> None:
        sealed = self._blocks.sealed_height or 0
        while self._unsealed and self._unsealed[0][0] <= sealed:
            self._releasable.extend(self._unsealed.popleft()[1])

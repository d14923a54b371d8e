"""Which sidecars are missing, found by comparing what is held with what the blocks name.

Rules: once at each start, beside everything else, from the last block up to which nothing was
missing to the tip of the start. What was noted as missing and not fetched before an end, what lay
in a store that was moved aside: all of it is found here, so nothing else has to be remembered.

Source: architecture.md section 4.
"""

from ledgerd.chain.block import decode_block, decode_header, header_hash
from ledgerd.chain.bundle import decode_bundle
from ledgerd.errors import StorageCorrupted
from ledgerd.node.checking import sidecar_hashes
from ledgerd.storage.block_store import BlockStore
from ledgerd.storage.sidecar_store import SidecarStore

PAGE_COUNT = 32  # blocks compared at once; between pages others get a turn


class SidecarComparison:
    """One look at all blocks that may name a missing sidecar; from one thread at a time."""

    def __init__(self, blocks: BlockStore, store: SidecarStore) -> None:
        tip = blocks.tip
        assert tip is not None
        self._blocks = blocks
        self._store = store
        self._last = tip.height
        self._done = _known_whole(blocks, store)
        self._is_whole = True

    def next_page(self) -> tuple[bytes, ...] | None:
        """Compare the next blocks; give the sidecars that they lack, or None after the last one.

        Raises:
            StorageError: a block or a sidecar is damaged, or the disk refuses.
        """
        if self._done >= self._last:
            return None
        stop = min(self._done + PAGE_COUNT, self._last)
        names = [n for height in range(self._done + 1, stop + 1) for n in self._names(height)]
        missing = self._store.missing(tuple(dict.fromkeys(names)))
        self._done = stop
        self._is_whole = self._is_whole and not missing
        if self._is_whole:
            self._store.note_whole(stop, self._hash(stop))
        return missing

    def _names(self, height: int) -> list[bytes]:
        stored = self._blocks.block(height)
        if stored is None:
            raise StorageCorrupted(f"block {height} is missing")
        bundles = decode_block(stored).bundles
        return [n for b in bundles for n in sidecar_hashes(decode_bundle(b).transactions)]

    def _hash(self, height: int) -> bytes:
        header = self._blocks.header(height)
        if header is None:
            raise StorageCorrupted(f"the header of block {height} is missing")
        return header_hash(decode_header(header))


def _known_whole(blocks: BlockStore, store: SidecarStore) -> int:
    """Give the height up to which nothing is missing: of this very chain, else none."""
    known = store.whole_up_to()
    if known is None:
        return 0
    height, named = known
    return height if blocks.height_of(named) == height else 0

"""Letting go of sealed bytes that nobody in this house reads or keeps, when their time has passed.

    blocks older than Params.sidecar_hold_ms -> bills they created -> readers? keepers? -> store

Rules: block time only. Blocks are looked at in order, a few at once, in a thread of their own; only
the deletion passes the store's writer, in one write with the height up to which this was done, so
a crash loses nothing and a start goes on there. Only bills have keepers: every other document
stays where it is. What this house reads or keeps and does not hold is fetched.

Source: domain.md section 3.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
import trio

from ledgerd.chain.block import Header, decode_block, decode_header, header_hash
from ledgerd.chain.bundle import decode_bundle
from ledgerd.errors import StorageCorrupted
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.keepers import bills_sealed_in
from ledgerd.ledger.queries import params_of
from ledgerd.node.belonging import Belonging
from ledgerd.node.executor import ExecutedBlock
from ledgerd.node.pulse import Latch
from ledgerd.storage.block_store import BlockStore
from ledgerd.storage.sidecar_store import SidecarStore, Sweep

PAGE_COUNT = 8  # blocks looked at between two writes
LOOK_MS = 60_000  # of block time between two looks
CODE_CHARS = 8

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LetGoPorts:
    """What letting go works with.

    Attributes:
        note_missing: told what this house reads or keeps and does not hold.
        writer: of the sidecar store: one thread writes.
    """

    blocks: BlockStore
    sidecars: SidecarStore
    belonging: Belonging
    note_missing: Callable[[tuple[bytes, ...]], None]
    writer: trio.CapacityLimiter


class LettingGo:
    """One task."""

    def __init__(self, ports: LetGoPorts) -> None:
        self._ports = ports
        self._latch = Latch()
        self._looked_ms = 0
        self._latch.ring()

    def on_block(self, executed: ExecutedBlock) -> None:
        """Look again when enough time has passed on the chain."""
        now_ms = executed.header.timestamp_ms
        if now_ms - self._looked_ms >= LOOK_MS:
            self._looked_ms = now_ms
            self._latch.ring()

    async def run(self) -> None:
        """Let go until cancelled.

        Raises:
            StorageError: a block or a sidecar is damaged, or the disk refuses.
        """
        while True:
            await self._latch.wait()
            while (page := await trio.to_thread.run_sync(self.next_page)) is not None:
                await self.carry_out(page)

    def next_page(self) -> Sweep | None:
        """Look at the next blocks whose time has passed; None when there is none. Any thread.

        Raises:
            StorageError: a block or a sidecar is damaged.
        """
        tip = self._ports.blocks.tip
        assert tip is not None
        hold_ms = params_of(self._ports.belonging.state).sidecar_hold_ms
        until_ms = self._header(tip.height).timestamp_ms - hold_ms
        first = self._done() + 1
        due = [
            height
            for height in range(first, min(first + PAGE_COUNT, tip.height + 1))
            if self._header(height).timestamp_ms < until_ms  # block times rise
        ]
        return self._page(due) if due else None

    async def carry_out(self, page: Sweep) -> None:
        """Delete what a page names, and have fetched what is wanted and not here.

        Raises:
            StorageError: the disk refuses.
        """
        store = self._ports.sidecars
        await trio.to_thread.run_sync(store.sweep, page, limiter=self._ports.writer)
        missing = await trio.to_thread.run_sync(store.missing, page.kept)
        if missing:
            self._ports.note_missing(missing)
        if page.let_go:
            log.info("sealed bytes are let go", count=len(page.let_go), height=page.height)

    def _page(self, heights: list[int]) -> Sweep:
        kept: list[bytes] = []
        let_go: dict[bytes, bytes] = {}
        for ref, name in (pair for height in heights for pair in self._bills(height)):
            if not self._ports.belonging.is_sealed_in(ref, name):
                continue  # refused: no bill names it, so nobody is chosen to keep it
            if self._ports.belonging.is_ours(ref, self._bytes_of(ref, name)):
                kept.append(name)
            else:
                let_go[name] = _mark_of(ref)
        for name in kept:
            let_go.pop(name, None)
        return Sweep(heights[-1], header_hash(self._header(heights[-1])), let_go, tuple(kept))

    def _bytes_of(self, ref: BillRef, name: bytes) -> bytes | None:
        """Give what is here; nothing at all of what showed no wrap for this house before."""
        held = self._ports.sidecars.get(name)
        was_let_go = self._ports.sidecars.bill_let_go(name) == _mark_of(ref)
        return b"" if held is None and was_let_go else held

    def _bills(self, height: int) -> list[tuple[BillRef, bytes]]:
        stored = self._ports.blocks.block(height)
        if stored is None:
            raise StorageCorrupted(f"block {height} is missing")
        reads = (r for b in decode_block(stored).bundles for r in decode_bundle(b).transactions)
        return [pair for read in reads for pair in bills_sealed_in(read.transaction.operations)]

    def _header(self, height: int) -> Header:
        stored = self._ports.blocks.header(height)
        if stored is None:
            raise StorageCorrupted(f"the header of block {height} is missing")
        return decode_header(stored)

    def _done(self) -> int:
        """Give the height up to which was let go: of this very chain, else none."""
        known = self._ports.sidecars.swept_up_to()
        if known is None:
            return 0
        height, named = known
        return height if self._ports.blocks.height_of(named) == height else 0


def _mark_of(ref: BillRef) -> bytes:
    return (ref.code + ref.number).encode("ascii")


def bill_named(mark: bytes) -> BillRef:
    """Give the bill that is written beside what was let go."""
    text = mark.decode("ascii")
    return BillRef(code=text[:CODE_CHARS], number=text[CODE_CHARS:])

"""The one task that applies blocks, whether consensus decided them or a peer served them sealed.

Rules: strictly by height, each once; what comes again is answered from the store. One block is one
synced write batch; only after it came back is anything said about the block. A sealed block whose
execution gives another header than the seal names means that the own state is wrong: the node
halts and never follows silently. A seal is stored only beside the very header that it signs.

A decided block whose bundles are not all at hand waits for them, or for the sealed block from a
peer, whichever comes first. Source: consensus.md section 8; architecture.md section 4.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import trio

from consensus import Batch, Decided, Digest, StableCertificate
from consensus.codec import encode_seal
from ledgerd.chain.block import Header, decode_block, decode_header, header_hash
from ledgerd.chain.bundle import bundle_digest
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.errors import LedgerdError, StorageCorrupted
from ledgerd.node.batch_desk import BatchDesk
from ledgerd.node.bundle_book import BundleBook, CheckedBundle
from ledgerd.node.checking import read_saved_bundle, sidecar_hashes
from ledgerd.node.executor import BlockContents, ExecutedBlock, Executor
from ledgerd.node.inputs import BlockAdopted, BlockExecuted, BundlesOver, Input, Inputs
from ledgerd.node.pulse import Latch
from ledgerd.node.witnesses import Witnesses
from ledgerd.primitives.tally import TALLY
from ledgerd.storage.block_store import BlockStore, SealRow
from ledgerd.storage.sidecar_store import SidecarStore

PRUNE_COUNT = 32  # blocks after which old states are deleted together: one more write for so many
SEAL_SYNC_S = 1.0  # a seal is durable with the next block, or that much later
STATES_KEPT_COUNT = 128  # below the last seal; proofs are made at it, and some are on their way


class NodeHalted(LedgerdError):  # noqa: N818  a state, as the other errors are named
    """What was computed here contradicts what a quorum signed. Exit 70, with the diagnosis."""


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A block that a peer served, verified up to its seal, not yet executed.

    Attributes:
        seal: of this very height; None when a later block of the same range proves it.
    """

    header: Header
    header_hash: bytes
    contents: BlockContents = field(repr=False)
    seal: StableCertificate | None


@dataclass(slots=True)
class ApplyPorts:
    """Where blocks go and who is told.

    Attributes:
        note_missing: told which sidecars a caught-up block came without.
        note_over: told which bundles have no effect any more and stand in no batch.
    """

    blocks: BlockStore
    sidecars: SidecarStore
    witnesses: Witnesses
    driver: trio.MemorySendChannel[Inputs]
    writer: trio.CapacityLimiter
    note_missing: Callable[[tuple[bytes, ...]], None]
    note_over: Callable[[tuple[Digest, ...]], None]


class Applier:
    """Applies blocks in order.

    Attributes:
        header: of the last block applied.
        moved: rings when a block or seal was stored.
    """

    def __init__(
        self, executor: Executor, book: BundleBook, desk: BatchDesk, ports: ApplyPorts
    ) -> None:
        self._executor = executor
        self._book = book
        self._desk = desk
        self._ports = ports
        self._latch = Latch()
        self._decided: dict[int, Decided] = {}
        self._sealed: dict[int, SealedBlock] = {}
        self._seals: list[StableCertificate] = []
        self._seals_due = math.inf  # when those that were shown are synced without a block
        self.header = read_tip_header(ports.blocks)

    @property
    def height(self) -> int:
        return self.header.height

    def decide(self, decided: Decided) -> None:
        """Take a decided batch; called in the order of sequences."""
        self._decided[decided.batch.sequence] = decided
        missing = self._desk.missing_of(decided.batch)
        if missing and decided.batch.sequence > self.height:
            self._book.want(missing, decided.batch.proposer, decided.batch.sequence)
        self._latch.ring()

    def offer_sealed(self, block: SealedBlock) -> None:
        """Take a verified sealed block; heights that are applied already are ignored."""
        if block.header.height > self.height:
            self._sealed[block.header.height] = block
            self._latch.ring()

    def store_seal(self, seal: StableCertificate) -> None:
        """Note a seal; it is shown when no block is at work, and durable soon after."""
        self._seals.append(seal)
        self._latch.ring()

    def stir(self) -> None:
        """Look again: bundles came in."""
        self._latch.ring()

    async def run(self) -> None:
        """Apply blocks until cancelled.

        Raises:
            NodeHalted: a sealed block contradicts the own state.
            StorageError: a write failed or a read was damaged; restart recovers.
        """
        while True:
            if not await self._work_once():
                await self._wait()

    async def _wait(self) -> None:
        """Wait for work; when none comes for a while, sync the seals that it would take along."""
        with trio.move_on_at(self._seals_due) as waiting:
            await self._latch.wait()
        if waiting.cancelled_caught:
            self._seals_due = math.inf
            await self._write(self._ports.blocks.sync_seals)

    async def _work_once(self) -> bool:
        await self._answer_repeated()
        following = self.height + 1
        if (sealed := self._sealed.pop(following, None)) is not None:
            await self._apply_sealed(sealed)
            return True
        decided = self._decided.get(following)
        if decided is not None:
            contents = await self._contents_of(decided.batch)
            if contents is not None:
                del self._decided[following]
                await self._apply_decided(contents)
                return True
        seals = self._take_seals(self.height)
        if seals:
            for row in self._rows_of(seals):
                self._ports.blocks.put_seal(row)
            self._seals_due = trio.current_time() + SEAL_SYNC_S
            self._ports.witnesses.on_sealed()
            return True
        return False

    async def _answer_repeated(self) -> None:
        """Say that blocks at or below the own height are executed, when they are decided again."""
        for height in sorted(h for h in self._decided if h <= self.height):
            batch = self._decided.pop(height).batch
            stored = self._ports.blocks.header(height)
            assert stored is not None
            header = decode_header(stored)
            if header.batch_digest != batch.digest:
                raise NodeHalted(f"another batch than the stored one was decided at {height}")
            named = Digest(header_hash(header))
            await self._ports.driver.send((BlockExecuted(batch, named),))

    async def _contents_of(self, batch: Batch) -> BlockContents | None:
        """Collect the bundles of a batch; None while one is missing, which is then wanted."""
        bundles: list[bytes] = []
        transactions: list[ReadTransaction] = []
        for digest in batch.bundle_digests:
            known = self._book.get(digest) or await self._repeated_bundle(digest)
            if known is None:
                self._book.want((digest,), batch.proposer, batch.sequence)
                return None
            bundles.append(known.bundle)
            transactions.extend(known.transactions)
        return BlockContents(batch, tuple(bundles), tuple(transactions))

    async def _repeated_bundle(self, digest: Digest) -> CheckedBundle | None:
        """Find a bundle that an earlier block holds already: primaries may order it again."""
        if self._ports.blocks.height_of_bundle(digest) is None:
            return None
        return await trio.to_thread.run_sync(find_stored_bundle, self._ports.blocks, digest)

    async def _apply_decided(self, contents: BlockContents) -> None:
        began = trio.current_time()
        executed = await self._executor.execute(self.header, contents)
        executed = self._with_seals(executed, self._take_seals(contents.batch.sequence))
        sidecars = self._sidecars_of(contents.batch)
        executed_at = trio.current_time()
        await self._store(executed, sidecars)
        now = trio.current_time()
        TALLY.store_ms_max = max(TALLY.store_ms_max, (now - executed_at) * 1000)
        took_s = now - began
        self._ports.witnesses.tempo.note(len(contents.transactions), took_s)
        await self._tell(executed, BlockExecuted(contents.batch, Digest(executed.header_hash)))
        await self._forget_states()

    async def _apply_sealed(self, sealed: SealedBlock) -> None:
        batch = sealed.contents.batch
        executed = await self._executor.execute(self.header, sealed.contents)
        if executed.header_hash != sealed.header_hash:
            raise NodeHalted(_difference(executed.header, sealed.header))
        own = () if sealed.seal is None else (sealed.seal,)
        executed = self._with_seals(executed, (*self._take_seals(batch.sequence), *own))
        sidecars = self._sidecars_of(batch)
        await self._store(executed, sidecars)
        self._note_missing(sealed, sidecars)
        self._decided.pop(batch.sequence, None)
        # Without a seal of its own a later block of its range proves it: adopting that one tells.
        told = None if sealed.seal is None else BlockAdopted(batch, sealed.seal)
        await self._tell(executed, told)
        await self._forget_states()

    def _sidecars_of(self, batch: Batch) -> dict[bytes, bytes]:
        known = (self._book.get(digest) for digest in batch.bundle_digests)
        return {k: v for bundle in known if bundle is not None for k, v in bundle.sidecars.items()}

    def _note_missing(self, sealed: SealedBlock, held: dict[bytes, bytes]) -> None:
        names = sidecar_hashes(sealed.contents.transactions)
        missing = tuple(name for name in names if name not in held)
        if missing:
            self._ports.note_missing(missing)

    async def _store(self, executed: ExecutedBlock, sidecars: dict[bytes, bytes]) -> None:
        def write() -> None:
            if sidecars:
                self._ports.sidecars.put_named(sidecars)  # first: none of a block is ever missing
            self._ports.blocks.commit(executed.write)

        await self._write(write)
        self._executor.on_written(executed)
        self.header = executed.header
        self._sealed.pop(self.height, None)  # one that came while its block was at work

    async def _tell(self, executed: ExecutedBlock, told: Input | None) -> None:
        batch = executed.contents.batch
        self._book.settle(batch.bundle_digests)
        self._desk.settle(batch.bundle_digests, batch.sequence)
        over = self._book.expire(executed.header.timestamp_ms, self._desk)
        self._desk.forget(over)
        self._ports.note_over(over)
        self._ports.witnesses.on_block(executed)
        news: Inputs = () if told is None else (told,)
        await self._ports.driver.send((*news, BundlesOver(over)) if over else news)

    async def _forget_states(self) -> None:
        """Delete old states now and then; else the disk would keep every one since genesis."""
        if self.height % PRUNE_COUNT == 0:
            sealed = self._ports.blocks.sealed_height or 0
            await self._write(partial(self._executor.forget_states, sealed - STATES_KEPT_COUNT))

    def _take_seals(self, height: int) -> tuple[StableCertificate, ...]:
        """Take the seals up to a height; one of a block that is not here yet waits for it."""
        taken = tuple(seal for seal in self._seals if seal.sequence <= height)
        if taken:
            self._seals = [seal for seal in self._seals if seal.sequence > height]
        return taken

    def _with_seals(
        self, executed: ExecutedBlock, seals: Sequence[StableCertificate]
    ) -> ExecutedBlock:
        """Have seals written together with a block; its own must sign the header that came out."""
        height = executed.header.height
        for seal in seals:
            if seal.sequence == height and seal.header_hash != executed.header_hash:
                raise NodeHalted(f"block {height}: a quorum sealed another header than the own one")
        earlier = self._rows_of([seal for seal in seals if seal.sequence < height])
        own = [SealRow(height, encode_seal(seal)) for seal in seals if seal.sequence == height]
        return replace(executed, write=replace(executed.write, seals=(*earlier, *own)))

    def _rows_of(self, seals: Sequence[StableCertificate]) -> tuple[SealRow, ...]:
        """Check that seals sign the headers that stand here, and give their rows."""
        for seal in seals:
            if self._ports.blocks.height_of(seal.header_hash) != seal.sequence:
                raise NodeHalted(
                    f"block {seal.sequence}: its seal signs another header than it has"
                )
        return tuple(SealRow(seal.sequence, encode_seal(seal)) for seal in seals)

    async def _write(self, action: Callable[[], object]) -> None:
        await trio.to_thread.run_sync(action, limiter=self._ports.writer)


class BundlesInBlocks:
    """The bundles that blocks hold; see ``batch_desk.StoredBundles``."""

    def __init__(self, blocks: BlockStore) -> None:
        self._blocks = blocks

    def holds(self, digest: Digest) -> bool:
        return self._blocks.height_of_bundle(digest) is not None

    def byte_count(self, digests: Sequence[Digest]) -> int:
        """Count the bytes of bundles that blocks hold; each block is read once."""
        heights = {self._blocks.height_of_bundle(digest) for digest in digests}
        stored = (self._blocks.block(height) for height in heights if height is not None)
        bundles = (bundle for data in stored if data for bundle in decode_block(data).bundles)
        sizes = {bundle_digest(bundle): len(bundle) for bundle in bundles}
        return sum(sizes[digest] for digest in digests)


def find_stored_bundle(blocks: BlockStore, digest: bytes) -> CheckedBundle:
    """Read a bundle out of the block that took it in first; its sidecars are stored already."""
    height = blocks.height_of_bundle(digest)
    stored = blocks.block(height) if height is not None else None
    assert stored is not None
    for bundle in decode_block(stored).bundles:
        if bundle_digest(bundle) == digest:
            return read_saved_bundle(bundle, ())
    raise StorageCorrupted(f"block {height} does not hold the bundle that its index names")


def read_tip_header(blocks: BlockStore) -> Header:
    """Read the header of the newest block; the store holds genesis at least."""
    tip = blocks.tip
    assert tip is not None
    stored = blocks.header(tip.height)
    if stored is None:
        raise StorageCorrupted(f"the header of block {tip.height} is missing")
    return decode_header(stored)


def _difference(own: Header, sealed: Header) -> str:
    names = [
        name
        for name in (
            "batch_digest",
            "timestamp_ms",
            "transaction_root",
            "receipt_root",
            "state_root",
        )
        if getattr(own, name) != getattr(sealed, name)
    ]
    fields = ", ".join(names) or "a field of the membership"
    return f"block {own.height}: the sealed header differs from the own one in {fields}"

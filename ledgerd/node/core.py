"""The inner parts of a node: bundles, blocks, execution; no network, no replica.

Rules: built once, in the order of who needs whom; plain references, no lookups later.
"""

from collections.abc import Callable
from dataclasses import dataclass

import trio

from consensus.records import BatchRecord
from ledgerd.clock import Clock
from ledgerd.config import Config
from ledgerd.node.applying import Applier, ApplyPorts, BundlesInBlocks
from ledgerd.node.batch_desk import BatchDesk
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.executor import ExecutedBlock, Executor
from ledgerd.node.inputs import INBOX_COUNT_MAX, BundlesKnown, Inputs
from ledgerd.node.log_keeping import LogKeeper
from ledgerd.node.pool import Pool
from ledgerd.node.reading import Reads, ReadStores
from ledgerd.node.starting import OpenedHome
from ledgerd.node.watchdog import LoopWatch
from ledgerd.node.witnesses import Witnesses


@dataclass(frozen=True, slots=True)
class Core:
    """The inner parts.

    Attributes:
        members: institution ids in replica order.
        inbox: sending end of the driver's inbox; ``inbox_end`` is read by the driver alone.
        stores: the one writer of chain and sidecars.
    """

    members: tuple[str, ...]
    inbox: trio.MemorySendChannel[Inputs]
    inbox_end: trio.MemoryReceiveChannel[Inputs]
    book: BundleBook
    desk: BatchDesk
    pool: Pool
    witnesses: Witnesses
    applier: Applier
    reads: Reads
    keeper: LogKeeper
    loop_watch: LoopWatch
    stores: trio.CapacityLimiter

    def on_block(self, executed: ExecutedBlock) -> None:
        """Let the pool and the logs go of what a block holds or has outlived."""
        self.pool.settle(executed.write.transaction_ids)
        self.witnesses.wake(self.pool.expire(executed.header.timestamp_ms))
        self.keeper.on_block(executed)

    def restore_bundles(self, home: OpenedHome) -> BundlesKnown:
        """Take over the bundle log at start; give what the replica is owed."""
        self.keeper.restore(home.logs.saved, self.book)
        for record in home.records:
            if isinstance(record, BatchRecord) and record.batch.sequence > self.applier.height:
                self.desk.hold(record.batch)
        return BundlesKnown(tuple(bundle.digest for bundle in self.book.bundles()))


def build_core(
    home: OpenedHome,
    config: Config,
    clock: Clock,
    note_missing: Callable[[tuple[bytes, ...]], None],
    stores: trio.CapacityLimiter,
) -> Core:
    """Build the inner parts; ``note_missing`` is told of sidecars that a block came without."""
    members = tuple(member.institution_id for member in home.epoch.record.members)
    inbox, inbox_end = trio.open_memory_channel[Inputs](INBOX_COUNT_MAX)
    book = BundleBook(config.pool.bundles_bytes_max, len(members))
    stored = BundlesInBlocks(home.chain.blocks)
    desk = BatchDesk(book, stored, home.epoch.record.limits.batch_bytes_max)
    witnesses = Witnesses(clock)
    keeper = LogKeeper(home.logs.durable, home.chain.blocks)
    ports = ApplyPorts(
        blocks=home.chain.blocks,
        sidecars=home.sidecars,
        witnesses=witnesses,
        driver=inbox,
        writer=stores,
        note_missing=note_missing,
        note_over=keeper.on_over,
    )
    stock = ReadStores(home.chain.blocks, home.chain.state, home.chain.indexes, members)
    core = Core(
        members=members,
        inbox=inbox,
        inbox_end=inbox_end,
        book=book,
        desk=desk,
        pool=Pool(
            config.pool.bytes_max,
            home.genesis.limits.request_timeout_ms,
            lambda: witnesses.tempo.per_s,
        ),
        witnesses=witnesses,
        applier=Applier(Executor(home.chain.blocks, home.chain.state), book, desk, ports),
        reads=Reads(stock),
        keeper=keeper,
        loop_watch=LoopWatch(clock),
        stores=stores,
    )
    witnesses.listen(core.on_block)
    return core

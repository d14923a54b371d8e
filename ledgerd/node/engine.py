"""Puts the parts of the node together and runs their tasks in one nursery.

Rules: everything is built in the constructor, in the order of who needs whom; the nursery is
opened in ``run`` and nowhere else. A storage error or a halt of any task ends all of them.
"""

from collections.abc import Sequence

import trio

from consensus import ReplicaId
from ledgerd.clock import Clock
from ledgerd.config import Config
from ledgerd.network.transport import Transport
from ledgerd.node.assembly import (
    build_bundler,
    build_eraser,
    build_exchange,
    build_sidecars,
    newest_adoption,
)
from ledgerd.node.core import build_core
from ledgerd.node.driving import build_driver, build_intake
from ledgerd.node.exchange import Peers
from ledgerd.node.inputs import LinksChanged
from ledgerd.node.refusals import RefusalCode
from ledgerd.node.sealed_gate import SealedGate
from ledgerd.node.starting import OpenedHome
from ledgerd.node.status import Gauges, Standing
from ledgerd.node.submitting import Desk, Submitter
from ledgerd.node.views import OutcomeState
from ledgerd.node.watchdog import SpaceWatch
from ledgerd.storage.free_space import Space, SpaceFloors

DRAIN_S = 5.0  # for what was taken in to be committed before a stop


class Engine:
    """The running parts of one node."""

    def __init__(
        self, home: OpenedHome, config: Config, clock: Clock, transport: Transport
    ) -> None:
        stores = trio.CapacityLimiter(1)
        self.home = home
        self.peers = Peers(clock)
        sidecars = build_sidecars(home, transport, self.peers, stores, SealedGate())
        self.core = build_core(home, config, clock, sidecars.note_missing, stores)
        self.exchange = build_exchange(home, self.core, transport, self.peers, sidecars)
        self.eraser = build_eraser(home, self.core, self.exchange.catch_up, sidecars)
        self.driver = build_driver(home, self.core, self.exchange, clock, config)
        self._intake = build_intake(home, self.core, self.exchange)
        self._bundler = build_bundler(home, self.core, transport, clock, config)
        floors = SpaceFloors(config.storage.free_bytes_min, config.storage.free_bytes_stop)
        self._space = SpaceWatch(home.paths.home, floors)
        self.submitter = Submitter(self._desk(clock))
        self._is_stopping = False
        # A block takes bundles out of the book: there may be room again for what waits in the pool.
        self.core.witnesses.listen(lambda _: self._bundler.stir())

    @property
    def height(self) -> int:
        """The last block applied."""
        return self.core.applier.height

    async def run(
        self,
        listeners: Sequence[trio.abc.Listener[trio.SocketStream]],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Run all tasks until cancelled; ``started()`` once peers can link.

        Raises:
            NodeHalted: a seal contradicts the own state.
            StorageError: the disk failed, or is almost full.
            ConfigError: the transport's certificate or key cannot be used.
        """
        await trio.to_thread.run_sync(self.eraser.apply_list)
        owed = self.core.restore_bundles(self.home)
        adopted = newest_adoption(self.home, self.driver.report().executed)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.core.loop_watch.run)
            nursery.start_soon(self._space.run)
            nursery.start_soon(self.core.applier.run)
            nursery.start_soon(self.eraser.run)
            everybody = map(ReplicaId, self.home.epoch.membership.replicas())
            unlinked = LinksChanged(frozenset(everybody))
            self.core.inbox.send_nowait((*adopted, owed, unlinked))
            nursery.start_soon(self.driver.run, self.core.inbox_end)
            nursery.start_soon(self._bundler.run, self.core.inbox)
            self.exchange.start(nursery)
            nursery.start_soon(self._intake.run, self.exchange.transport.incoming)
            await nursery.start(self.exchange.transport.run, listeners)
            task_status.started()

    async def drain(self) -> None:
        """Take nothing new in, and give what was taken some seconds to be committed."""
        self._is_stopping = True
        with trio.move_on_after(DRAIN_S):
            while self.core.pool.pending_count and self.standing().is_quorum_seen:
                await self.core.witnesses.block.wait()

    def state_of_absent(self, tx_id: bytes) -> OutcomeState:
        """Say what is known of a transaction that no block here holds."""
        if self.core.pool.is_pending(tx_id):
            return OutcomeState.PENDING
        return OutcomeState.EXPIRED if self.core.pool.is_expired(tx_id) else OutcomeState.UNKNOWN

    def gauges(self) -> Gauges:
        """Read everything that a status is made of."""
        members = self.core.members
        return Gauges(
            chain_id=self.home.epoch.membership.chain,
            institution=self.home.keys.institution_id,
            members=members,
            membership=self.home.epoch.membership,
            self_id=self.home.self_id,
            report=self.driver.report(),
            head=self.core.reads.head(),
            connected=tuple(peer for peer in self.peers.up() if peer in members),
            pending_transactions=self.core.pool.pending_count,
            pending_bundles=len(self.core.book),
            pool_bytes=self.core.pool.byte_count + self.core.book.byte_count,
            target_height=self.exchange.catch_up.target_height,
            loop_stall_ms_max=self.core.loop_watch.longest_stall_ms,
            space=self._space.space,
            evidence=tuple(self.exchange.evidence.counts().items()),
        )

    def standing(self) -> Standing:
        """Say where this node stands among the others, from what is at hand in memory."""
        linked = sum(peer in self.core.members for peer in self.peers.up())
        return Standing(
            self.home.epoch.membership,
            self.home.self_id,
            self.driver.report(),
            self.height,
            linked,
            self.exchange.catch_up.target_height,
        )

    def _gate(self) -> RefusalCode | None:
        """Give the reason why nothing is taken in now, or None."""
        standing = self.standing()
        reasons = {
            RefusalCode.STOPPING: self._is_stopping,
            RefusalCode.NOT_A_VALIDATOR: self.home.self_id is None,
            RefusalCode.DISK_LOW: self._space.space is not Space.AMPLE,
            RefusalCode.NO_QUORUM: not standing.is_quorum_seen,
            RefusalCode.NOT_SYNCED: standing.is_behind,
        }
        return next((code for code, holds in reasons.items() if holds), None)

    def _desk(self, clock: Clock) -> Desk:
        making = self._bundler.making
        return Desk(
            chain_id=self.home.epoch.membership.chain,
            pool=self.core.pool,
            state=self.home.chain.state,
            applier=self.core.applier,
            bundler=self._bundler,
            witnesses=self.core.witnesses,
            clock=clock,
            gate=self._gate,
            is_current=lambda: self.standing().is_current,
            is_committed=lambda tx_id: self.home.chain.blocks.place_of(tx_id) is not None,
            item_bytes_max=making.content_bytes_max,
            transaction_bytes_max=min(making.transaction_bytes_max, making.transactions_bytes_max),
        )

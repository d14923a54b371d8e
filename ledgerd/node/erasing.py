"""Erasing what the chain says is erased: sealed bytes leave every file of this node.

    approved on chain -> sidecar store (marked, deleted, files rewritten) -> bundle log (a new
    segment, the old ones go as soon as their bundles stand in sealed blocks)

Rules: the list of erasures is the state's. It is applied before this node serves anything, and
again with each block that approves one (see ``sealed_gate`` for a node that was off meanwhile).
What is marked as erased is never taken in again.

Source: domain.md section 8.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
import trio

from ledgerd.ledger import care_events, care_objects, care_queries, state_keys
from ledgerd.ledger.erased_sidecars import erased_sidecars
from ledgerd.ledger.overlay import StateReader
from ledgerd.node import futures, pulse
from ledgerd.node.executor import ExecutedBlock
from ledgerd.node.log_keeping import LogKeeper
from ledgerd.node.witnesses import Witnesses
from ledgerd.primitives.erased_sealing import without_parts
from ledgerd.storage.durable_logs import DurableLogs
from ledgerd.storage.kv import Span, prefix_span
from ledgerd.storage.sidecar_store import SidecarStore

PAGE_COUNT = 500  # erasures read at once
WHOLE = 3  # all parts of a bill

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErasurePorts:
    """What erasing works with.

    Attributes:
        institution: whose node this is.
    """

    institution: str
    state: StateReader
    scan: Callable[[Span, int], Sequence[tuple[bytes, bytes]]]
    sidecars: SidecarStore
    logs: DurableLogs
    keeper: LogKeeper
    witnesses: Witnesses


class Eraser:
    """Carries out erasures; one task, and the gate before sealed bytes."""

    def __init__(self, ports: ErasurePorts) -> None:
        self._ports = ports
        self._waiting: dict[bytes, None] = {}
        self._latch = pulse.Latch()
        self._unerased: dict[bytes, None] = {}
        ports.witnesses.listen(self.on_block)

    @property
    def is_idle(self) -> bool:
        """Whether all that the state names is erased."""
        return not self._unerased

    def is_done(self, key: bytes) -> bool:
        """Say whether nothing that an erasure names is left on this node."""
        erasure = care_queries.erasure_of(self._ports.state, key)
        is_approved = erasure is not None and erasure.is_approved
        return is_approved and key not in self._waiting and not self._left(key)

    def on_block(self, executed: ExecutedBlock) -> None:
        """Note what a block approved."""
        for receipts in executed.receipts:
            for receipt in receipts:
                for event in receipt.events:
                    if isinstance(event, care_events.ErasureApproved) and event.is_complete:
                        self._unerased[event.erasure] = None
                        self._waiting[event.erasure] = None
                        self._latch.ring()

    def apply_list(self) -> None:
        """Erase what the state names and is still here; before anything is served.

        Raises:
            StorageError: the disk failed.
        """
        span = prefix_span(state_keys.ERASURE_PREFIX)
        while rows := self._ports.scan(span, PAGE_COUNT):
            for key, _ in rows:
                erasure = care_queries.erasure_of(self._ports.state, key)
                assert erasure is not None
                self._ports.sidecars.erase(self._left(key))
                if erasure.is_approved and not self._is_confirmed(erasure):
                    self._waiting[key] = None  # the bundle log may hold the bytes still
                    self._latch.ring()
            span = Span(rows[-1][0] + b"\x00", span.stop)

    async def run(self) -> None:
        """Erase until cancelled.

        Raises:
            StorageError: the disk failed.
        """
        while True:
            await self._latch.wait()
            while self._waiting:
                keys = tuple(self._waiting)
                await self._erase(keys)
                for key in keys:
                    del self._waiting[key]

    async def _erase(self, keys: Sequence[bytes]) -> None:
        for key in keys:
            left = self._left(key)
            await trio.to_thread.run_sync(self._ports.sidecars.erase, left)
            self._unerased.pop(key, None)
            if left:
                log.info("sealed bytes are erased", count=len(left))
        await self._clear_bundle_log()

    async def _clear_bundle_log(self) -> None:
        """Have all segments go that may hold erased bytes; their bundles are in blocks."""
        before = self._ports.logs.bundle_segments[-1]
        await futures.wait_future(self._ports.logs.roll_bundles())
        while True:
            await futures.wait_future(self._ports.keeper.flush())
            if self._ports.logs.bundle_segments[0] > before:
                return
            await self._ports.witnesses.seal.wait()

    def _left(self, key: bytes) -> dict[bytes, bytes | None]:
        """Give what must still be erased, with what stays of it."""
        erasure = care_queries.erasure_of(self._ports.state, key)
        if erasure is None or not erasure.is_approved:
            return {}
        found: dict[bytes, bytes | None] = {}
        for name, parts in erased_sidecars(self._ports.state, erasure).items():
            held = self._ports.sidecars.get(name)
            gone = tuple(part for part in (0, 1) if parts >> part & 1)
            rest = without_parts(held, gone) if held is not None and parts != WHOLE else None
            if not self._ports.sidecars.is_erased(name) or rest != held:
                found[name] = rest
        return found

    def _is_confirmed(self, erasure: care_objects.Erasure) -> bool:
        return any(word.keeper == self._ports.institution for word in erasure.confirmed)

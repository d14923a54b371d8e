"""Sidecars that are not here: after catching up by blocks, which come without them.

Rules: asked for when a reader needs one, and in the background for blocks that were caught up and
for all that a comparison at start finds missing; what comes is its hash's or it is dropped. Several
peers are asked in turn. What was let go is not missing; whoever asks for it through this node gets
it from its keepers, and it is held again only if this house reads or keeps it now.
"""

import itertools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog
import trio

from ledgerd.node.pulse import Latch
from ledgerd.node.requests import Requests
from ledgerd.node.sealed_gate import SealedGate
from ledgerd.node.sync_messages import SIDECAR_COUNT_MAX, SidecarsRequest
from ledgerd.storage.sidecar_store import SidecarStore, sidecar_hash

ANSWER_S = 5.0
GATE_S = 5.0  # for a reader, while this node catches up
PAUSE_S = 2.0  # between rounds over peers that did not have what is missing
MISSING_COUNT_MAX = 1_000_000  # hashes; later ones are asked for when a reader needs them

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SidecarPorts:
    """What the exchange works with.

    Attributes:
        writer: of the sidecar store: one thread writes.
        next_page: of the comparison at start; None after the last one.
        is_ours: whether this house reads or keeps what it let go, by its bill and its bytes.
    """

    store: SidecarStore
    requests: Requests
    peers_up: Callable[[], tuple[str, ...]]
    writer: trio.CapacityLimiter
    next_page: Callable[[], tuple[bytes, ...] | None]
    gate: SealedGate
    is_ours: Callable[[bytes, bytes], bool]


class SidecarExchange:
    """One task that fetches, and reads that fetch when they must."""

    def __init__(self, ports: SidecarPorts) -> None:
        self._ports = ports
        self._missing: OrderedDict[bytes, None] = OrderedDict()
        self._latch = Latch()

    @property
    def requests(self) -> Requests:
        """The open questions to peers, shared with catching up."""
        return self._ports.requests

    @property
    def gate(self) -> SealedGate:
        """What keeps sealed bytes back until it is known which are erased."""
        return self._ports.gate

    @property
    def missing_count(self) -> int:
        return len(self._missing)

    def note_missing(self, hashes: tuple[bytes, ...]) -> None:
        """Note sidecars of blocks that came without them."""
        if len(self._missing) + len(hashes) <= MISSING_COUNT_MAX:
            self._missing.update(dict.fromkeys(hashes))
            self._latch.ring()

    async def get(self, name: bytes) -> bytes | None:
        """Give a sidecar by its hash; ask every peer once when it is not here.

        None for an erased one, and while it is not known what is erased.
        """
        if not await self._ports.gate.wait_open(GATE_S):
            return None
        held = self._ports.store.get(name)
        if held is not None or self._ports.store.is_erased(name):
            return held
        for peer in self._ports.peers_up():
            found = await self._ask(peer, (name,))
            if found:
                await trio.to_thread.run_sync(self._take_back, found[0], limiter=self._ports.writer)
                return found[0]
        return self._ports.store.get(name)

    def _take_back(self, sidecar: bytes) -> None:
        """Hold what was let go, when somebody of this house became a reader since."""
        bill = self._ports.store.bill_let_go(sidecar_hash(sidecar))
        if bill is not None and self._ports.is_ours(bill, sidecar):
            self._ports.store.take_back(sidecar)

    async def run(self) -> None:
        """Find out what is missing and fetch it until cancelled.

        Raises:
            StorageError: a block or a sidecar is damaged, or the disk refuses.
        """
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._compare)
            nursery.start_soon(self._fetch)

    async def _compare(self) -> None:
        writer = self._ports.writer
        count = 0
        while True:
            page = await trio.to_thread.run_sync(self._ports.next_page, limiter=writer)
            if page is None:
                break
            count += len(page)
            self.note_missing(page)
        if count:
            log.warning("sidecars are missing; fetched from peers", count=count)

    async def _fetch(self) -> None:
        while True:
            await self._latch.wait()
            while not await self._ports.gate.wait_open(GATE_S):
                pass  # what peers erased meanwhile is not to be asked for
            turn = 0
            while self._missing:
                peers = self._ports.peers_up()
                asked = await self._next_missing()
                able = bool(peers and asked)
                found = await self._ask(peers[turn % len(peers)], asked) if able else ()
                turn += 1
                if asked and not found:
                    self._put_last(asked[0])
                    if not peers or turn % len(peers) == 0:
                        await trio.sleep(PAUSE_S)

    def _put_last(self, name: bytes) -> None:
        """Let others go first, unless a reader fetched it meanwhile."""
        if name in self._missing:
            self._missing.move_to_end(name)

    async def _next_missing(self) -> tuple[bytes, ...]:
        """Choose what to ask for; forget what has come by another way."""
        names = tuple(itertools.islice(self._missing, SIDECAR_COUNT_MAX))
        missing = await trio.to_thread.run_sync(self._ports.store.missing, names)
        for name in set(names).difference(missing):
            self._missing.pop(name, None)
        return missing

    async def _ask(self, peer: str, names: tuple[bytes, ...]) -> tuple[bytes, ...]:
        request = SidecarsRequest(request=self._ports.requests.next_number(), hashes=names)
        reply = await self._ports.requests.ask_sidecars(peer, request, ANSWER_S)
        if reply is None:
            return ()
        found = tuple(s for s in reply.sidecars if sidecar_hash(s) in names)
        if found:
            await trio.to_thread.run_sync(self._ports.store.put, found, limiter=self._ports.writer)
        for sidecar in found:
            self._missing.pop(sidecar_hash(sidecar), None)
        return found

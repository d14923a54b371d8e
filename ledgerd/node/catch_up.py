"""Catching up: ranges of sealed blocks from several peers, checked, then applied in order.

Rules: runs beside consensus, all the time; there is no mode to get stuck in. Heights that peers
claim are hints, what counts are blocks with seals. Each range has a deadline; what a peer serves
wrong, late or not at all is asked for elsewhere, and a peer that lied about its height is not
believed again until it shows a block. The number of ranges at work is bounded.

Source: consensus.md section 8.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
import trio

from ledgerd.chain.trust import Epoch
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.node.applying import Applier, SealedBlock
from ledgerd.node.pulse import Latch
from ledgerd.node.range_check import read_range
from ledgerd.node.requests import Requests
from ledgerd.node.sync_messages import BlocksReply, BlocksRequest
from ledgerd.node.witnesses import Witnesses

RANGE_COUNT = 32  # blocks of one range
RANGES_AT_WORK = 4  # asked for side by side
ANSWER_S = 5.0  # a frame of 8 MB takes this long at 1.6 MB/s, the least we put up with
GRACE_S = 0.2  # consensus mostly brings the block itself; ask only when it did not
APPLY_S = 30.0  # to apply what was checked, before the range is given up and asked for again

log = structlog.get_logger()


@dataclass(slots=True)
class _Peer:
    """What is believed of one peer."""

    height: int = 0
    failed_count: int = 0


@dataclass(frozen=True, slots=True)
class CatchUpPorts:
    """What catching up works with.

    Attributes:
        peers_up: gives the institutions whose links are up.
        note_fault: counts a misdeed of a peer.
        answer_s: how long one answer may take.
    """

    epoch: Epoch
    applier: Applier
    witnesses: Witnesses
    requests: Requests
    peers_up: Callable[[], tuple[str, ...]]
    note_fault: Callable[[str, str], None]
    answer_s: float = ANSWER_S


@dataclass(slots=True)
class _Round:
    """Ranges on their way: what came in, by first height."""

    arrived: dict[int, list[SealedBlock]] = field(default_factory=dict)


class CatchUp:
    """One task that brings this node to the height of the others."""

    def __init__(self, ports: CatchUpPorts) -> None:
        self._ports = ports
        self._peers: dict[str, _Peer] = {}
        self._latch = Latch()

    @property
    def target_height(self) -> int:
        """The highest height that a peer not caught lying claims."""
        return max((p.height for p in self._peers.values()), default=0)

    def hint(self, peer: str, height: int) -> None:
        """Note that a peer is, or says that it is, at a height."""
        known = self._peers.setdefault(peer, _Peer())
        if height > known.height:
            known.height = height
            self._latch.ring()

    def heights(self) -> dict[str, int]:
        """Give what peers claim."""
        return {name: peer.height for name, peer in self._peers.items()}

    async def run(self) -> None:
        """Catch up whenever somebody is ahead, until cancelled."""
        while True:
            await self._latch.wait()
            await trio.sleep(GRACE_S)
            while self.target_height > self._ports.applier.height:
                before = self._ports.applier.height
                await self._run_round()
                if self._ports.applier.height == before:
                    await trio.sleep(GRACE_S)

    async def _run_round(self) -> None:
        """Ask for the next ranges side by side and apply what came, in order."""
        first = self._ports.applier.height + 1
        count = min(RANGES_AT_WORK, (self.target_height - first) // RANGE_COUNT + 1)
        work = _Round()
        async with trio.open_nursery() as nursery:
            for number in range(count):
                start = first + number * RANGE_COUNT
                nursery.start_soon(self._fetch_range, start, number, work)
        for start in sorted(work.arrived):
            if start > self._ports.applier.height + 1:
                break  # the range before did not come: ask again
            blocks = work.arrived[start]
            for block in blocks:
                self._ports.applier.offer_sealed(block)
            with trio.move_on_after(APPLY_S):
                await self._wait_height(blocks[-1].header.height)

    async def _wait_height(self, height: int) -> None:
        while self._ports.applier.height < height:
            await self._ports.witnesses.block.wait()

    async def _fetch_range(self, start: int, number: int, work: _Round) -> None:
        peer = self._choose(start, number)
        if peer is None:
            return
        end = min(start + RANGE_COUNT - 1, self._peers[peer].height)
        request = BlocksRequest(
            request=self._ports.requests.next_number(), first=start, count=end - start + 1
        )
        reply = await self._ports.requests.ask_blocks(peer, request, self._ports.answer_s)
        if reply is not None and reply.total_bytes:
            reply = await self._fetch_pieces(peer, reply)
        if reply is None or not reply.blocks:
            self._doubt(peer, reply)
            return
        try:
            work.arrived[start] = await trio.to_thread.run_sync(
                read_range, reply, start, self._ports.epoch
            )
        except (DecodeError, VerificationFailed) as error:
            self._ports.note_fault(peer, f"blocks from {start} on: {error}")
            self._doubt(peer, None)
        else:
            self._peers[peer].failed_count = 0

    async def _fetch_pieces(self, peer: str, reply: BlocksReply) -> BlocksReply | None:
        """Fetch the rest of a block that does not fit into one answer."""
        pieces = [reply.blocks[0]]
        while (have := sum(map(len, pieces))) < reply.total_bytes:
            request = BlocksRequest(
                request=self._ports.requests.next_number(),
                first=reply.first,
                count=1,
                offset=have,
            )
            more = await self._ports.requests.ask_blocks(peer, request, self._ports.answer_s)
            if more is None or more.total_bytes != reply.total_bytes or not more.blocks[0]:
                return None
            pieces.append(more.blocks[0])
        return BlocksReply(
            request=reply.request,
            first=reply.first,
            height=reply.height,
            blocks=(b"".join(pieces),),
            seals=reply.seals,
        )

    def _choose(self, start: int, number: int) -> str | None:
        """Choose a peer that claims this height, those that failed least first."""
        up = [
            name
            for name in self._ports.peers_up()
            if name in self._peers and self._peers[name].height >= start
        ]
        if not up:
            self._forget_absent()
            return None
        least = min(self._peers[name].failed_count for name in up)
        best = sorted(name for name in up if self._peers[name].failed_count == least)
        return best[number % len(best)]

    def _doubt(self, peer: str, reply: BlocksReply | None) -> None:
        """Think less of a peer: it served nothing, or nothing that holds."""
        known = self._peers[peer]
        known.failed_count += 1
        height = self._ports.applier.height
        known.height = min(known.height, reply.height if reply is not None else height)
        log.info("peer did not serve blocks", institution=peer, failed=known.failed_count)

    def _forget_absent(self) -> None:
        """Disbelieve heights of peers whose links are down: they tell again when they are back."""
        up = self._ports.peers_up()
        for name, known in self._peers.items():
            if name not in up:
                known.height = 0

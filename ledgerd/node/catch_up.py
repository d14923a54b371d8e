"""Catching up: ranges of sealed blocks from several peers, checked, then applied in order.

Rules: runs beside consensus, all the time; there is no mode to get stuck in. Heights that peers
claim are hints, what counts are blocks with seals. Each range has a deadline; what a peer serves
wrong, late or not at all is asked for elsewhere. The number of ranges at work is bounded: while
those of one round are applied, those of the next are fetched and decoded, no more.

A height that a weak quorum claims is *credible*: a correct peer is among them. Ranges are fetched
side by side up to there. What only fewer claim is asked for while nothing credible is missing, one
range at a time, for one correct peer may hold the last block alone; whoever then serves nothing is
not believed alone for a while, or until it shows a block.

Source: consensus.md section 8.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
import trio
from msgspec.structs import replace

from ledgerd.chain.trust import Epoch
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.node.applying import Applier, SealedBlock
from ledgerd.node.pulse import Latch
from ledgerd.node.range_check import read_range
from ledgerd.node.requests import Requests
from ledgerd.node.sync_messages import (
    CHUNK_BYTES_MAX,
    REPLY_BYTES_MAX,
    BlocksReply,
    BlocksRequest,
)
from ledgerd.node.witnesses import Witnesses

RANGE_COUNT = 32  # blocks of one range, where so many fit into an answer
RANGES_AT_WORK = 2  # asked for side by side, and as many being applied: 24 MB of blocks at most
ROOM_PERCENT = 80  # of an answer is asked for: the next blocks may be larger than the last ones
ANSWER_S = 5.0  # a frame of 8 MB takes this long at 1.6 MB/s, the least we put up with
GRACE_S = 0.2  # consensus mostly brings the block itself; ask only when it did not
DOUBT_S = 10.0  # not believed alone; a correct peer that was slow holds nobody up for longer
APPLY_S = 30.0  # to apply what was checked, before the range is given up and asked for again

log = structlog.get_logger()


@dataclass(slots=True)
class _Peer:
    """What is believed of one peer.

    Attributes:
        height: as it claims.
        failed_count: what it did not serve; a range served makes up for one.
        doubted_until: of the loop's clock; before it the peer is not believed alone.
    """

    height: int = 0
    failed_count: int = 0
    doubted_until: float = 0.0


@dataclass(frozen=True, slots=True)
class CatchUpPorts:
    """What catching up works with.

    Attributes:
        peers_up: gives the institutions whose links are up.
        note_fault: counts a misdeed of a peer.
        answer_s: how long one answer may take.
        piece_bytes: what a peer gives at once of a block that is too large for one answer.
        reply_bytes: of blocks that fit into one answer.
    """

    epoch: Epoch
    applier: Applier
    witnesses: Witnesses
    requests: Requests
    peers_up: Callable[[], tuple[str, ...]]
    note_fault: Callable[[str, str], None]
    answer_s: float = ANSWER_S
    piece_bytes: int = CHUNK_BYTES_MAX
    reply_bytes: int = REPLY_BYTES_MAX


@dataclass(slots=True)
class _Round:
    """Ranges on their way: what came in, by first height.

    Attributes:
        first: height that it begins with.
        is_lone: nobody but single peers claims them.
        scope: ends the waiting.
    """

    first: int
    is_lone: bool
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    arrived: dict[int, list[SealedBlock]] = field(default_factory=dict)

    def blocks(self) -> list[SealedBlock]:
        """Give what came in without a gap; what stands behind one is asked for again."""
        joined: list[SealedBlock] = []
        while (following := self.arrived.get(self.first + len(joined))) is not None:
            joined += following
        return joined


class CatchUp:
    """One task that brings this node to the height of the others."""

    def __init__(self, ports: CatchUpPorts) -> None:
        self._ports = ports
        self._peers: dict[str, _Peer] = {}
        self._latch = Latch()
        self._round: _Round | None = None
        self._range_count = RANGE_COUNT

    @property
    def target_height(self) -> int:
        """The height that a correct peer claims, as far as can be told."""
        claims = sorted((peer.height for peer in self._peers.values()), reverse=True)
        weak_quorum = self._ports.epoch.membership.weak_quorum
        return claims[weak_quorum - 1] if len(claims) >= weak_quorum else 0

    @property
    def believed_height(self) -> int:
        """The height that anybody claims who is believed."""
        return max(self.target_height, self._lone_height)

    @property
    def _lone_height(self) -> int:
        """The highest height that a peer claims which is believed alone."""
        now = trio.current_time()
        return max((p.height for p in self._peers.values() if p.doubted_until <= now), default=0)

    def hint(self, peer: str, height: int) -> None:
        """Note that a peer is, or says that it is, at a height."""
        known = self._peers.setdefault(peer, _Peer())
        if height > known.height:
            known.height = height
            self._latch.ring()
            if self._round is not None and self._round.is_lone and self._is_behind():
                self._round.scope.cancel()  # what is credible does not wait for what is not

    def _is_behind(self) -> bool:
        return self.target_height > self._ports.applier.height

    def heights(self) -> dict[str, int]:
        """Give what peers claim."""
        return {name: peer.height for name, peer in self._peers.items()}

    async def run(self) -> None:
        """Catch up whenever somebody is ahead, until cancelled."""
        while True:
            with trio.move_on_after(self._until_belief_s()):
                await self._latch.wait()
            await trio.sleep(GRACE_S)
            while max(self.target_height, self._lone_height) > self._ports.applier.height:
                before = self._ports.applier.height
                await self._climb()
                if self._ports.applier.height == before:
                    await trio.sleep(GRACE_S)

    async def _climb(self) -> None:
        """Apply round after round, each while the next one is on its way."""
        blocks = await self._fetch_round(self._ports.applier.height + 1)
        while blocks:
            following = blocks[-1].header.height + 1
            ahead: list[SealedBlock] = []
            async with trio.open_nursery() as nursery:
                if self.target_height >= following:
                    nursery.start_soon(self._fetch_ahead, following, ahead)
                is_applied = await self._apply(blocks)
                if not is_applied:
                    nursery.cancel_scope.cancel()
            blocks = ahead if is_applied else []

    async def _fetch_ahead(self, first: int, into: list[SealedBlock]) -> None:
        into += await self._fetch_round(first)

    def _until_belief_s(self) -> float:
        """Give the time after which a doubted peer that claims more is asked again."""
        height = self._ports.applier.height
        ahead = (p.doubted_until for p in self._peers.values() if p.height > height)
        return max(0.0, min(ahead, default=math.inf) - trio.current_time())

    async def _fetch_round(self, first: int) -> list[SealedBlock]:
        """Ask for the next ranges side by side; give the blocks that came, without a gap."""
        size = self._range_count
        work = self._round = _Round(first, is_lone=self.target_height < first)
        ranges = 1 if work.is_lone else (self.target_height - first) // size + 1
        with work.scope:
            async with trio.open_nursery() as nursery:
                for number in range(min(RANGES_AT_WORK, ranges)):
                    wanted = BlocksRequest(
                        request=self._ports.requests.next_number(),
                        first=first + number * size,
                        count=size,
                    )
                    nursery.start_soon(self._fetch_range, wanted, number, work)
        self._round = None
        return work.blocks()

    async def _apply(self, blocks: list[SealedBlock]) -> bool:
        """Have blocks applied; say whether that came to an end in time."""
        for block in blocks:
            self._ports.applier.offer_sealed(block)
        with trio.move_on_after(APPLY_S) as scope:
            await self._wait_height(blocks[-1].header.height)
        return not scope.cancelled_caught

    async def _wait_height(self, height: int) -> None:
        while self._ports.applier.height < height:
            await self._ports.witnesses.block.wait()

    async def _fetch_range(self, wanted: BlocksRequest, number: int, work: _Round) -> None:
        start = wanted.first
        peer = self._choose(start, number)
        if peer is None:
            return
        held = self._peers[peer].height - start + 1
        request = replace(wanted, count=min(wanted.count, held))
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
            self._note_size(reply)
            known = self._peers[peer]
            known.failed_count = max(0, known.failed_count - 1)
            known.doubted_until = 0.0

    def _note_size(self, reply: BlocksReply) -> None:
        """Ask for as many blocks as fit into an answer: what comes behind a gap comes in vain."""
        mean = sum(map(len, reply.blocks)) // len(reply.blocks) + 1
        fitting = self._ports.reply_bytes * ROOM_PERCENT // 100 // mean
        self._range_count = min(max(fitting, 1), RANGE_COUNT)

    async def _fetch_pieces(self, peer: str, reply: BlocksReply) -> BlocksReply | None:
        """Fetch the rest of a block that does not fit into one answer."""
        if not self._is_whole_piece(reply, 0):
            self._ports.note_fault(peer, "a piece of a block is too small")
            return None
        pieces = [reply.blocks[0]]
        while (have := sum(map(len, pieces))) < reply.total_bytes:
            request = BlocksRequest(
                request=self._ports.requests.next_number(),
                first=reply.first,
                count=1,
                offset=have,
            )
            more = await self._ports.requests.ask_blocks(peer, request, self._ports.answer_s)
            if more is None or more.total_bytes != reply.total_bytes:
                return None
            if not self._is_whole_piece(more, have):
                self._ports.note_fault(peer, "a piece of a block is too small")
                return None
            pieces.append(more.blocks[0])
        return BlocksReply(
            request=reply.request,
            first=reply.first,
            height=reply.height,
            blocks=(b"".join(pieces),),
            seals=reply.seals,
        )

    def _is_whole_piece(self, reply: BlocksReply, offset: int) -> bool:
        """Say whether a piece is as large as it can be: byte by byte a block would never end."""
        return len(reply.blocks[0]) >= min(self._ports.piece_bytes, reply.total_bytes - offset)

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
        now = trio.current_time()
        up = [name for name in up if self._peers[name].doubted_until <= now] or up
        least = min(self._peers[name].failed_count for name in up)
        best = sorted(name for name in up if self._peers[name].failed_count == least)
        return best[number % len(best)]

    def _doubt(self, peer: str, reply: BlocksReply | None) -> None:
        """Think less of a peer: it served nothing, or nothing that holds."""
        known = self._peers[peer]
        known.failed_count += 1
        known.doubted_until = trio.current_time() + DOUBT_S
        height = self._ports.applier.height
        known.height = min(known.height, reply.height if reply is not None else height)
        log.info("peer did not serve blocks", institution=peer, failed=known.failed_count)

    def _forget_absent(self) -> None:
        """Disbelieve heights of peers whose links are down: they tell again when they are back."""
        up = self._ports.peers_up()
        for name, known in self._peers.items():
            if name not in up:
                known.height = 0

"""Answers peers that lack something: sealed blocks, bundles, sidecars.

Rules: a peer has one request at work and a few waiting, more are dropped; answers are cut at the
frame's limit and read in a thread. Only sealed heights are served: whoever gets a block can check
it. Sidecars are ciphertexts that every member may hold; erased ones are served to nobody.

Source: consensus.md section 8; architecture.md section 5.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import trio

from consensus import Digest
from ledgerd.chain.block import decode_block
from ledgerd.chain.bundle import bundle_digest, decode_bundle
from ledgerd.network.frames import FrameKind
from ledgerd.network.transport import Transport
from ledgerd.node import checking, pulse
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.sealed_gate import SealedGate
from ledgerd.node.sync_messages import (
    CHUNK_BYTES_MAX,
    REPLY_BYTES_MAX,
    BlocksReply,
    BlocksRequest,
    BundlesRequest,
    SidecarsReply,
    SidecarsRequest,
    encode_sync,
)
from ledgerd.storage.block_store import BlockStore
from ledgerd.storage.sidecar_store import SidecarStore

PACKAGES_BYTES_MAX = 16 << 20  # bundles of one answer: half of what a link's queue holds
WAITING_COUNT_MAX = 16  # requests of one peer; it asks again when one is dropped

Request = BlocksRequest | BundlesRequest | SidecarsRequest


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where answers come from."""

    blocks: BlockStore
    sidecars: SidecarStore
    book: BundleBook
    gate: SealedGate


class Server:
    """One task that answers, peer by peer in turn."""

    def __init__(self, shelves: Shelves, transport: Transport) -> None:
        self._shelves = shelves
        self._transport = transport
        self._waiting: dict[str, deque[Request]] = {}
        self._latch = pulse.Latch()

    def ask(self, peer: str, request: Request) -> None:
        """Take a request of a peer; dropped when too many of that peer wait."""
        waiting = self._waiting.setdefault(peer, deque())
        if len(waiting) < WAITING_COUNT_MAX:
            waiting.append(request)
            self._latch.ring()

    async def run(self) -> None:
        """Answer until cancelled."""
        while True:
            await self._latch.wait()
            while any(self._waiting.values()):
                for peer in list(self._waiting):
                    if self._waiting[peer]:
                        await self._answer(peer, self._waiting[peer].popleft())
                    else:
                        del self._waiting[peer]

    async def _answer(self, peer: str, request: Request) -> None:
        _ = self._shelves.gate.is_open  # looked at here: the thread reads what was seen
        kind, bodies = await trio.to_thread.run_sync(self._find, request)
        for body in bodies:
            self._transport.offer(kind, body, peer)

    def _find(self, request: Request) -> tuple[FrameKind, list[bytes]]:
        match request:
            case BlocksRequest():
                return FrameKind.SYNC, [encode_sync(find_blocks(self._shelves.blocks, request))]
            case SidecarsRequest():
                return FrameKind.SYNC, [encode_sync(find_sidecars(self._shelves, request))]
            case BundlesRequest(digests=digests):
                return FrameKind.BUNDLE, find_packages(self._shelves, digests)


def find_blocks(blocks: BlockStore, request: BlocksRequest) -> BlocksReply:
    """Collect sealed blocks from ``first`` on, as many as fit; the last one has its seal."""
    sealed_height = blocks.sealed_height or 0
    found: list[tuple[bytes, bytes]] = []
    size = 0
    for height in range(request.first, min(request.first + request.count, sealed_height + 1)):
        block = blocks.block(height)
        if block is None:
            break
        if not found and (request.offset or len(block) > REPLY_BYTES_MAX):
            return _piece(request, sealed_height, block, blocks.seal(height) or b"")
        size += len(block)
        if size > REPLY_BYTES_MAX:
            break
        found.append((block, blocks.seal(height) or b""))
    while found and not found[-1][1]:
        found.pop()
    return BlocksReply(
        request=request.request,
        first=request.first,
        height=sealed_height,
        blocks=tuple(block for block, _ in found),
        seals=tuple(seal for _, seal in found),
    )


def _piece(request: BlocksRequest, height: int, block: bytes, seal: bytes) -> BlocksReply:
    return BlocksReply(
        request=request.request,
        first=request.first,
        height=height,
        blocks=(block[request.offset : request.offset + CHUNK_BYTES_MAX],),
        seals=(seal,),
        total_bytes=len(block),
    )


def find_sidecars(shelves: Shelves, request: SidecarsRequest) -> SidecarsReply:
    """Collect the sidecars that are here and fit; none before this node knows what is erased."""
    found: list[bytes] = []
    size = 0
    for name in request.hashes if shelves.gate.was_open else ():
        sidecar = shelves.sidecars.whole(name)
        if sidecar is not None and size + len(sidecar) <= REPLY_BYTES_MAX:
            size += len(sidecar)
            found.append(sidecar)
    return SidecarsReply(request=request.request, sidecars=tuple(found))


def find_packages(shelves: Shelves, digests: Sequence[bytes]) -> list[bytes]:
    """Find the bundles that are here, as many as fit into one answer, the first whatever its size.

    The others are asked for again: dozens of the largest would be more than a node should hold.
    """
    found: list[bytes] = []
    size = 0
    for digest in digests:
        package = find_package(shelves, digest)
        if package is None:
            continue
        size += len(package)
        if found and size > PACKAGES_BYTES_MAX:
            break
        found.append(package)
    return found


def find_package(shelves: Shelves, digest: bytes) -> bytes | None:
    """Find a bundle with its sidecars: in the book, or in the block that took it in."""
    known = shelves.book.get(Digest(digest))
    if known is not None:
        return checking.encode_package(known.bundle, tuple(known.sidecars.values()))
    height = shelves.blocks.height_of_bundle(digest)
    stored = shelves.blocks.block(height) if height is not None else None
    if stored is None:
        return None
    for bundle in decode_block(stored).bundles:
        if bundle_digest(bundle) == digest:
            names = checking.sidecar_hashes(decode_bundle(bundle).transactions)
            found = [shelves.sidecars.whole(name) for name in names if shelves.gate.was_open]
            sidecars = [sidecar for sidecar in found if sidecar is not None]
            return (
                checking.encode_package(bundle, sidecars) if len(sidecars) == len(names) else None
            )
    return None

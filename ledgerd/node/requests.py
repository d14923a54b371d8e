"""Asking one peer something and waiting for its answer: numbers, deadlines, no blame for lateness.

Rules: an answer is matched by number and by the peer that was asked; any other is dropped. The
number of open questions is bounded by those who ask.
"""

import trio

from ledgerd.network.frames import FrameKind
from ledgerd.network.transport import Transport
from ledgerd.node.sync_messages import (
    BlocksReply,
    BlocksRequest,
    SidecarsReply,
    SidecarsRequest,
    SyncReply,
    encode_sync,
)


class Requests:
    """Open questions to peers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._number = 0
        self._open: dict[tuple[str, int], trio.MemorySendChannel[SyncReply]] = {}

    def take_reply(self, peer: str, reply: SyncReply) -> None:
        """Hand an answer to whoever waits for it."""
        sender = self._open.pop((peer, reply.request), None)
        if sender is not None:
            sender.send_nowait(reply)

    def next_number(self) -> int:
        """Give a number that no request of this process has had."""
        self._number += 1
        return self._number

    async def ask_blocks(
        self, peer: str, request: BlocksRequest, timeout_s: float
    ) -> BlocksReply | None:
        """Ask for blocks; None when no answer came in time."""
        reply = await self._ask(peer, request, timeout_s)
        return reply if isinstance(reply, BlocksReply) else None

    async def ask_sidecars(
        self, peer: str, request: SidecarsRequest, timeout_s: float
    ) -> SidecarsReply | None:
        """Ask for sidecars; None when no answer came in time."""
        reply = await self._ask(peer, request, timeout_s)
        return reply if isinstance(reply, SidecarsReply) else None

    async def _ask(
        self, peer: str, request: BlocksRequest | SidecarsRequest, timeout_s: float
    ) -> SyncReply | None:
        key = (peer, request.request)
        sender, receiver = trio.open_memory_channel[SyncReply](1)
        self._open[key] = sender
        try:
            self._transport.offer(FrameKind.SYNC, encode_sync(request), peer)
            with trio.move_on_after(timeout_s):
                return await receiver.receive()
        finally:
            self._open.pop(key, None)
            receiver.close()
            sender.close()
        return None

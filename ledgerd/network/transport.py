"""The network as its host sees it: offer frames, take arrivals, look at the links.

Rules: ``offer`` never waits and never fails because of a peer; losing a frame is allowed, for
votes are repeated and the rest is asked for again; at most one link per peer is up.
Source: architecture.md section 5, style.md section 10.
"""

import random as random_
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import trio

from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Arrival
from ledgerd.network.settings import Address, NetworkIdentity, NetworkSettings, Peer

Dial: TypeAlias = Callable[[Address], Awaitable[trio.abc.Stream]]


@dataclass(frozen=True, slots=True)
class LinkState:
    """One peer's link as shown to operators; never what was said on it.

    Attributes:
        since_ms: monotonic milliseconds of the last change of ``is_up``.
        bytes_in: of frames, since the start of the process, over all links to this peer.
        dropped_count: frames that found a full queue or no link.
        last_error: class name of the error that ended the last link or attempt; "" for none.
    """

    peer: str
    is_up: bool
    since_ms: int
    bytes_in: int
    bytes_out: int
    frames_in: int
    frames_out: int
    dropped_count: int
    last_error: str


class Transport:
    """All links of this node. ``run`` owns them; everything else is sync and may be called any time.

    The host reads ``incoming``: ``Incoming(peer, kind, body)``, ``LinkUp(peer)``,
    ``LinkDown(peer)``; ``receive``, ``receive_nowait`` and ``async for`` work as on a
    ``trio.MemoryReceiveChannel``. The channel ends when ``run`` ends.
    """

    incoming: trio.abc.ReceiveChannel[Arrival]

    def __init__(
        self,
        identity: NetworkIdentity,
        peers: Sequence[Peer],
        settings: NetworkSettings,
        random: random_.Random,
    ) -> None:
        raise NotImplementedError

    async def run(
        self,
        listeners: Sequence[trio.abc.Listener[trio.SocketStream]],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Accept, dial and keep up the links until cancelled; ``started()`` once it accepts.

        Raises:
            ConfigError: the certificate or key file cannot be loaded.
        """
        raise NotImplementedError

    def offer(self, kind: FrameKind, body: bytes, to: str | None) -> None:
        """Queue one frame for one peer, or with ``to=None`` for every validator whose link is up.

        A peer without a link, or a full sync or bundle queue, loses the frame (counted); a full
        vote queue closes the link. Observers are sent SYNC only, and only when named in ``to``.

        Raises:
            FrameTooLarge: ``body`` is above ``BODY_BYTES_MAX[kind]``; nothing was queued.
        """
        raise NotImplementedError

    def link_states(self) -> tuple[LinkState, ...]:
        """Return the state of the link to every peer, in the order of ``peers``."""
        raise NotImplementedError

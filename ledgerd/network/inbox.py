"""What came in, of all peers, handed to the host one by one and fairly.

Rules: one lane per peer, served in turn, so that a flood of one peer delays the others by at most
one message each; a lane is bounded in frames and bytes, and a peer whose lane is full is not read
from (back-pressure), never buffered; LinkUp and LinkDown stand in the lane, in order with the
frames of their link. A few frames that find their lane empty are offered to the host in the turn in
which they were read: each reader has one go a turn of the loop, so a flood gains nothing by it.
No task and no channel hop per message. Source: architecture.md section 5.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import trio

from ledgerd.network.frames import FrameKind
from ledgerd.network.settings import NetworkSettings

PROMPT_COUNT_MAX: Final = 8  # frames taken in the turn in which they were read: half a millisecond


@dataclass(frozen=True, slots=True)
class Incoming:
    """One frame of a peer whose link is up.

    Attributes:
        peer: institution id, proved by the handshake.
        kind: VOTE, SYNC or BUNDLE; of an observer SYNC only.
        body: foreign bytes, at most ``BODY_BYTES_MAX[kind]``, not decoded.
    """

    peer: str
    kind: FrameKind
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The link to ``peer`` is up; all frames of it come after this."""

    peer: str


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link to ``peer`` is down; no frame of it comes after this.

    Attributes:
        reason: kind and text of the error that ended it; never content.
    """

    peer: str
    reason: str


Arrival: TypeAlias = Incoming | LinkUp | LinkDown
Take: TypeAlias = Callable[[Sequence[Incoming]], bool]
"""Takes frames of one peer without waiting, all or none, and says whether it did."""


@dataclass(slots=True)
class _Lane:
    """What one peer sent and the host has not taken. ``byte_count`` is that of the frames in it."""

    arrivals: deque[Arrival] = field(default_factory=deque)
    byte_count: int = 0
    room: trio.Event | None = None


class Inbox(trio.abc.ReceiveChannel[Arrival]):
    """The receiving end that the host reads; works like a ``trio.MemoryReceiveChannel``."""

    def __init__(self, settings: NetworkSettings) -> None:
        self._settings = settings
        self._lanes: dict[str, _Lane] = {}
        self._turns: deque[str] = deque()  # peers whose lane is not empty, each once
        self._readers = trio.lowlevel.ParkingLot()
        self._closed = False
        self._take: Take | None = None

    def serve(self, take: Take) -> None:
        """Have a few frames that find their lane empty offered to ``take`` before they queue."""
        self._take = take

    async def receive(self) -> Arrival:
        """Wait for the next arrival and take it.

        Raises:
            trio.EndOfChannel: closed, and nothing is left.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        try:
            arrival = self.receive_nowait()
        except trio.WouldBlock:
            pass
        else:
            await trio.lowlevel.cancel_shielded_checkpoint()
            return arrival
        while not self._turns and not self._closed:
            await self._readers.park()
        return self.receive_nowait()

    def receive_nowait(self) -> Arrival:
        """Take the next arrival, of the peer that has waited longest for its turn.

        Raises:
            trio.WouldBlock: nothing is there.
            trio.EndOfChannel: closed, and nothing is left.
        """
        if not self._turns:
            raise trio.EndOfChannel if self._closed else trio.WouldBlock
        peer = self._turns.popleft()
        lane = self._lanes[peer]
        arrival = lane.arrivals.popleft()
        if lane.arrivals:
            self._turns.append(peer)
        if isinstance(arrival, Incoming):
            lane.byte_count -= len(arrival.body)
        if lane.room is not None and self._has_room(lane):
            lane.room.set()
            lane.room = None
        return arrival

    async def aclose(self) -> None:
        """Let no more in; whoever waits gets what is left, then ``trio.EndOfChannel``."""
        self.close()
        await trio.lowlevel.checkpoint()

    def close(self) -> None:
        """Let no more in, without a checkpoint."""
        self._closed = True
        self._readers.unpark_all()

    def put(self, arrivals: Iterable[Arrival]) -> None:
        """Append arrivals, each to the lane of its peer; frames that were read are never dropped.

        A link that came up and went down without a word in between leaves no trace, so that a
        flapping link cannot fill a lane.
        """
        if self._closed:
            return
        for arrival in arrivals:
            self._put_one(arrival)
        if self._turns:
            self._readers.unpark()

    def hand(self, frames: Sequence[Incoming]) -> None:
        """Hand over what was read of one peer: at once where the host takes it, else by its lane.

        Nothing overtakes what stands in the lane; the host may still be at work on what it took.
        """
        if not self._is_taken_at_once(frames):
            self.put(frames)

    async def wait_room(self, peer: str) -> None:
        """Wait until the lane of ``peer`` is below its limits; not a checkpoint when it is."""
        lane = self._lanes.get(peer)
        if lane is None:
            return
        while not self._has_room(lane) and not self._closed:
            if lane.room is None:
                lane.room = trio.Event()
            await lane.room.wait()

    def _is_taken_at_once(self, frames: Sequence[Incoming]) -> bool:
        if self._take is None or self._closed or not 0 < len(frames) <= PROMPT_COUNT_MAX:
            return False
        lane = self._lanes.get(frames[0].peer)
        return (lane is None or not lane.arrivals) and self._take(frames)

    def _put_one(self, arrival: Arrival) -> None:
        lane = self._lanes.setdefault(arrival.peer, _Lane())
        if (
            isinstance(arrival, LinkDown)
            and lane.arrivals
            and isinstance(lane.arrivals[-1], LinkUp)
        ):
            lane.arrivals.pop()
            if not lane.arrivals:
                self._turns.remove(arrival.peer)
            return
        if not lane.arrivals:
            self._turns.append(arrival.peer)
        lane.arrivals.append(arrival)
        if isinstance(arrival, Incoming):
            lane.byte_count += len(arrival.body)

    def _has_room(self, lane: _Lane) -> bool:
        return (
            len(lane.arrivals) < self._settings.inbox_count_max
            and lane.byte_count < self._settings.inbox_bytes_max
        )

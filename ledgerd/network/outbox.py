"""Frames waiting to be written on one link: three bounded queues.

Rules: votes before sync before bundles; never waits, never grows beyond its limits; one flush joins
everything that is there, so that a tick costs one TLS write (34 µs for a frame alone, 3 for one of
sixteen). Source: architecture.md section 5, performance.md section 2.
"""

import enum
from collections import deque
from dataclasses import dataclass, field

import trio

from ledgerd.network.frames import FrameKind
from ledgerd.network.settings import NetworkSettings, QueueLimits


class Offered(enum.Enum):
    """What became of one frame."""

    QUEUED = "queued"
    DROPPED = "dropped"  # may be lost: it is asked for again
    OVERFLOWED = "overflowed"  # votes may not pile up: the link has to go


@dataclass(slots=True)
class _Queue:
    """One kind's frames in order; ``byte_count`` is the sum of their lengths."""

    limits: QueueLimits
    when_full: Offered
    frames: deque[bytes] = field(default_factory=deque)
    byte_count: int = 0

    def offer(self, frame: bytes) -> Offered:
        full = len(self.frames) >= self.limits.count_max
        # A frame above the byte limit may still pass alone, or it could never be sent.
        if full or (self.frames and self.byte_count + len(frame) > self.limits.bytes_max):
            return self.when_full
        self.frames.append(frame)
        self.byte_count += len(frame)
        return Offered.QUEUED

    def take(self, bytes_max: int) -> list[bytes]:
        """Remove frames from the front until ``bytes_max`` is reached or nothing is left."""
        taken: list[bytes] = []
        while self.frames and bytes_max > 0:
            frame = self.frames.popleft()
            bytes_max -= len(frame)
            self.byte_count -= len(frame)
            taken.append(frame)
        return taken


class Outbox:
    """What one link has still to send. One task takes, anybody offers."""

    def __init__(self, settings: NetworkSettings) -> None:
        votes = _Queue(settings.vote_queue, Offered.OVERFLOWED)
        sync = _Queue(settings.sync_queue, Offered.DROPPED)
        bundles = _Queue(settings.bundle_queue, Offered.DROPPED)
        self._queues = (votes, sync, bundles)  # in order of sending
        self._queue_of = {
            FrameKind.PING: votes,
            FrameKind.VOTE: votes,
            FrameKind.SYNC: sync,
            FrameKind.BUNDLE: bundles,
        }
        self._writer = trio.lowlevel.ParkingLot()

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not any(queue.frames for queue in self._queues)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being written: the writer waits for a frame.

        It is woken with the first one that is queued, so what it waits for is not there.
        """
        return bool(self._writer)

    def offer(self, kind: FrameKind, frame: bytes) -> Offered:
        """Queue one encoded frame, or say why not. Never waits."""
        outcome = self._queue_of[kind].offer(frame)
        if outcome is Offered.QUEUED and self._writer:
            self._writer.unpark()
        return outcome

    async def wait(self) -> None:
        """Wait until something is there; a checkpoint in any case."""
        if not self.is_empty:
            await trio.lowlevel.checkpoint()
        while self.is_empty:
            await self._writer.park()

    def take(self, bytes_max: int) -> tuple[bytes, int]:
        """Remove what goes out next; return it joined, and how many frames it is.

        Ends with the frame that reaches ``bytes_max``, so a large bundle is never split and votes
        that come later wait for no more than one flush.
        """
        taken: list[bytes] = []
        for queue in self._queues:
            rest = bytes_max - sum(map(len, taken))
            taken += queue.take(rest)
        return b"".join(taken), len(taken)

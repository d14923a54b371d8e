"""Where connections wait that have not yet proved who they are.

Rules: bounded in number and in time; when it is full the oldest goes, so that somebody who opens
connections and says nothing keeps nobody out for long. Source: architecture.md section 5.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import trio

from ledgerd.errors import HandshakeFailed


class Lobby:
    """Counts unfinished inbound handshakes and ends those that are too many or too slow."""

    def __init__(self, count_max: int, timeout_ms: int) -> None:
        assert count_max > 0
        self._count_max = count_max
        self._timeout_ms = timeout_ms
        self._waiting: dict[int, trio.CancelScope] = {}  # by arrival, oldest first
        self._arrival = 0

    @property
    def count(self) -> int:
        """How many are inside."""
        return len(self._waiting)

    @contextmanager
    def stay(self) -> Iterator[None]:
        """Be inside until the block is done.

        Raises:
            HandshakeFailed: it took too long, or newer arrivals pushed this one out.
        """
        if len(self._waiting) >= self._count_max:
            oldest = next(iter(self._waiting))
            self._waiting.pop(oldest).cancel()
        self._arrival += 1
        arrival = self._arrival
        with limited(self._timeout_ms) as scope:
            self._waiting[arrival] = scope
            try:
                yield
            finally:
                self._waiting.pop(arrival, None)
        assert len(self._waiting) <= self._count_max


@contextmanager
def limited(timeout_ms: int) -> Iterator[trio.CancelScope]:
    """Give the block so much time.

    Raises:
        HandshakeFailed: the time is over, or somebody cancelled the scope.
    """
    with trio.move_on_after(timeout_ms / 1000) as scope:
        yield scope
    if scope.cancelled_caught:
        raise HandshakeFailed(f"not done within {timeout_ms} ms, or pushed out by newer ones")

"""How far this process knows each chain to have come.

Rules: of one process only; a height is a hint to wait, never a proof.
"""

import threading


class HeightsSeen:
    """The highest block of each chain in which an act of this process was committed.

    Nodes apply a block some milliseconds apart: an act that builds on one that another node has
    acknowledged tells its own node to catch up first.
    """

    def __init__(self) -> None:
        self._heights: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def note(self, chain_id: bytes, height: int | None) -> None:
        with self._lock:
            self._heights[chain_id] = max(self._heights.get(chain_id, 0), height or 0)

    def of(self, chain_id: bytes) -> int:
        with self._lock:
            return self._heights.get(chain_id, 0)


SEEN = HeightsSeen()

"""What clients were told: one line for each attempt of each act, as JSON on disk.

Rules: an attempt is *acknowledged* when a node said that the act is committed and in force;
*refused* when a node said that it took nothing, or that the ledger does not want it; everything
else is *unknown*, a lost answer as well as a timeout. Nobody may count an unknown as either.
"""

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"


@dataclass(frozen=True)
class Told:
    """What came of one attempt.

    Attributes:
        act: number of the act; ``ref`` is the client's key of it.
        word: the reason: a reject code, an error's name.
        begun_s: when it was handed in, ``told_s`` when the answer came, since the run began.
        height: of the block, when acknowledged.
    """

    act: int
    kind: str
    ref: str
    bill: str
    node: str
    outcome: str
    word: str
    begun_s: float
    told_s: float
    tx_id: str = ""
    height: int = 0


class Journal:
    """All attempts, in memory for the checker and on disk for whoever reads a failure."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._told: list[Told] = []

    def enter(self, told: Told) -> None:
        with self._lock:
            self._told.append(told)
            self._file.write(json.dumps(asdict(told)) + "\n")

    def entries(self) -> tuple[Told, ...]:
        with self._lock:
            return tuple(self._told)

    def since(self, count: int) -> tuple[Told, ...]:
        """Give the entries after the first ``count``."""
        with self._lock:
            return tuple(self._told[count:])

    def close(self) -> None:
        self._file.close()


def outcomes(entries: tuple[Told, ...]) -> Counter[str]:
    """Count attempts by outcome."""
    return Counter(told.outcome for told in entries)


def acknowledged_acts(entries: tuple[Told, ...]) -> int:
    """Count the acts that were acknowledged at least once."""
    return len({told.act for told in entries if told.outcome == ACKNOWLEDGED})

"""The kept traces of the model: one file each, its first line says of which run."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("kept")


@dataclass(frozen=True, slots=True)
class Trace:
    """One run of the model.

    Attributes:
        dishonest: the replica that is played with its key.
        term: length of a term; 9 is never reached.
        seed: of Spin's random choices.
        events: as `tests/model/replay.py` reads them.
    """

    dishonest: int
    term: int
    seed: int
    events: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"dishonest{self.dishonest}_term{self.term}_seed{self.seed}.txt"


def write_trace(trace: Trace) -> None:
    """Keep a trace."""
    FOLDER.mkdir(exist_ok=True)
    head = f"dishonest {trace.dishonest} term {trace.term} seed {trace.seed}"
    (FOLDER / trace.name).write_text("\n".join((head, *trace.events, "")))


def read_trace(path: Path) -> Trace:
    """Read a kept trace."""
    head, *events = path.read_text().splitlines()
    words = head.split()
    dishonest, term, seed = map(int, words[1::2])
    return Trace(dishonest, term, seed, tuple(events))

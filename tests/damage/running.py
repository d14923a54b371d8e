"""One damage at a time to a copy of a real home, and a tally of what came of it."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.damage.damages import Damaged, Scene, draw
from tests.damage.file_kinds import KINDS, files_of
from tests.damage.home_making import Homes
from tests.damage.using import CRASHED, SILENT, Outcome, Seen, judge, look


@dataclass(frozen=True)
class Trial:
    """One damaged file and what came of using its home."""

    kind: str
    file: Path
    damage: str
    outcome: Outcome
    number: int


@dataclass
class Tally:
    """Outcomes by kind of file, damages by kind, and everything that was silent."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    damages: Counter[str] = field(default_factory=Counter)
    silent: list[Trial] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, trial: Trial) -> None:
        self.outcomes.setdefault(trial.kind, Counter())[trial.outcome.kind] += 1
        self.damages[trial.damage] += 1
        self.words.setdefault(f"{trial.kind}: {trial.outcome.kind}", trial.outcome.words)
        if trial.outcome.kind in (SILENT, CRASHED):
            self.silent.append(trial)


@dataclass(frozen=True)
class Bench:
    """Where copies of homes are damaged and used."""

    homes: Homes
    work: Path

    def truth(self) -> Seen:
        """Use an undamaged copy."""
        self._copy()
        seen, _ = look(self.work)
        return seen

    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind in KINDS if files_of(self.homes.newer, kind))

    def trials(self, truth: Seen, kind: str, count: int, seed: int) -> Iterator[Trial]:
        """Damage so many files of a kind, one after the other."""
        files = files_of(self.homes.newer, kind)
        for number in range(count):
            rng = random.Random(f"{seed}/{kind}/{number}")
            file = files[number % len(files)]
            name, damaged = draw(self._scene(kind, file), rng)
            self._copy()
            self._put(file, damaged)
            yield Trial(kind, file, name, judge(self.work, truth), number)

    def _copy(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.homes.newer, self.work)

    def _put(self, file: Path, damaged: Damaged) -> None:
        if damaged is None:
            (self.work / file).unlink()
        else:
            (self.work / file).write_bytes(damaged)

    def _scene(self, kind: str, file: Path) -> Scene:
        homes = self.homes
        older = homes.older / file
        others = [homes.stranger / other for other in files_of(homes.stranger, kind)]
        others += [homes.newer / f for f in files_of(homes.newer, kind) if f != file]
        return Scene(
            data=(homes.newer / file).read_bytes(),
            older=older.read_bytes() if older.is_file() else None,
            strangers=tuple(other.read_bytes() for other in others),
        )


@dataclass(frozen=True)
class Order:
    """All damages of one kind of file, for one process: ``dose`` is their number and the seed."""

    bench: Bench
    truth: Seen
    kind: str
    dose: tuple[int, int]


def perform(order: Order) -> list[Trial]:
    """Damage the files of a kind; clean up."""
    trials = list(order.bench.trials(order.truth, order.kind, *order.dose))
    shutil.rmtree(order.bench.work, ignore_errors=True)
    return trials

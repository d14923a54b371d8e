"""Files of every kind in a real home damaged in every way: nothing wrong is read in silence.

``scripts/damage --files 1000`` is the long dose; DAMAGE_FILES sets the short one.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.damage.file_kinds import KINDS, unclaimed
from tests.damage.home_making import make_homes
from tests.damage.running import Bench, Tally
from tests.damage.using import HARMLESS, OBSERVES, REPAIRED, RESTARTED, SAID, STOPPED, judge

pytestmark = pytest.mark.processes
FILES = int(os.environ.get("DAMAGE_FILES", "6"))
SEED = 20_261
NOT_THERE = {"failures", "evidence"}  # kinds that this home may have no file of
FOUND = {REPAIRED, RESTARTED, OBSERVES, SAID, STOPPED}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Copies in memory where that is possible: each opening syncs some ten times."""
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base) as folder:
        yield Bench(make_homes(Path(folder)), Path(folder) / "work")


def test_every_file_of_a_home_is_of_a_kind_that_is_damaged_here(bench: Bench) -> None:
    assert unclaimed(bench.homes.newer) == []
    assert set(KINDS) - set(bench.kinds()) <= NOT_THERE


def test_an_undamaged_home_is_used_as_it_is(bench: Bench) -> None:
    truth = bench.truth()
    bench.truth()

    assert judge(bench.work, truth).kind == HARMLESS


def test_no_damage_of_any_file_is_silent(bench: Bench) -> None:
    truth, tally = bench.truth(), Tally()
    for kind in bench.kinds():
        for trial in bench.trials(truth, kind, FILES, SEED):
            tally.add(trial)

    assert tally.silent == []
    assert sum(outcomes[kind] for outcomes in tally.outcomes.values() for kind in FOUND) > FILES
    assert set(tally.outcomes) == set(bench.kinds())


def test_a_clean_stop_says_which_file_and_what_is_wrong(bench: Bench) -> None:
    """Words that an operator can act on name the file, or the store that it belongs to."""
    truth = bench.truth()
    for kind in ("config.toml", "genesis.json", "consensus key", "offices: log", "certificate"):
        for trial in bench.trials(truth, kind, FILES, SEED + 1):
            if trial.outcome.kind == STOPPED:
                name = "offices" if kind.startswith("offices") else trial.file.name
                allowed = (name, "keys", "genesis", "config.toml")
                assert any(word in trial.outcome.words for word in allowed), trial

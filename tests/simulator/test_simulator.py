"""Seeds in the tests: no promise broken, rare states reached, one seed one run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.floors import too_rare
from tests.simulator.profiles import draw_plan, plan_from_json, plan_to_json
from tests.simulator.report import Run
from tests.simulator.running import Totals, replay_command, run_plan, run_seeds

ROOT = Path(__file__).resolve().parents[2]
REGRESSIONS = sorted((Path(__file__).parent / "regressions").glob("*.json"))
JOBS = os.cpu_count() or 1
SEED_COUNT = 1_000
FIRST_SEED = 1_000_000  # apart from those that are tried by hand


@pytest.mark.processes
def test_seeds_break_no_promise_and_reach_the_rare_states() -> None:
    """Checklist 20."""
    totals = Totals()
    for outcome in run_seeds(range(FIRST_SEED, FIRST_SEED + SEED_COUNT), "mixed", JOBS):
        totals.add(outcome)
    failed = [f"{replay_command(o, 'mixed')}: {o.violation}" for o in totals.failed]
    assert not failed, "\n".join(failed[:5])
    assert too_rare(totals) == []


def test_a_run_that_never_got_there_is_told() -> None:
    totals = Totals()
    totals.add(run_plan(draw_plan(1, "calm")))
    totals.seeds = 1_000
    assert any(line.startswith("crash: ") for line in too_rare(totals))
    assert "TOO RARE" in "\n".join(Run(totals, "by hand", 1.0, with_floors=True).lines())


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_a_seed_that_failed_once_passes_now(path: Path) -> None:
    outcome = run_plan(plan_from_json(path.read_text(encoding="utf-8")))
    assert outcome.violation is None


def test_a_plan_survives_being_written_down() -> None:
    plan = draw_plan(7, "turmoil")
    assert plan_from_json(plan_to_json(plan)) == plan


@pytest.mark.parametrize("profile", ["mixed", "disk"])
def test_the_same_seed_gives_the_same_run_under_any_hash_seed(profile: str) -> None:
    command = [sys.executable, "-m", "tests.simulator", "--fingerprints", "--profile", profile]
    command += ["--seeds", "6", "--jobs", "1"]
    runs = [
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].count("\n") == 6

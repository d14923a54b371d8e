"""Each way of running the simulator leaves a summary that counts in units of the evidence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.promises import UNITS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.processes
@pytest.mark.parametrize(
    ("arguments", "unit", "count"),
    [
        (("--seeds", "2"), "simulated seeds", 2),
        (("--twins", "2"), "twins scenarios", 2),
        (("--seeded-bugs", "--only", "canary"), "seeded bugs found", 1),
        (("--crash-points", "2"), "crash points", 2),
    ],
)
def test_a_run_says_what_it_did_and_what_was_injected(
    tmp_path: Path, arguments: tuple[str, ...], unit: str, count: int
) -> None:
    file = tmp_path / "run.json"
    command = (sys.executable, "-m", "tests.simulator", *arguments, "--json", str(file))
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    summary = json.loads(file.read_text(encoding="utf-8"))
    assert summary["counts"][unit] == count
    assert set(summary["counts"]) <= set(UNITS)
    assert summary["violations"] == []
    assert summary["faults"]
    assert summary["command"].startswith(f"scripts/simulate {arguments[0]}")

"""`./scripts/demo --story`: one patient's way by real processes, as a person would start it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes
ROOT = Path(__file__).parents[2]
STEP = re.compile(r"^ +(\d+)  (?:block +(\d+)|refused +) +(\d+) ms  (.+)$", re.MULTILINE)
WANTED = (
    "enrols", "confirms", "passkey", "books", "terminal attests", "registered", "prescribes",
    "settles", "issues the bill", "records the payment", "lets the insurer read", "claims",
    "decides", "pays", "second claim", "takes back", "red bill", "opens a case", "objects",
    "reviews with another key", "another institution", "closes",
)  # fmt: skip


def test_one_patients_way_is_played_and_every_step_has_its_block_and_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ledgerd.cli.demo.run", "--story", "--net", tmp_path / "net"]

    run = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300
    )

    assert run.returncode == 0, run.stderr
    steps = STEP.findall(run.stdout)
    told = [what for _, _, _, what in steps]
    assert [word for word in WANTED if not any(word in what for what in told)] == []
    heights = [int(height) for _, height, _, _ in steps if height]
    assert heights == sorted(heights)
    assert {what.rpartition(": ")[2] for _, height, _, what in steps if not height} == {
        "CLAIM_PAID",
        "SOMETHING_PAID",
    }

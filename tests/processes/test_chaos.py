"""A short dose of ``scripts/chaos``: one storm over four real nodes, then the checker."""

from pathlib import Path

import pytest

from tests.chaos import storm
from tests.chaos.scenario import Plan

pytestmark = pytest.mark.processes
SECONDS = 12.0  # one storm; setting up, healing and checking take as long again
PATIENCE_S = 60.0  # the figure of the promise needs a machine that does nothing else


def test_nothing_is_lost_doubled_or_split_in_a_storm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checklist 46."""
    lines: list[str] = []
    plan = Plan(
        seed=1, seconds=SECONDS, folder=tmp_path, rate=15.0, patience_s=PATIENCE_S, say=lines.append
    )

    outcome = storm.run(plan)

    with capsys.disabled():
        print("", *lines, sep="\n")
    assert outcome.violations == []
    assert outcome.figures["SIGKILLs"] >= 4
    assert outcome.figures["acknowledged"] >= 20
    assert len(outcome.figures["faults"]) >= 6
    assert outcome.figures["checked"]["chains verified"] == 4

"""A sample of all crash points; all of them: ``scripts/simulate --crash-points``."""

from collections import Counter

import pytest

from tests.damage.simulated_disk import Outcome
from tests.simulator.crash_points import PARTS, Point, crash_at, points, sample, script

SAMPLE_COUNT = 60


def test_the_script_has_some_fifty_blocks_two_changes_of_view_and_every_kind_of_effect() -> None:
    life = script()
    assert life.acknowledged == sum(PARTS) + 2
    every = list(points(life))
    assert Counter(point.scope for point in every)["disk lost"] == life.acknowledged
    for effects in life.effects:
        assert {"append", "sync", "synced", "send", "block", "written"} == set(effects)
    outcomes = Counter(point.outcome for point in every)
    assert all(outcomes[outcome] > 500 for outcome in Outcome)


@pytest.mark.slow
def test_a_power_cut_at_any_effect_breaks_no_promise() -> None:
    """Checklist 27."""
    broken = [found for point in sample(script(), SAMPLE_COUNT) if (found := crash_at(point))]
    assert broken == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 17, 35])
def test_what_a_client_was_told_survives_a_power_cut_of_all_and_the_loss_of_that_disk(
    number: int,
) -> None:
    assert crash_at(Point(0, number, None, "disk lost")) is None


def test_a_point_that_the_script_never_reaches_is_no_success() -> None:
    found = crash_at(Point(0, 10**6))
    assert found is not None
    assert "never came there" in found

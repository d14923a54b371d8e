"""Periods and the back-off as numbers."""

import pytest

from consensus import Timing
from consensus.timers import backed_off


def test_the_time_grows_by_half_up_to_eight_times() -> None:
    """Checklist 23."""
    grown = [backed_off(1_000, failed) for failed in (0, 1, 2, 3, 4, 5, 6)]
    assert grown == [1_000, 1_500, 2_250, 3_375, 5_062, 7_593, 8_000]


def test_impossible_times_are_refused() -> None:
    for wrong in ((0, 1), (1, -1)):
        with pytest.raises(AssertionError):
            backed_off(*wrong)
    for timing in ({"status_ms": 0}, {"wait_for_peers_ms": -1}):
        with pytest.raises(AssertionError):
            Timing(**timing)

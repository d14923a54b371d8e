"""Notes of keys that vote no more: written once, for one key, durable before it counts."""

from pathlib import Path

import pytest

from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.retired_keys import REASON_BYTES_MAX, RetiredKeys, note_name
from tests.damage.simulated_disk import Outcome, Power, PowerCut, SimulatedDirectory

KEY, OTHER = bytes([1]) * 32, bytes([2]) * 32


def test_a_note_outlives_everything_and_is_about_one_key(tmp_path: Path) -> None:
    RetiredKeys(RealDirectory(tmp_path)).retire(KEY, "its log is lost")
    again = RetiredKeys(RealDirectory(tmp_path))
    assert again.reason(KEY) == "its log is lost"
    assert again.reason(OTHER) is None


def test_the_first_reason_stays(tmp_path: Path) -> None:
    keys = RetiredKeys(RealDirectory(tmp_path))
    keys.retire(KEY, "its log is lost")
    keys.retire(KEY, "another reason")
    assert keys.reason(KEY) == "its log is lost"


def test_a_long_reason_is_cut(tmp_path: Path) -> None:
    keys = RetiredKeys(RealDirectory(tmp_path))
    keys.retire(KEY, "x" * 10_000)
    assert (tmp_path / note_name(KEY)).stat().st_size == REASON_BYTES_MAX


@pytest.mark.parametrize("cut_at", range(4))
def test_a_power_cut_leaves_a_key_that_may_vote_or_one_that_may_not(cut_at: int) -> None:
    directory = SimulatedDirectory(power=Power(cut_at))
    with pytest.raises(PowerCut):
        retire_two(RetiredKeys(directory))
    left = directory.after_power_cut(directory.name_change_count, Outcome.LOST, Outcome.LOST)
    assert RetiredKeys(left).reason(KEY) in {None, "", "lost"}


def retire_two(keys: RetiredKeys) -> None:
    keys.retire(KEY, "lost")
    keys.retire(OTHER, "lost")

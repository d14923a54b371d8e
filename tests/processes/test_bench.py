"""The bench, run for a second or two: every figure comes from nodes that really did the work."""

import pytest

from tests.bench.issuing import issue
from tests.bench.living import life
from tests.bench.options import Options

pytestmark = pytest.mark.processes


def test_a_short_run_commits_its_bills_and_each_node_verifies_each_signature_once() -> None:
    row = issue(Options(seconds=1, rate=200))

    assert row["committed"] > 0
    assert row["bills_per_s"] > 0
    assert row["verifications_per_bill_and_node"] == 1.0
    assert row["store_syncs_per_block_and_node"] >= 1.0
    assert row["tree_keys_per_bill"] >= 1.0


def test_one_signature_for_many_bills_is_verified_once_for_all_of_them() -> None:
    row = issue(Options(seconds=1, rate=200, per_signature=50))

    assert row["committed"] > 0
    assert row["committed"] % 50 == 0
    assert row["verifications_per_bill_and_node"] == 0.02


def test_a_whole_life_is_seven_committed_operations() -> None:
    row = life(Options(seconds=1, rate=140))

    assert row["lives"] > 0
    assert row["committed_operations"] == 7 * row["lives"]

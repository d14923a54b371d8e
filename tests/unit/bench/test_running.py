"""Figures of a run from what nodes and load counted."""

from tests.bench.load import Measured
from tests.bench.net import Cost, parse_metrics
from tests.bench.replication import least_kept, replicated
from tests.bench.running import row_of

METRICS = """\
# HELP ledgerd_store_syncs_total Synced batches.
# TYPE ledgerd_store_syncs_total counter
ledgerd_store_syncs_total 12.0
ledgerd_peer_linked{peer="x"} 1.0
ledgerd_height_blocks 7.0
"""
COUNTS = {
    "ledgerd_authorisations_verified_total": 400.0,
    "ledgerd_signatures_verified_total": 480.0,
    "ledgerd_file_syncs_total": 80.0,
    "ledgerd_store_syncs_total": 16.0,
    "ledgerd_tree_keys_changed_total": 404.0,
    "ledgerd_sent_bytes_total": 400_000.0,
}
MAXIMA = {"store_ms": 50.0, "turn_ms": 100.0, "gc_ms": 2.5}


def test_metrics_without_labels_are_read() -> None:
    assert parse_metrics(METRICS) == {
        "ledgerd_store_syncs_total": 12.0,
        "ledgerd_height_blocks": 7.0,
    }


def test_costs_are_told_for_a_bill_and_for_a_block_of_one_node() -> None:
    measured = Measured(100, 2.0, 3, [1.0] * 100, load_cpu_s=0.002)
    cost = Cost(0.4, 800_000, 64 << 20, 4, COUNTS, MAXIMA)

    row = row_of(measured, cost, nodes=4)

    assert (row["bills_per_s"], row["bills_per_block"], row["pool_full"]) == (50.0, 25.0, 3)
    assert row["cpu_us_per_bill_and_node"] == 1_000
    assert row["verifications_per_bill_and_node"] == 1.0
    assert row["signatures_per_block_and_node"] == 5.0
    assert (row["file_syncs_per_block_and_node"], row["store_syncs_per_block_and_node"]) == (5, 1)
    assert row["tree_keys_per_bill"] == 1.01
    assert (row["longest_store_ms"], row["loop_stall_ms_max"]) == (50, 100)
    assert row["load_cpu_us_per_bill"] == 20.0


def test_a_cost_since_an_earlier_look_has_its_own_counts_and_the_later_maxima() -> None:
    earlier = Cost(1.0, 10, 5, 2, {"a_total": 3.0}, {"turn_ms": 1.0})
    later = Cost(3.0, 30, 7, 6, {"a_total": 8.0}, {"turn_ms": 2.0})

    assert later.since(earlier) == Cost(2.0, 20, 7, 4, {"a_total": 5.0}, {"turn_ms": 2.0})


def test_replication_is_four_nodes_work_over_that_of_one_and_the_second_core() -> None:
    assert replicated(one_per_s=2_000, four_per_s=750, gain=2.0) == 0.75


def test_a_rate_that_falls_as_one_over_n_is_kept() -> None:
    assert least_kept({4: 1_000.0, 8: 500.0, 16: 300.0}) == 1.0
    assert least_kept({4: 1_000.0, 10: 200.0}) == 0.5

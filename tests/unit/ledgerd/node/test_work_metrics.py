"""Metrics of work: each count of the tally under its own name, in base units."""

from ledgerd.node.work_metrics import WorkCollector
from ledgerd.primitives.tally import Tally


def test_each_count_is_shown_under_its_name_and_the_longest_write_in_seconds() -> None:
    tally = Tally(
        signatures=1,
        authorisations=2,
        file_syncs=3,
        store_syncs=4,
        tree_keys=5,
        sent_bytes=6,
        store_ms_max=1_500.0,
    )

    shown = {
        sample.name: sample.value
        for metric in WorkCollector(tally).collect()
        for sample in metric.samples
    }

    assert shown == {
        "ledgerd_signatures_verified_total": 1,
        "ledgerd_authorisations_verified_total": 2,
        "ledgerd_file_syncs_total": 3,
        "ledgerd_store_syncs_total": 4,
        "ledgerd_tree_keys_changed_total": 5,
        "ledgerd_sent_bytes_total": 6,
        "ledgerd_block_store_seconds_max": 1.5,
    }

"""What the process has done, for a scraper: verifications, syncs, changed keys, bytes sent.

Rules: shows `primitives.tally` as it is; rates are the scraper's business. So a benchmark can say
how often a bill was verified and a block synced as the nodes count it, and not as it is believed.
"""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ledgerd.primitives.tally import Tally


class WorkCollector(Collector):
    """Turns a tally into metrics."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        """Give all counts."""
        tally = self._tally
        counts = {
            "signatures_verified": ("Ed25519 signatures verified.", tally.signatures),
            "authorisations_verified": (
                "Signatures of transactions verified.",
                tally.authorisations,
            ),
            "file_syncs": ("Syncs of logs and sentinels.", tally.file_syncs),
            "store_syncs": ("Synced batches of a store.", tally.store_syncs),
            "tree_keys_changed": ("Keys changed in the state tree.", tally.tree_keys),
            "sent_bytes": ("Bytes sent to other nodes.", tally.sent_bytes),
        }
        for name, (help_text, value) in counts.items():
            yield CounterMetricFamily(f"ledgerd_{name}", help_text, value)
        yield GaugeMetricFamily(
            "ledgerd_block_store_seconds_max",
            "The longest that a block took to be written and synced.",
            tally.store_ms_max / 1000,
        )

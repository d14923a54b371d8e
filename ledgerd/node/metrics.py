"""What a scraper reads: the node's numbers, in base units, with few labels.

Rules: collected on demand from the status, no counter in a hot path; a label is an institution of
the membership, never a bill, a patient or anything that a stranger chooses.
"""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ledgerd.node.garbage import PauseBook
from ledgerd.node.node import Node


class NodeCollector(Collector):
    """Turns status and peers into metrics."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def collect(self) -> Iterator[Metric]:
        """Give all metrics."""
        status = self._node.status()
        values = {
            "ledgerd_height_blocks": ("Height of the last applied block.", status.head.height),
            "ledgerd_sealed_height_blocks": (
                "Height of the last sealed block.",
                status.head.sealed_height,
            ),
            "ledgerd_view": ("Present view.", status.view),
            "ledgerd_ready": ("1 when the node can commit.", int(status.ready)),
            "ledgerd_amnesia": ("1 when this key never votes again.", int(status.amnesia)),
            "ledgerd_divergence": ("1 when others computed another block.", int(status.divergence)),
            "ledgerd_validators_linked": ("Validators linked.", status.connected_count),
            "ledgerd_pending_transactions": (
                "Transactions taken in here and in no block yet.",
                status.pending_transactions,
            ),
            "ledgerd_pending_bundles": ("Bundles in no block yet.", status.pending_bundles),
            "ledgerd_pool_bytes": ("Bytes of transactions and bundles held.", status.pool_bytes),
            "ledgerd_loop_stall_seconds": (
                "Longest time for which the event loop stood still.",
                status.loop_stall_ms_max / 1000,
            ),
        }
        for name, (help_text, value) in values.items():
            yield GaugeMetricFamily(name, help_text, value=value)
        yield self._peers()

    def _peers(self) -> Metric:
        linked = GaugeMetricFamily(
            "ledgerd_peer_linked", "1 when the link to this institution is up.", labels=["peer"]
        )
        for peer in self._node.peers():
            linked.add_metric([peer.institution], int(peer.connected))
        return linked


class PauseCollector(Collector):
    """Turns the pauses of the garbage collector into metrics."""

    def __init__(self, pauses: PauseBook) -> None:
        self._pauses = pauses

    def collect(self) -> Iterator[Metric]:
        """Give all metrics."""
        pauses = self._pauses
        yield CounterMetricFamily(
            "ledgerd_gc_pauses", "Collections of garbage since the node was ready.", pauses.count
        )
        yield CounterMetricFamily(
            "ledgerd_gc_pause_seconds", "Time that they took together.", pauses.total_ns / 1e9
        )
        yield GaugeMetricFamily(
            "ledgerd_gc_pause_seconds_max", "The longest of them.", pauses.longest_ns / 1e9
        )

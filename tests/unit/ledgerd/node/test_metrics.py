"""Metrics: the node's numbers, with labels that nobody from outside chooses."""

from dataclasses import dataclass, replace
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from consensus import SequenceNumber, View
from ledgerd.node.garbage import PauseBook
from ledgerd.node.metrics import NodeCollector, PauseCollector
from ledgerd.node.node import Node
from ledgerd.node.status import status_of
from ledgerd.node.views import NodeStatus, PeerStatus
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.samples import MEMBERS
from tests.unit.ledgerd.node.test_status import REPORT, WELL


async def test_all_metrics_carry_the_name_of_the_daemon_and_a_value(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        registry = CollectorRegistry()
        registry.register(NodeCollector(Node(engine)))

        lines = generate_latest(registry).decode().splitlines()

    values = [line for line in lines if not line.startswith("#")]
    assert "ledgerd_height_blocks 0.0" in values
    assert "ledgerd_ready 0.0" in values
    assert all(line.startswith("ledgerd_") for line in values)


@dataclass
class Shown:
    """A node of which everything is bad in its own way."""

    def status(self) -> NodeStatus:
        report = replace(REPORT, view=View(7), amnesia=True, divergence=SequenceNumber(4))
        numbers = {"pending_transactions": 11, "pending_bundles": 12, "pool_bytes": 13}
        return status_of(replace(WELL, report=report, loop_stall_ms_max=1_500, **numbers))

    def peers(self) -> tuple[PeerStatus, ...]:
        return tuple(
            PeerStatus(name, is_up, height=9, last_seen_ms=5, last_error="text", fault_count=2)
            for name, is_up in ((MEMBERS[1], True), (MEMBERS[2], False))
        )


def test_each_metric_shows_what_the_status_says_in_base_units() -> None:
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in NodeCollector(Shown()).collect()
        for sample in metric.samples
    }

    assert found == {
        ("ledgerd_height_blocks",): 5,
        ("ledgerd_sealed_height_blocks",): 5,
        ("ledgerd_view",): 7,
        ("ledgerd_ready",): 0,
        ("ledgerd_amnesia",): 1,
        ("ledgerd_divergence",): 1,
        ("ledgerd_validators_linked",): 2,
        ("ledgerd_pending_transactions",): 11,
        ("ledgerd_pending_bundles",): 12,
        ("ledgerd_pool_bytes",): 13,
        ("ledgerd_loop_stall_seconds",): 1.5,
        ("ledgerd_peer_linked", MEMBERS[1]): 1,
        ("ledgerd_peer_linked", MEMBERS[2]): 0,
    }


def test_the_pauses_of_the_garbage_collector_are_shown_in_base_units() -> None:
    book = PauseBook()
    book.count, book.total_ns, book.longest_ns = 3, 5_000_000_000, 2_500_000_000

    metrics = PauseCollector(book).collect()

    assert {sample.name: sample.value for metric in metrics for sample in metric.samples} == {
        "ledgerd_gc_pauses_total": 3,
        "ledgerd_gc_pause_seconds_total": 5.0,
        "ledgerd_gc_pause_seconds_max": 2.5,
    }

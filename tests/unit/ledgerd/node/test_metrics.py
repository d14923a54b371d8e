"""Metrics: the node's numbers, with labels that nobody from outside chooses."""

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from ledgerd.node.metrics import NodeCollector
from ledgerd.node.node import Node
from tests.unit.ledgerd.node.engines import running_engine


async def test_all_metrics_carry_the_name_of_the_daemon_and_a_value(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        registry = CollectorRegistry()
        registry.register(NodeCollector(Node(engine)))

        lines = generate_latest(registry).decode().splitlines()

    values = [line for line in lines if not line.startswith("#")]
    assert "ledgerd_height_blocks 0.0" in values
    assert "ledgerd_ready 0.0" in values
    assert all(line.startswith("ledgerd_") for line in values)

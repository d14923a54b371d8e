"""Probes: health, readiness, metrics."""

import pytest
from prometheus_client import CollectorRegistry, Counter

from ledgerd.rpc.probes import Probes
from tests.unit.ledgerd.rpc.rpc_desk import exchange, probes


def test_a_ready_node_says_so() -> None:
    found = probes().answer("/readyz")

    assert found is not None
    assert (found.status, found.body) == (200, b"ready\n")


def test_a_node_that_waits_says_for_what() -> None:
    found = probes("no quorum", "disk").answer("/readyz")

    assert found is not None
    assert (found.status, found.body) == (503, b"no quorum\ndisk\n")


def test_metrics_are_exposed() -> None:
    metrics = CollectorRegistry()
    Counter("ledgerd_blocks", "Blocks.", registry=metrics).inc(3)

    found = Probes(lambda: (), metrics).answer("/metrics")

    assert found is not None
    assert b"ledgerd_blocks_total 3.0" in found.body


def test_there_is_nothing_else() -> None:
    assert probes().answer("/") is None


@pytest.mark.parametrize("path", ["/healthz", "/readyz?verbose", "/metrics"])
async def test_a_probe_needs_no_credential(path: str) -> None:
    status, _ = await exchange(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    assert status == 200

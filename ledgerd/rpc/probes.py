"""``/healthz``, ``/readyz`` and ``/metrics``: what a supervisor and a scraper ask.

Rules: no credential, no argument, nothing about a bill or a patient; a label has few values that
are known beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest

TEXT = "text/plain; charset=utf-8"
METRICS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """Status, content type and body of one probe."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Probes:
    """The three probes.

    Attributes:
        why_not_ready: what the node still waits for; empty when it is ready. It is called on
            each probe and must not block.
        metrics: the collectors to expose.
    """

    why_not_ready: Callable[[], tuple[str, ...]]
    metrics: CollectorRegistry

    def answer(self, path: str) -> ProbeAnswer | None:
        """Answer the probe at ``path``; None when there is none."""
        if path == "/healthz":
            return ProbeAnswer(200, TEXT, b"ok\n")
        if path == "/readyz":
            reasons = self.why_not_ready()
            text = "".join(f"{reason}\n" for reason in reasons) or "ready\n"
            return ProbeAnswer(503 if reasons else 200, TEXT, text.encode())
        if path == "/metrics":
            return ProbeAnswer(200, METRICS_TEXT, generate_latest(self.metrics))
        return None

"""The scenarios by name. A new one is an import and a line here."""

from tests.bench import (
    catching_up,
    growth,
    issuing,
    living,
    members,
    profiling,
    reading,
    replication,
    sealing,
    submitting,
)
from tests.bench.options import Options, Row, Scenario

__all__ = ["SCENARIOS", "Options", "Row", "Scenario"]

SCENARIOS: dict[str, Scenario] = {
    "issue": issuing.issue,
    "issue-50": issuing.issue_50,
    "life": living.life,
    "light": issuing.light,
    "half": issuing.half,
    "idle": issuing.idle,
    "overload": issuing.overload,
    "seal": sealing.seal,
    "submit": submitting.submit,
    "reads": reading.reads,
    "replication": replication.replication,
    "scale": replication.scale,
    "profile": profiling.profile,
    "growth": growth.growth,
    "catch-up": catching_up.catch_up,
    **members.SCENARIOS,
}

"""The scenarios that ``scripts/chaos --scenario NAME`` knows."""

from tests.chaos import primaries, storm
from tests.chaos.scenario import Scenario

SCENARIOS: dict[str, Scenario] = {
    "storm": Scenario("every kind of fault in turn and at once, under load", storm.run),
    **primaries.SCENARIOS,
}

"""Goals: met, missed by how much, or not measured."""

from tests.bench.goals import GOALS, Goal, Judged, goal_lines, judge
from tests.bench.scenarios import SCENARIOS

FLOOR = Goal("rate", "issue", "bills_per_s", 2_000, is_floor=True)
CEILING = Goal("p99", "light", "p99_ms", 50)


def test_a_floor_is_met_from_its_bound_on_and_a_ceiling_up_to_it() -> None:
    assert Judged(FLOOR, 2_000).verdict == Judged(CEILING, 50).verdict == "met"
    assert Judged(FLOOR, 1_000).verdict == "missed: 50 %"
    assert Judged(CEILING, 200).verdict == "missed: 25 %"
    assert Judged(CEILING, None).verdict == "not measured"


def test_medians_of_all_runs_are_held_against_the_goals() -> None:
    runs = {"light": [{"p99_ms": 10.0}, {"p99_ms": 90.0}, {"p99_ms": 40.0}]}

    found = {(j.goal.scenario, j.goal.figure): j.value for j in judge(runs)}

    assert found["light", "p99_ms"] == 40.0
    assert found["issue", "bills_per_s"] is None


def test_the_table_shows_what_ran_and_the_ratio_to_the_bound() -> None:
    runs = {"issue": [{"bills_per_s": 1_150.0, "ratio_to_bound": 0.4}]}

    lines = goal_lines(runs)

    assert len(lines) == 3  # a head, the rate, its ratio to the bound
    assert "missed: 50 %" in lines[1]
    assert lines[1].endswith("0.4")


def test_every_goal_is_of_a_scenario_that_exists() -> None:
    assert {goal.scenario for goal in GOALS} <= set(SCENARIOS)

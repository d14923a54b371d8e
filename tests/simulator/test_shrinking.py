"""Only what a failure needs is left of its plan."""

from dataclasses import replace

from tests.simulator.network import Weather
from tests.simulator.profiles import Hazards, Machine, Plan
from tests.simulator.shrinking import shrink, simpler_plans

PLAN = Plan(
    seed=1,
    byzantine=((1, ("silent", "replaying")),),
    weather=Weather(loss=0.3, loss_of=(("Commit", 0.9),)),
    machine=Machine(sync_ms=5),
    hazards=Hazards(crashes=3, pauses=2),
)


def test_everything_that_the_failure_does_not_need_goes() -> None:
    def fails(plan: Plan) -> bool:
        return plan.hazards.crashes > 0 and any("replaying" in s for _, s in plan.byzantine)

    assert shrink(PLAN, fails) == Plan(
        seed=1, byzantine=((1, ("replaying",)),), hazards=Hazards(crashes=3), bundle_count=1
    )


def test_a_plan_that_fails_only_as_a_whole_stays() -> None:
    assert shrink(PLAN, lambda _plan: False) == PLAN


def test_a_plan_without_trouble_has_nothing_simpler_but_less_load() -> None:
    plan = Plan(seed=1, bundle_count=2)
    assert list(simpler_plans(plan)) == [replace(plan, bundle_count=1)]

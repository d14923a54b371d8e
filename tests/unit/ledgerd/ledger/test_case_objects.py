"""Alerts and cases in the state: bounded, small, and nobody's name in them."""

import pytest

from ledgerd.ledger.case_objects import Alert, Case, StepKind
from ledgerd.ledger.case_queries import case_of
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import ANNA


@pytest.mark.parametrize("type_", [Alert, Case])
def test_every_field_has_a_bound(type_: type) -> None:
    places = {place.split(".", 1)[1] for place in unbounded_fields(type_)}

    assert places <= {"result", "state", "steps[].kind"}


def test_a_case_judged_twice_stays_small_and_names_no_patient() -> None:
    state = told_story().world.state
    (key,) = (key for key in state if key.startswith(b"q"))

    assert len(state[key]) < 2_500
    assert ANNA not in state[key]


def test_a_case_remembers_its_steps_by_kind() -> None:
    world = told_story().world
    (key,) = (key for key in world.state if key.startswith(b"q"))
    case = case_of(world, key)

    assert case is not None
    assert case.review_count == 2
    assert len(case.steps_of(StepKind.ASSIGNED)) == 2
    assert [step.kind for step in case.steps] == [1, 2, 3, 4, 3, 1, 4, 5]

"""Testing the tests: every seeded bug is found, with the seed that found it before tried first."""

import os

import pytest

from tests.simulator.running import run_plan
from tests.simulator.seeded_bugs import BUGS, by_name
from tests.simulator.seeded_bugs_hunt import Catch, hunt, known_seeds

JOBS = os.cpu_count() or 1


@pytest.fixture(scope="module")
def catches() -> dict[str, Catch]:
    """Hunt all of them on all cores; each test looks at one."""
    return {catch.name: catch for catch in hunt(BUGS, JOBS, known_seeds())}


@pytest.mark.processes
@pytest.mark.parametrize("name", [bug.name for bug in BUGS])
def test_a_seeded_bug_is_found(name: str, catches: dict[str, Catch]) -> None:
    """Checklist 5."""
    catch = catches[name]
    assert catch.found is not None, f"{catch.missed} in {catch.tried} runs"


def test_there_are_many_bugs_and_each_has_a_name_of_its_own() -> None:
    names = {bug.name for bug in BUGS}
    assert len(names) == len(BUGS) >= 90
    assert set(known_seeds()) <= names


def test_a_scenario_stands_in_for_seeds_only_where_it_says_why() -> None:
    assert sorted(bug.name for bug in BUGS if bug.story is not None and not bug.why) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_canary_s_plans_pass_without_the_canary(seed: int) -> None:
    assert run_plan(by_name("canary").plan(seed)).violation is None

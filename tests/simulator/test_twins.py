"""A dose of Twins scenarios, the numbers that they are, and mistakes that they find."""

import os

import pytest

from consensus import Membership
from consensus.proofs import Proofs
from tests.simulator.twins import ENUMERATED, GROUPS, scenario
from tests.simulator.twins_running import play_many, play_number

JOBS = os.cpu_count() or 1
DOSE = 100  # enumerated ones, and as many drawn ones
MISTAKE_WITHIN = 300


@pytest.mark.processes
@pytest.mark.parametrize("first", [2_000, len(ENUMERATED)], ids=["enumerated", "drawn"])
def test_a_dose_of_twins_breaks_no_promise(first: int) -> None:
    """Checklist item 3; items 1 and 2 are among what the twins do."""
    counts, broken = play_many(first, DOSE, JOBS)
    assert broken == []
    assert counts["scenarios"] == DOSE
    assert counts["batches decided"] > DOSE
    assert counts["fault CONFLICTING_PREPARE"] > 0


def test_all_partitions_and_leaders_of_two_rounds_are_enumerated_once() -> None:
    """Sixteen ways to part five machines in two groups, four leaders, one and two rounds."""
    partitions = {(group, 0b11111 ^ group) for group in GROUPS}
    assert len(partitions) == 16
    assert len(set(ENUMERATED)) == len(ENUMERATED) == 64 + 64 * 64


def test_a_scenario_is_its_number() -> None:
    number = len(ENUMERATED) + 7
    assert scenario(number) == scenario(number)
    assert play_number(number) == play_number(number)
    assert len({scenario(number + offset) for offset in range(50)}) == 50


def first_violation() -> str:
    numbers = range(len(ENUMERATED), len(ENUMERATED) + MISTAKE_WITHIN)
    return next((found for found in (play_number(n)[1] for n in numbers) if found), "")


def test_twins_find_a_quorum_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Membership.__post_init__

    def with_a_quorum_of_two(members: Membership) -> None:
        right(members)
        object.__setattr__(members, "quorum", 2)

    monkeypatch.setattr(Membership, "__post_init__", with_a_quorum_of_two)
    assert first_violation()


def test_twins_find_who_forgets_what_was_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Proofs, "prepared", lambda *_: None)
    assert first_violation().startswith(("6", "1", "exception"))

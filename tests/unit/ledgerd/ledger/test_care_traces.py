"""Replays of operations of care; the story replays each of them at every height."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.care_handlers import CARE_HANDLERS
from ledgerd.ledger.care_traces import FINDERS
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.samples_care import CARE_SAMPLES
from tests.unit.ledgerd.ledger.world import ANNA, FINANCE, HOSPITAL, HOSPITAL_2, MEDICARE, World
from tests.unit.ledgerd.ledger.world_care import (
    anchor,
    approve,
    book,
    complete,
    confirm,
    dispense,
    prescribe,
    register,
    registered,
    requested,
)


def test_every_operation_has_a_finder() -> None:
    assert set(FINDERS) == set(CARE_HANDLERS)


@pytest.mark.parametrize("sample", CARE_SAMPLES, ids=lambda one: type(one).__name__)
def test_nothing_is_found_where_nothing_is(sample) -> None:
    world = World()
    world.enrol()

    for who, role in ((HOSPITAL, "office"), (ANNA, "device"), (FINANCE, "reviewer")):
        assert world.code(who, role, replace(sample, client_ref="x")) is not Code.REPEATED


def test_steps_of_a_visit_are_recognised_after_later_ones() -> None:
    world = World()
    visit = registered(world)
    world.must(HOSPITAL, "clerk", complete(visit))

    assert world.code(HOSPITAL, "office", book(world.today)) is Code.REPEATED
    assert world.code(HOSPITAL, "clerk", register(world.today, visit)) is Code.REPEATED
    assert world.code(HOSPITAL, "clerk", complete(visit)) is Code.REPEATED


def test_another_operation_under_the_same_ref_is_a_conflict() -> None:
    world = World()
    visit = registered(world)
    key = world.must(HOSPITAL, "clerk", prescribe(visit, world.today))
    world.must(HOSPITAL_2, "clerk", dispense(key))
    world.must(HOSPITAL, "office", anchor(world.today))

    other = replace(dispense(key), sealed=prescribe(visit, world.today).sealed)
    assert world.code(HOSPITAL_2, "clerk", other) is Code.CONFLICTING_CLIENT_REF
    assert world.code(HOSPITAL, "office", anchor(world.today, 8)) is Code.CONFLICTING_CLIENT_REF
    twice = prescribe(visit, world.today, times=1)
    assert world.code(HOSPITAL, "clerk", twice) is Code.CONFLICTING_CLIENT_REF


def test_each_approval_and_each_word_of_a_keeper_is_recognised() -> None:
    world = World()
    world.allot()
    world.enrol()
    _, key = requested(world)
    world.must(FINANCE, "reviewer", approve(key))
    world.must(MEDICARE, "reviewer", approve(key))
    world.must(HOSPITAL, "office", confirm(key))

    assert world.code(FINANCE, "reviewer", approve(key)) is Code.REPEATED
    assert world.code(MEDICARE, "reviewer", approve(key)) is Code.REPEATED
    assert world.code(HOSPITAL, "office", confirm(key)) is Code.REPEATED

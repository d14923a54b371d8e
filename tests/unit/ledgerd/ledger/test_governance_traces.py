"""Traces of governance: found by the ref, or by the voter."""

import pytest

from ledgerd.ledger.governance_operations import Suspension
from ledgerd.ledger.governance_traces import FINDERS
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import ANNA, FINANCE, HOSPITAL, HOSPITAL_2, INSURER, World
from tests.unit.ledgerd.ledger.world_books import ballot, proposal, registration, rotation


@pytest.fixture
def world() -> World:
    return World()


def test_own_affairs_under_the_same_ref_conflict_and_repeat(world: World) -> None:
    first = rotation(HOSPITAL, "clerk", "one")
    world.must(HOSPITAL, "admin", first)
    other = registration(HOSPITAL, "one")
    same_ref = type(other)(
        client_ref=first.client_ref, terminal=other.terminal, possession=other.possession
    )

    assert world.code(HOSPITAL, "admin", first) is Code.REPEATED
    assert world.code(HOSPITAL, "admin", same_ref) is Code.CONFLICTING_CLIENT_REF
    assert len(FINDERS) == 5


def test_a_vote_and_a_proposal_repeat_at_later_heights(world: World) -> None:
    made = proposal(world, Suspension(institution=HOSPITAL_2))
    key = world.must(FINANCE, "admin", made)
    cast = ballot(key, approve=False)
    world.must(INSURER, "admin", cast)
    world.time_ms += 10**9

    assert world.code(FINANCE, "admin", made) is Code.REPEATED
    assert world.code(INSURER, "admin", cast) is Code.REPEATED


def test_an_account_leaves_no_trace_of_governance(world: World) -> None:
    world.enrol()

    assert world.code(ANNA, "device", rotation(HOSPITAL, "clerk", "x")) is Code.KIND_NOT_ALLOWED
    made = proposal(world, Suspension(institution=HOSPITAL_2))
    assert world.code(ANNA, "device", made) is Code.KIND_NOT_ALLOWED

"""Attested presence: fresh, of this person, from here, used once."""

import pytest
from msgspec.structs import replace

from ledgerd.chain.params import HOUR_MS
from ledgerd.ledger.patient_queries import presence_of
from ledgerd.ledger.presences import use_presence
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    HOSPITAL,
    HOSPITAL_2,
    MEDICARE,
    World,
    bill_ref,
    claim,
    confirmation,
    key_of,
    owner_of,
)
from tests.unit.ledgerd.ledger.world_patients import (
    CARL,
    assisted,
    enrol_without_device,
    presence,
    without_device,
)

__all__ = ["use_presence"]  # reached through execution


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    return world


def acting(world: World, seen: bytes, number: int = 1, who: str = HOSPITAL) -> Code:
    """Let a clerk file a claim of Carl on a bill of his, resting on a presence."""
    ref = world.bill(number, owner=owner_of(bill_ref(number), CARL))
    return world.code(who, "clerk", assisted(claim((ref,), world.today), seen))


def test_a_presence_says_who_was_checked_and_how_and_no_more(world: World) -> None:
    enrol_without_device(world)

    key = world.must(HOSPITAL, "terminal", presence(world))

    made = presence_of(world, key)
    assert made is not None
    assert (made.account, made.check, made.used) == (CARL, 3, None)
    assert made.attested.signer == key_of(HOSPITAL, "terminal")


def test_one_act_rests_on_a_presence(world: World) -> None:
    enrol_without_device(world)
    seen = world.must(HOSPITAL, "terminal", presence(world))

    assert acting(world, seen) is Code.OK
    assert acting(world, seen, 2) is Code.PRESENCE_USED
    made = presence_of(world, seen)
    assert made is not None
    assert made.used is not None


def test_a_refused_act_uses_no_presence(world: World) -> None:
    enrol_without_device(world)
    seen = world.must(HOSPITAL, "terminal", presence(world))
    unpaid = claim((world.issued(1, owner=owner_of(bill_ref(1), CARL)),), world.today)

    assert world.code(HOSPITAL, "clerk", assisted(unpaid, seen)) is Code.NOT_SUPERVISED
    assert acting(world, seen, 2) is Code.OK


def test_a_presence_is_fresh_for_an_hour(world: World) -> None:
    enrol_without_device(world)
    early = world.must(HOSPITAL, "terminal", presence(world, ref="early"))
    world.time_ms += HOUR_MS

    assert acting(world, early) is Code.PRESENCE_STALE


def test_a_presence_is_of_this_person_and_from_here(world: World) -> None:
    world.enrol(ANNA)
    enrol_without_device(world)
    of_anna = world.must(HOSPITAL, "terminal", presence(world, ANNA))
    elsewhere = world.must(HOSPITAL_2, "terminal", presence(world))

    assert acting(world, of_anna) is Code.PRESENCE_DIFFERS
    assert acting(world, elsewhere, 2) is Code.PRESENCE_DIFFERS
    assert acting(world, b"p" + bytes(38), 3) is Code.NOT_FOUND
    assert acting(world, bytes(39), 4) is Code.NOT_FOUND


def test_the_presence_at_an_enrolment_serves_the_account_that_followed(world: World) -> None:
    before = world.must(HOSPITAL, "terminal", presence(world, None, "before"))
    other = world.must(HOSPITAL_2, "terminal", presence(world, None, "other"))
    world.must(HOSPITAL, "clerk", without_device())
    world.must(MEDICARE, "reviewer", confirmation(CARL))
    after = world.must(HOSPITAL, "terminal", presence(world, None, "after"))

    assert acting(world, after) is Code.PRESENCE_DIFFERS
    assert acting(world, other, 2, HOSPITAL_2) is Code.PRESENCE_DIFFERS
    assert acting(world, before, 3) is Code.OK


def test_a_presence_names_a_day_and_an_account_that_are(world: World) -> None:
    unknown = presence(world, b"nobody".ljust(16))

    assert world.code(HOSPITAL, "terminal", unknown) is Code.NOT_FOUND
    wrong = replace(presence(world, None), date=2020_01_01)
    assert world.code(HOSPITAL, "terminal", wrong) is Code.BAD_DATE
    assert world.code(HOSPITAL, "clerk", presence(world, None)) is Code.ROLE_NOT_ALLOWED

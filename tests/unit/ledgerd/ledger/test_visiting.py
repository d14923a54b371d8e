"""What lets a visit be booked, registered, cancelled, completed, and what stops it."""

from ledgerd.chain.params import HOUR_MS
from ledgerd.ledger.care_objects import VisitState
from ledgerd.ledger.care_queries import visit_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import HOSPITAL, HOSPITAL_2, World, hash_of
from tests.unit.ledgerd.ledger.world_care import (
    attest,
    book,
    cancel,
    complete,
    register,
    registered,
)


def test_a_visit_is_booked_registered_and_completed() -> None:
    world = World()
    visit = registered(world)

    world.must(HOSPITAL, "clerk", complete(visit))

    found = visit_of(world, visit)
    assert found is not None
    assert found.state is VisitState.COMPLETED
    assert len(found.sealed) == 3


def test_a_patient_may_come_without_a_booking() -> None:
    world = World()

    visit = world.must(HOSPITAL, "office", register(world.today))

    found = visit_of(world, visit)
    assert found is not None
    assert found.state is VisitState.REGISTERED


def test_a_day_far_away_is_no_day_of_a_visit() -> None:
    world = World()

    assert world.code(HOSPITAL, "clerk", book(2020_01_01)) is Code.BAD_DATE
    assert world.code(HOSPITAL, "clerk", register(2020_01_01)) is Code.BAD_DATE


def test_only_the_hospital_of_the_visit_moves_it() -> None:
    world = World()
    visit = world.must(HOSPITAL, "office", book(world.today))

    for step in (register(world.today, visit), cancel(visit), complete(visit)):
        assert world.code(HOSPITAL_2, "clerk", step) is Code.NOT_A_PARTY
    assert world.code(HOSPITAL, "clerk", cancel(b"v" + bytes(38))) is Code.NOT_FOUND


def test_a_visit_is_registered_once_and_under_its_own_commitment() -> None:
    world = World()
    visit = world.must(HOSPITAL, "office", book(world.today))
    other = register(world.today, visit, visit=hash_of("other"))

    assert world.code(HOSPITAL, "clerk", other) is Code.VISIT_DIFFERS
    world.must(HOSPITAL, "clerk", register(world.today, visit))
    again = register(world.today, visit, client_ref="again")
    assert world.code(HOSPITAL, "clerk", again) is Code.ALREADY_REGISTERED


def test_nobody_completes_a_visit_to_which_nobody_came() -> None:
    world = World()
    visit = world.must(HOSPITAL, "office", book(world.today))

    assert world.code(HOSPITAL, "clerk", complete(visit)) is Code.VISIT_NOT_REGISTERED


def test_a_cancelled_visit_is_over() -> None:
    world = World()
    visit = world.must(HOSPITAL, "office", book(world.today))
    world.must(HOSPITAL, "clerk", cancel(visit))

    assert world.code(HOSPITAL, "clerk", register(world.today, visit)) is Code.VISIT_CLOSED
    assert world.code(HOSPITAL, "clerk", complete(visit)) is Code.VISIT_CLOSED


def test_a_completed_visit_is_not_cancelled() -> None:
    world = World()
    visit = registered(world)
    world.must(HOSPITAL, "clerk", complete(visit))

    assert world.code(HOSPITAL, "clerk", cancel(visit)) is Code.VISIT_CLOSED


def test_a_registration_may_rest_on_a_presence_of_the_same_visit() -> None:
    world = World()
    seen = world.must(HOSPITAL, "terminal", attest(world.today))

    visit = world.must(HOSPITAL, "clerk", register(world.today, presence=seen))

    found = visit_of(world, visit)
    assert found is not None
    assert found.presence == seen


def test_a_presence_that_names_no_visit_holds_for_any() -> None:
    world = World()
    seen = world.must(HOSPITAL, "terminal", attest(world.today, visit=None))

    assert world.code(HOSPITAL, "clerk", register(world.today, presence=seen)) is Code.OK


def test_a_presence_elsewhere_for_another_visit_or_long_ago_does_not_count() -> None:
    world = World()
    elsewhere = world.must(HOSPITAL_2, "terminal", attest(world.today))
    other = attest(world.today, "for another", hash_of("other"))
    for_another = world.must(HOSPITAL, "terminal", other)
    seen = world.must(HOSPITAL, "terminal", attest(world.today))

    def code(presence: bytes) -> Code:
        return world.code(HOSPITAL, "clerk", register(world.today, presence=presence))

    assert code(elsewhere) is Code.PRESENCE_DIFFERS
    assert code(for_another) is Code.PRESENCE_DIFFERS
    assert code(b"p" + bytes(38)) is Code.NOT_FOUND
    world.time_ms += HOUR_MS
    assert code(seen) is Code.PRESENCE_STALE

"""Accounts: opened and confirmed."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.queries import account_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    MEDICARE,
    MEDICARE_2,
    World,
    confirmation,
    enrolment,
    hash_of,
)


@pytest.fixture
def world() -> World:
    return World()


def test_an_account_is_enrolled_by_one_key_and_confirmed_by_the_registrar(world: World) -> None:
    world.must(HOSPITAL, "clerk", enrolment(ANNA))

    foreign = world.code(MEDICARE_2, "reviewer", confirmation(ANNA))
    world.must(MEDICARE, "reviewer", confirmation(ANNA))

    account = account_of(world, ANNA)
    assert foreign is RejectCode.NOT_A_PARTY
    assert account is not None
    assert account.confirmed is not None


def test_one_person_has_one_confirmed_account(world: World) -> None:
    world.enrol(ANNA)
    world.must(HOSPITAL, "clerk", enrolment(BERT))
    same_person = replace(confirmation(BERT), token=confirmation(ANNA).token)

    assert world.code(MEDICARE, "reviewer", same_person) is RejectCode.PERSON_HAS_ACCOUNT


def test_an_account_is_confirmed_once_and_must_exist(world: World) -> None:
    world.enrol(ANNA)
    again = replace(confirmation(ANNA), client_ref="again", token=hash_of("x"))

    assert world.code(MEDICARE, "reviewer", again) is RejectCode.ALREADY_CONFIRMED
    assert world.code(MEDICARE, "reviewer", confirmation(BERT)) is RejectCode.NOT_FOUND


def test_an_account_id_is_taken_once(world: World) -> None:
    world.enrol(ANNA)

    again = replace(enrolment(ANNA), client_ref="again")

    assert world.code(HOSPITAL_2, "clerk", again) is RejectCode.ACCOUNT_EXISTS


def test_a_device_key_that_anybody_could_sign_for_is_refused(world: World) -> None:
    weak = replace(enrolment(ANNA), device_key=bytes(32))
    no_registrar = replace(enrolment(ANNA), registrar=INSURER)

    assert world.code(HOSPITAL, "clerk", weak) is RejectCode.BAD_KEY
    assert world.code(HOSPITAL, "clerk", no_registrar) is RejectCode.UNKNOWN_INSTITUTION

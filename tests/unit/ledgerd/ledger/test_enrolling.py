"""Accounts, grants and the delivery of keys."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.claim_operations import DeliverKey, GrantAccess
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, PublicPosition, Purpose
from ledgerd.ledger.queries import account_of, delivery_of, grant_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    INSURER_2,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    confirmation,
    enrolment,
    hash_of,
    salt_of,
    sidecar,
)


@pytest.fixture
def world() -> World:
    return World()


def grant(world: World, ref: BillRef, **changes: object) -> GrantAccess:
    values: dict[str, object] = {
        "client_ref": "grant",
        "bill": ref,
        "salt": salt_of(ref),
        "reader": INSURER,
        "parts": 3,
        "purpose": Purpose.CLAIM,
        "until_ms": world.time_ms + DAY_MS,
    }
    return GrantAccess(**{**values, **changes})


def delivery(ref: BillRef, grant_id: bytes, **changes: object) -> DeliverKey:
    values: dict[str, object] = {
        "client_ref": "deliver",
        "bill": ref,
        "grant": grant_id,
        "own_delivery": None,
        "key_number": 1,
        "document": sidecar("document"),
    }
    return DeliverKey(**{**values, **changes})


def granted_bill(world: World, **changes: object) -> tuple[BillRef, bytes]:
    world.allot()
    world.enrol()
    ref = world.bill(1, **changes)
    return ref, world.must(ANNA, "device", grant(world, ref))[-16:]


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


def test_the_owner_grants_and_nobody_else(world: World) -> None:
    ref, grant_id = granted_bill(world)
    world.enrol(BERT)
    wrong_salt = grant(world, ref, client_ref="b", salt=hash_of("guess"))

    found = grant_of(world, ref, grant_id)
    assert found is not None
    assert (found.account, found.reader) == (ANNA, INSURER)
    assert world.code(BERT, "device", grant(world, ref)) is RejectCode.NOT_THE_OWNER
    assert world.code(ANNA, "device", wrong_salt) is RejectCode.NOT_THE_OWNER


def test_an_unconfirmed_account_cannot_grant(world: World) -> None:
    world.allot()
    world.must(HOSPITAL, "clerk", enrolment(ANNA))
    ref = world.bill(1)

    assert world.code(ANNA, "device", grant(world, ref)) is RejectCode.ACCOUNT_NOT_CONFIRMED


def test_a_grant_lies_in_the_future_and_names_a_bill_and_a_reader(world: World) -> None:
    ref, _ = granted_bill(world)
    past = grant(world, ref, client_ref="p", until_ms=world.time_ms)
    nobody = grant(world, ref, client_ref="n", reader="0" * 18)
    no_bill = grant(world, bill_ref(9))

    assert world.code(ANNA, "device", past) is RejectCode.GRANT_EXPIRED
    assert world.code(ANNA, "device", nobody) is RejectCode.UNKNOWN_INSTITUTION
    assert world.code(ANNA, "device", no_bill) is RejectCode.NOT_FOUND


def test_the_issuer_delivers_the_keys_of_a_grant(world: World) -> None:
    ref, grant_id = granted_bill(world)

    key = world.must(HOSPITAL, "office", delivery(ref, grant_id))

    found = delivery_of(world, ref, key[-16:])
    assert found is not None
    assert (found.reader, found.document) == (INSURER, sidecar("document"))


def test_a_delivery_needs_its_grant_in_force(world: World) -> None:
    ref, grant_id = granted_bill(world)
    unknown = delivery(ref, bytes(16))
    world.time_ms += 2 * DAY_MS

    assert world.code(HOSPITAL, "office", unknown) is RejectCode.NOT_FOUND
    assert world.code(HOSPITAL, "office", delivery(ref, grant_id)) is RejectCode.GRANT_EXPIRED


def test_who_cannot_read_all_of_it_cannot_hand_it_on(world: World) -> None:
    ref, both = granted_bill(world)
    face = world.must(ANNA, "device", grant(world, ref, client_ref="face", parts=1))[-16:]

    assert world.code(INSURER_2, "office", delivery(ref, both)) is RejectCode.SCOPE_NOT_HELD
    assert world.code(FINANCE, "office", delivery(ref, both)) is RejectCode.SCOPE_NOT_HELD
    assert world.code(FINANCE, "office", delivery(ref, face)) is RejectCode.OK


def test_the_settling_bureau_can_hand_on(world: World) -> None:
    world.allot()
    world.enrol()
    settled = world.settle(100_00, 0)
    ref = world.bill(1, public=PublicPosition.SETTLED, settlement=settled)
    grant_id = world.must(ANNA, "device", grant(world, ref))[-16:]

    assert world.code(MEDICARE_2, "office", delivery(ref, grant_id)) is RejectCode.SCOPE_NOT_HELD
    assert world.code(MEDICARE, "office", delivery(ref, grant_id)) is RejectCode.OK


def test_a_reader_by_delivery_can_hand_on_what_it_was_given(world: World) -> None:
    ref, grant_id = granted_bill(world)
    own = world.must(HOSPITAL, "office", delivery(ref, grant_id))[-16:]
    other = grant(world, ref, client_ref="second", reader=INSURER_2)
    second = world.must(ANNA, "device", other)[-16:]
    handed_on = delivery(ref, second, own_delivery=own)

    assert world.code(INSURER_2, "office", handed_on) is RejectCode.SCOPE_NOT_HELD
    assert world.code(INSURER, "office", handed_on) is RejectCode.OK

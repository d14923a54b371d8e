"""Keys of accounts: who adds, who confirms, who refuses, and what a waiting key may not do."""

import pytest
from msgspec.structs import replace

from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.ledger.claim_operations import WithdrawClaim
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.patient_keys import account_in_hand, first_key, is_acceptable
from ledgerd.ledger.patient_objects import KEYS_MAX, Account
from ledgerd.ledger.patient_operations import RefuseKey, RevokePatientKey
from ledgerd.ledger.patient_queries import key_record_of
from ledgerd.ledger.queries import account_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    HOSPITAL,
    HOSPITAL_2,
    MEDICARE,
    MEDICARE_2,
    World,
    claim,
    enrolment,
    hash_of,
    key_of,
)
from tests.unit.ledgerd.ledger.world_patients import (
    added_key,
    confirmed_key,
    ref_by,
    without_device,
)

__all__ = ["account_in_hand", "first_key"]  # reached through execution
DELAY_MS = 3 * DAY_MS
SECOND = ref_by(HOSPITAL, "add second")
PASSKEY = SoftPasskey(b"\x05" * 32, "ledger.invalid").public_key


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def anna(world: World) -> Account:
    account = account_of(world, ANNA)
    assert account is not None
    return account


def refusal(key: bytes = SECOND) -> RefuseKey:
    return RefuseKey(client_ref="refuse", account=ANNA, key=key)


def revocation(key: bytes) -> RevokePatientKey:
    return RevokePatientKey(client_ref="revoke", account=ANNA, key=key)


def test_a_key_of_the_account_adds_another_one_that_acts_at_once(world: World) -> None:
    ref = world.bill(1)

    world.must(ANNA, "device", added_key())

    assert [key.is_confirmed for key in anna(world).keys] == [True, True]
    assert world.code(ANNA, "second", claim((ref,), world.today)) is Code.OK


def test_a_key_that_an_institution_adds_waits_for_confirmation_and_delay(world: World) -> None:
    ref = world.bill(1)
    filed = claim((ref,), world.today)
    world.must(HOSPITAL, "clerk", added_key())

    unconfirmed = world.code(ANNA, "second", filed)
    world.must(MEDICARE, "reviewer", confirmed_key(HOSPITAL))
    delayed = world.code(ANNA, "second", filed)
    world.time_ms += DELAY_MS

    assert unconfirmed is delayed is Code.KEY_WAITING
    assert world.code(ANNA, "second", replace(filed, date=world.today)) is Code.OK


def test_the_delay_alone_confirms_nothing(world: World) -> None:
    world.must(HOSPITAL, "clerk", added_key())
    world.time_ms += 100 * DELAY_MS

    assert world.code(ANNA, "second", added_key(name="third")) is Code.KEY_WAITING


def test_bills_are_sealed_to_a_key_that_waits(world: World) -> None:
    world.must(HOSPITAL, "clerk", added_key())

    assert hash_of("sealing second") in anna(world).sealing_keys


def test_a_waiting_key_withdraws_refuses_and_revokes_nothing(world: World) -> None:
    filed = world.must(ANNA, "device", claim((world.bill(1),), world.today))
    world.must(HOSPITAL, "clerk", added_key())
    first = anna(world).keys[0].key_id

    codes = {
        world.code(ANNA, "second", WithdrawClaim(client_ref="w", claim=filed)),
        world.code(ANNA, "second", revocation(first)),
        world.code(ANNA, "second", refusal()),
    }

    assert codes == {Code.KEY_WAITING}


def test_only_the_registrar_confirms_with_another_key_and_once(world: World) -> None:
    world.must(MEDICARE, "clerk", added_key())
    confirmation = confirmed_key(MEDICARE)

    foreign = world.code(MEDICARE_2, "reviewer", confirmation)
    world.must(MEDICARE, "reviewer", confirmation)
    again = replace(confirmation, client_ref="again")

    assert foreign is Code.NOT_A_PARTY
    assert world.code(MEDICARE, "reviewer", again) is Code.KEY_NOT_WAITING
    record = key_record_of(world, ANNA, ref_by(MEDICARE, "add second"))
    assert record is not None
    assert record.adder == MEDICARE
    assert record.confirmed is not None


@pytest.mark.parametrize("confirm", [False, True])
def test_an_existing_key_refuses_one_that_waits_or_is_delayed(world: World, confirm: bool) -> None:
    world.must(HOSPITAL, "clerk", added_key())
    if confirm:
        world.must(MEDICARE, "reviewer", confirmed_key(HOSPITAL))

    world.must(ANNA, "device", refusal())

    assert anna(world).key_named(SECOND) is None
    assert world.code(ANNA, "second", added_key(name="x")) is Code.SIGNER_NOT_CURRENT
    late = replace(confirmed_key(HOSPITAL), client_ref="late")
    assert world.code(MEDICARE, "reviewer", late) is Code.KEY_NOT_WAITING


def test_the_registrar_refuses_too_and_nobody_else(world: World) -> None:
    world.must(HOSPITAL, "clerk", added_key())
    world.must(HOSPITAL, "clerk", enrolment(BERT))

    assert world.code(MEDICARE_2, "reviewer", refusal()) is Code.NOT_A_PARTY
    assert world.code(BERT, "device", refusal()) is Code.ACCOUNT_NOT_CONFIRMED
    assert world.code(MEDICARE, "reviewer", refusal()) is Code.OK


def test_a_key_in_force_is_revoked_not_refused(world: World) -> None:
    world.must(HOSPITAL, "clerk", added_key())
    world.must(MEDICARE, "reviewer", confirmed_key(HOSPITAL))
    world.time_ms += DELAY_MS

    assert world.code(ANNA, "device", refusal()) is Code.KEY_NOT_WAITING
    assert world.code(ANNA, "device", revocation(SECOND)) is Code.OK
    again = replace(revocation(SECOND), client_ref="again")
    assert world.code(ANNA, "device", again) is Code.WRONG_STATE


def test_the_registrar_revokes_a_lost_key_also_the_last(world: World) -> None:
    first = anna(world).keys[0].key_id

    foreign = world.code(MEDICARE_2, "reviewer", revocation(first))
    world.must(MEDICARE, "reviewer", revocation(first))

    assert foreign is Code.NOT_A_PARTY
    assert anna(world).keys == ()
    assert world.code(ANNA, "device", added_key()) is Code.SIGNER_NOT_CURRENT
    assert world.code(HOSPITAL, "clerk", added_key()) is Code.OK


def test_another_account_adds_and_revokes_nothing_here(world: World) -> None:
    world.enrol(BERT)
    first = anna(world).keys[0].key_id

    assert world.code(BERT, "device", added_key()) is Code.NOT_A_PARTY
    assert world.code(BERT, "device", revocation(first)) is Code.NOT_A_PARTY


def test_an_account_gets_no_further_key_before_it_is_confirmed(world: World) -> None:
    world.must(HOSPITAL, "clerk", enrolment(BERT))

    by_clerk = world.code(HOSPITAL, "clerk", added_key(BERT))
    by_itself = world.code(BERT, "device", added_key(BERT))

    assert by_clerk is by_itself is Code.ACCOUNT_NOT_CONFIRMED
    assert world.code(HOSPITAL, "clerk", added_key(b"nobody".ljust(16))) is Code.NOT_FOUND


def test_a_key_is_valid_and_new_to_the_account(world: World) -> None:
    codes = [
        world.code(ANNA, "device", added_key(public_key=key))
        for key in (key_of(ANNA), bytes(32), bytes(33), b"\x02" + b"\xff" * 32)
    ]

    assert codes == [Code.BAD_KEY] * 4
    assert is_acceptable(PASSKEY)
    assert world.code(ANNA, "device", added_key(public_key=PASSKEY)) is Code.OK
    assert [key.scheme for key in anna(world).keys] == [1, 2]


def test_keys_are_bounded_and_a_clerk_cannot_fill_an_account(world: World) -> None:
    world.must(HOSPITAL, "clerk", added_key(name="w1"))
    world.must(HOSPITAL_2, "clerk", added_key(name="w2"))
    third = world.code(HOSPITAL, "clerk", added_key(name="w3"))
    for number in range(KEYS_MAX - 3):
        world.must(ANNA, "device", added_key(name=f"own {number}"))

    assert third is Code.TOO_MANY
    assert world.code(ANNA, "device", added_key(name="ninth")) is Code.TOO_MANY


def test_a_key_that_does_not_exist_is_not_found(world: World) -> None:
    nothing = bytes(16)

    assert world.code(ANNA, "device", refusal(nothing)) is Code.NOT_FOUND
    assert world.code(ANNA, "device", revocation(nothing)) is Code.NOT_FOUND
    missing = replace(confirmed_key(HOSPITAL), key=nothing)
    assert world.code(MEDICARE, "reviewer", missing) is Code.NOT_FOUND


def test_an_account_is_opened_without_a_device_or_with_both_of_its_keys(world: World) -> None:
    half = replace(without_device(), device_key=key_of(BERT))
    passkey = replace(enrolment(BERT), device_key=PASSKEY)

    assert world.code(HOSPITAL, "clerk", half) is Code.BAD_KEY
    assert world.code(HOSPITAL, "clerk", replace(half, device_key=None)) is Code.OK
    assert world.code(HOSPITAL, "clerk", passkey) is Code.OK
    assert world.code(HOSPITAL, "clerk", replace(passkey, account=bytes(16))) is Code.OK


def test_a_refused_key_can_be_added_again_under_another_ref(world: World) -> None:
    world.must(HOSPITAL, "clerk", added_key())
    world.must(ANNA, "device", refusal())
    again = replace(added_key(), client_ref="add once more")

    assert world.code(HOSPITAL, "clerk", again) is Code.OK
    assert world.code(HOSPITAL, "clerk", added_key()) is Code.REPEATED

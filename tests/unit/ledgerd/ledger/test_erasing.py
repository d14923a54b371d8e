"""What lets sealed parts be erased, and what stops it."""

import pytest
from msgspec.structs import replace

from ledgerd.chain.params import DAY_MS
from ledgerd.ledger import state_keys
from ledgerd.ledger.bill_operations import ReverseBill
from ledgerd.ledger.care_objects import KEEPERS_MAX, ErasureConfirmed
from ledgerd.ledger.care_queries import erasure_of
from ledgerd.ledger.queries import bill_of, params_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.samples import DELIVERY, GRANT
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    CODE,
    FINANCE,
    HOSPITAL,
    INSURER,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    claim,
    range_id,
    salt_of,
    sealed_parts,
)
from tests.unit.ledgerd.ledger.world_care import approve, confirm, erasure, requested


def started() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def erased(world: World, number: int = 1) -> tuple[object, bytes]:
    bill, key = requested(world, number)
    world.must(FINANCE, "reviewer", approve(key))
    world.must(MEDICARE, "reviewer", approve(key))
    return bill, key


def test_face_and_lines_go_when_finance_and_the_bureau_approve() -> None:
    world = started()
    bill, key = requested(world)

    world.must(FINANCE, "reviewer", approve(key))
    assert bill_of(world, bill).erased == 0
    world.must(MEDICARE, "reviewer", approve(key))

    assert bill_of(world, bill).erased == 3
    assert erasure_of(world, key).is_approved


def test_for_the_face_finance_is_enough() -> None:
    world = started()
    bill, key = requested(world, parts=1)

    assert world.code(MEDICARE, "reviewer", approve(key)) is Code.NOT_A_PARTY
    world.must(FINANCE, "reviewer", approve(key))

    assert bill_of(world, bill).erased == 1


def test_the_bureau_may_come_first() -> None:
    world = started()
    bill, key = requested(world, parts=2)

    world.must(MEDICARE, "reviewer", approve(key))
    assert bill_of(world, bill).erased == 0
    world.must(FINANCE, "reviewer", approve(key))

    assert bill_of(world, bill).erased == 2


def test_who_approves_is_the_finance_and_the_bureau_of_the_request() -> None:
    world = started()
    _, key = requested(world)

    assert world.code(MEDICARE_2, "reviewer", approve(key)) is Code.NOT_A_PARTY
    world.must(FINANCE, "reviewer", approve(key))
    again = approve(key, "again")
    assert world.code(FINANCE, "reviewer", again) is Code.ALREADY_APPROVED
    world.must(MEDICARE, "reviewer", approve(key))
    assert world.code(MEDICARE, "reviewer", again) is Code.ALREADY_APPROVED
    assert world.code(FINANCE, "reviewer", approve(b"e" + bytes(38))) is Code.NOT_FOUND


@pytest.mark.parametrize(("early_ms", "code"), [(0, Code.RETENTION_NOT_OVER), (-1, Code.OK)])
def test_without_an_order_the_time_to_keep_must_be_over(early_ms: int, code: Code) -> None:
    world = started()
    bill, key = requested(world)
    kept_ms = params_of(world).retention_days * DAY_MS
    world.time_ms = bill_of(world, bill).issued_ms + kept_ms - early_ms - 1_000

    assert world.code(FINANCE, "reviewer", approve(key, order="")) is code


def test_an_open_claim_or_case_holds_the_parts() -> None:
    world = started()
    bill, key = requested(world)
    world.must(ANNA, "device", claim((bill,), world.today))
    assert world.code(FINANCE, "reviewer", approve(key)) is Code.CLAIM_OPEN

    other, key = requested(world, 2)
    at = state_keys.bill_key(CODE, other.number)
    world.state[at] = encode(replace(bill_of(world, other), cases_open=1))
    assert world.code(FINANCE, "reviewer", approve(key)) is Code.CASE_OPEN


def test_a_claim_between_the_two_approvals_stops_the_second() -> None:
    world = started()
    bill, key = requested(world)
    world.must(FINANCE, "reviewer", approve(key))
    world.must(ANNA, "device", claim((bill,), world.today))

    assert world.code(MEDICARE, "reviewer", approve(key)) is Code.CLAIM_OPEN


def test_only_the_owner_asks_and_of_the_finance_of_the_bill() -> None:
    world = started()
    world.enrol(BERT)
    bill = world.bill(1)
    asked = erasure((bill,), world.today)

    assert world.code(BERT, "device", asked) is Code.NOT_THE_OWNER
    other = replace(asked, authority=MEDICARE)
    assert world.code(ANNA, "device", other) is Code.UNKNOWN_INSTITUTION
    assert world.code(ANNA, "device", erasure((bill_ref(9),), world.today)) is Code.NOT_FOUND
    assert world.code(ANNA, "device", erasure((bill, bill), world.today)) is Code.DUPLICATE_ITEM
    assert world.code(ANNA, "device", erasure((bill,), 2020_01_01)) is Code.BAD_DATE


def test_another_finance_than_that_of_the_code_is_not_asked() -> None:
    world = started()
    bill = world.bill(1)
    record = world.state[state_keys.institution_key(FINANCE)]
    second = "113300000000000044"
    world.state[state_keys.institution_key(second)] = record
    asked = replace(erasure((bill,), world.today), authority=second)

    assert world.code(ANNA, "device", asked) is Code.NOT_A_PARTY


def test_what_is_erased_is_not_erased_again_but_the_other_part_may_be() -> None:
    world = started()
    bill, key = requested(world, parts=1)
    world.must(FINANCE, "reviewer", approve(key))

    face = erasure((bill,), world.today, 3, "both")
    assert world.code(ANNA, "device", face) is Code.ERASED
    assert world.code(ANNA, "device", erasure((bill,), world.today, 2, "lines")) is Code.OK


def test_an_erased_bill_is_neither_claimed_nor_granted_nor_delivered() -> None:
    world = started()
    bill = world.bill(1)
    grant = replace(GRANT, salt=salt_of(bill), until_ms=world.time_ms + DAY_MS)
    granted = world.must(ANNA, "device", grant)[-16:]
    key = world.must(ANNA, "device", erasure((bill,), world.today))
    world.must(FINANCE, "reviewer", approve(key))
    world.must(MEDICARE, "reviewer", approve(key))

    assert world.code(ANNA, "device", claim((bill,), world.today)) is Code.ERASED
    assert world.code(ANNA, "device", replace(grant, client_ref="late")) is Code.ERASED
    delivery = replace(DELIVERY, grant=granted)
    assert world.code(HOSPITAL, "office", delivery) is Code.ERASED


def test_the_red_bill_goes_with_the_blue_one() -> None:
    world = started()
    bill = world.bill(1)
    red = ReverseBill(
        client_ref="red",
        bill=bill,
        red=bill_ref(2),
        range_id=range_id("range 1"),
        issue_date=world.today,
        owner=None,
        sealed=sealed_parts("red"),
    )
    world.must(HOSPITAL, "cashier", red)
    key = world.must(ANNA, "device", erasure((bill,), world.today))
    world.must(FINANCE, "reviewer", approve(key))
    world.must(MEDICARE, "reviewer", approve(key))

    assert bill_of(world, bill).erased == bill_of(world, bill_ref(2)).erased == 3


def test_a_keeper_confirms_what_is_approved_once() -> None:
    world = started()
    _, waiting = requested(world)
    assert world.code(HOSPITAL, "office", confirm(waiting)) is Code.ERASURE_NOT_APPROVED
    assert world.code(HOSPITAL, "office", confirm(b"e" + bytes(38))) is Code.NOT_FOUND
    _, key = erased(world, 2)

    world.must(HOSPITAL, "office", confirm(key))
    world.must(INSURER, "office", confirm(key))

    again = replace(confirm(key), client_ref="again")
    assert world.code(HOSPITAL, "office", again) is Code.ALREADY_CONFIRMED_ERASED
    assert [word.keeper for word in erasure_of(world, key).confirmed] == [HOSPITAL, INSURER]


def test_the_words_of_the_keepers_are_bounded() -> None:
    world = started()
    _, key = erased(world)
    found = erasure_of(world, key)
    word = ErasureConfirmed(keeper=INSURER, origin=found.requested)
    world.state[key] = encode(replace(found, confirmed=(word,) * KEEPERS_MAX))

    assert world.code(HOSPITAL, "office", confirm(key)) is Code.TOO_MANY

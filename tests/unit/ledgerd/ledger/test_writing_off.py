"""The file of a bill: asked for, approved, archived; and every guard between."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger import state_keys
from ledgerd.ledger.bill_operations import AnnounceReversal
from ledgerd.ledger.book_operations import WriteOffStep
from ledgerd.ledger.book_queries import write_off_of
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import FileState
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    World,
    bill_ref,
    claim,
)
from tests.unit.ledgerd.ledger.world_books import attested_day, step, to_next_day, write_off


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def file_of(world: World, ref: BillRef) -> int:
    bill = bill_of(world, ref)
    assert bill is not None
    return bill.file


def test_a_file_goes_from_open_to_written_off_to_archived(world: World) -> None:
    ref = world.bill(1)
    attested_day(world)
    key = world.must(HOSPITAL, "clerk", write_off(world, ref))
    asked = file_of(world, ref)
    world.must(FINANCE, "reviewer", step(key))
    approved = file_of(world, ref)
    archive = step(key, WriteOffStep.ARCHIVE)
    early = world.code(FINANCE, "reviewer", archive)
    world.time_ms += 30 * DAY_MS
    world.must(FINANCE, "reviewer", archive)

    assert (asked, approved) == (FileState.OPEN, FileState.WRITTEN_OFF)
    assert early is Code.TOO_EARLY
    assert file_of(world, ref) == FileState.ARCHIVED


def test_a_bill_of_a_day_that_is_not_attested_waits(world: World) -> None:
    ref = world.bill(1)
    to_next_day(world)

    assert world.code(HOSPITAL, "clerk", write_off(world, ref)) is Code.NOT_ATTESTED


def test_an_open_claim_stops_the_request_and_the_approval(world: World) -> None:
    first, second = world.bill(1), world.bill(2)
    world.must(ANNA, "device", claim((first,), world.today))
    attested_day(world)
    key = world.must(HOSPITAL, "clerk", write_off(world, second))
    world.must(ANNA, "device", claim((second,), world.today))

    with_claim = write_off(world, first, ref="first")
    assert world.code(HOSPITAL, "clerk", with_claim) is Code.CLAIM_OPEN
    assert world.code(FINANCE, "reviewer", step(key)) is Code.CLAIM_OPEN
    assert file_of(world, second) == FileState.OPEN


def test_an_announced_reversal_and_an_open_case_stop_it(world: World) -> None:
    announced, held = world.bill(1), world.bill(2)
    world.must(HOSPITAL, "cashier", AnnounceReversal(client_ref="a", bill=announced))
    attested_day(world)
    bill = bill_of(world, held)
    assert bill is not None
    key = state_keys.bill_key(held.code, held.number)
    world.state[key] = encode(replace(bill, cases_open=1))

    of_announced = write_off(world, announced, ref="a")
    assert world.code(HOSPITAL, "clerk", of_announced) is Code.REVERSAL_ANNOUNCED
    assert world.code(HOSPITAL, "clerk", write_off(world, held)) is Code.CASE_OPEN
    world.state[key] = encode(bill)
    assert world.code(HOSPITAL, "clerk", write_off(world, held)) is Code.OK


def test_a_bill_is_written_off_once(world: World) -> None:
    ref = world.bill(1)
    attested_day(world)
    first = world.must(HOSPITAL, "clerk", write_off(world, ref))
    second = world.must(HOSPITAL, "clerk", write_off(world, ref, ref="second"))
    world.must(FINANCE, "reviewer", step(first))

    assert world.code(FINANCE, "reviewer", step(second)) is Code.ALREADY_WRITTEN_OFF
    third = write_off(world, ref, ref="third")
    assert world.code(HOSPITAL, "clerk", third) is Code.ALREADY_WRITTEN_OFF


def test_a_refused_request_leaves_its_bills_open(world: World) -> None:
    ref = world.bill(1)
    attested_day(world)
    key = world.must(HOSPITAL, "clerk", write_off(world, ref))
    world.must(FINANCE, "reviewer", step(key, WriteOffStep.REFUSE))

    assert file_of(world, ref) == FileState.OPEN
    assert world.code(FINANCE, "reviewer", step(key)) is Code.WRONG_STATE
    archive = step(key, WriteOffStep.ARCHIVE)
    assert world.code(FINANCE, "reviewer", archive) is Code.WRONG_STATE


def test_a_request_names_own_bills_once_and_today(world: World) -> None:
    ref = world.bill(1)
    attested_day(world)

    assert world.code(HOSPITAL_2, "clerk", write_off(world, ref)) is Code.NOT_A_PARTY
    assert world.code(HOSPITAL, "clerk", write_off(world, ref, ref)) is Code.DUPLICATE_ITEM
    assert world.code(HOSPITAL, "clerk", write_off(world, bill_ref(99))) is Code.NOT_FOUND
    old = replace(write_off(world, ref), date=2020_01_01)
    assert world.code(HOSPITAL, "clerk", old) is Code.BAD_DATE
    assert world.code(FINANCE, "reviewer", step(bytes(39))) is Code.NOT_FOUND
    assert write_off_of(world, bytes(39)) is None

"""Running sums: what is counted, when, and that only what took effect is."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger import state_keys
from ledgerd.ledger.axis_operations import VoidBill
from ledgerd.ledger.bill_operations import ReverseBill, ReverseSettle
from ledgerd.ledger.book_objects import DayBook
from ledgerd.ledger.book_queries import clearing_of, day_book_of, office_day_of, range_use_of
from ledgerd.ledger.bookkeeping import amount_of
from ledgerd.ledger.queries import params_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.ledger.world import (
    CODE,
    HOSPITAL,
    MEDICARE,
    World,
    bill_ref,
    hash_of,
    issue,
    key_of,
    payment,
    range_id,
    sealed_parts,
)
from tests.unit.ledgerd.ledger.world_books import to_next_day, total


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    return world


def limited(world: World, **limits: int) -> World:
    world.state[state_keys.PARAMS_KEY] = encode(replace(params_of(world), **limits))
    return world


def book_of(world: World) -> DayBook:
    return day_book_of(world, HOSPITAL, world.today)


def test_a_day_counts_what_was_issued_and_voided(world: World) -> None:
    world.issued(1)
    world.issued(2, total_fen=50_00)
    world.must(HOSPITAL, "cashier", VoidBill(client_ref="void", bill=bill_ref(2)))
    book = book_of(world)
    assert book.issued == total(2, 150_00)
    assert book.voided == total(1, 50_00)


def test_a_reversal_counts_on_its_own_day_and_uses_its_number(world: World) -> None:
    ref = world.issued(1)
    issued_on = to_next_day(world)
    reversal = ReverseBill(
        client_ref="red",
        bill=ref,
        red=bill_ref(9),
        range_id=range_id("range 1"),
        issue_date=world.today,
        owner=None,
        sealed=sealed_parts("red"),
    )
    world.must(HOSPITAL, "cashier", reversal)

    assert book_of(world) == DayBook(reversed=total(1, 100_00))
    assert day_book_of(world, HOSPITAL, issued_on).issued == total(1, 100_00)
    use = range_use_of(world, CODE, range_id("range 1"))
    assert use is not None
    assert use.highest == 9


def test_what_was_refused_repeated_or_rolled_back_is_not_counted(world: World) -> None:
    first = issue(1, world.today)
    world.must(HOSPITAL, "office", first)
    world.code(HOSPITAL, "office", first)
    world.code(HOSPITAL, "office", replace(issue(1, world.today), client_ref="again"))
    world.run(HOSPITAL, "office", issue(2, world.today), issue(5000, world.today), atomic=True)

    assert book_of(world).issued == total(1, 100_00)
    day = office_day_of(world, HOSPITAL, key_of(HOSPITAL, "office"))
    assert day is not None
    assert ([c.count for c in day.counts], day.amount_fen) == ([1], 100_00)


def test_clearing_sums_what_was_settled_and_taken_back(world: World) -> None:
    settled = world.settle(100_00, 60_00)
    world.settle(50_00, 10_00)
    back = ReverseSettle(client_ref="back", settlement=settled, position=hash_of("back"))
    world.must(MEDICARE, "office", back)

    book = clearing_of(world, MEDICARE, HOSPITAL, world.today // 100)
    assert (book.settled, book.reversed) == (total(2, 70_00), total(1, 60_00))


def test_an_office_key_stops_at_its_count_of_one_kind_and_goes_on_tomorrow(world: World) -> None:
    limited(world, office_day_count_max=2)
    codes = [world.code(HOSPITAL, "office", issue(n, world.today)) for n in (1, 2, 3)]
    other_kind = world.code(HOSPITAL, "office", payment(bill_ref(1), 1))
    to_next_day(world)

    assert codes == [Code.OK, Code.OK, Code.OFFICE_DAY_LIMIT]
    assert other_kind is Code.OK
    assert world.code(HOSPITAL, "office", issue(3, world.today)) is Code.OK


def test_an_office_key_stops_at_its_amount_and_a_person_does_not(world: World) -> None:
    limited(world, office_day_fen_max=150_00)
    world.issued(1)
    office = world.code(HOSPITAL, "office", issue(2, world.today))
    cheaper = world.code(HOSPITAL, "office", issue(3, world.today, total_fen=50_00))

    assert (office, cheaper) == (Code.OFFICE_DAY_LIMIT, Code.OK)
    assert world.code(HOSPITAL, "cashier", issue(2, world.today)) is Code.OK


def test_a_refusal_by_the_limit_takes_the_operation_back(world: World) -> None:
    limited(world, office_day_count_max=0)

    assert world.code(HOSPITAL, "office", issue(1, world.today)) is Code.OFFICE_DAY_LIMIT
    assert world.changed == {}


def test_many_operations_of_one_office_in_a_block_change_its_sums_once(world: World) -> None:
    world.run(HOSPITAL, "office", *(issue(n, world.today) for n in range(1, 101)))

    kinds = {key[:1] for key in world.changed if key[:1] != b"b"}
    assert len(world.changed) == 103
    assert kinds == {b"L", b"d", b"n"}


def test_every_operation_has_an_amount_of_zero_or_more() -> None:
    assert all(amount_of(sample) >= 0 for sample in SAMPLES)
    assert sum(1 for sample in SAMPLES if amount_of(sample)) >= 4

"""Issue, payment, supervision, reversal: the guards of the bill's own axes."""

import pytest

from ledgerd.ledger.bill_operations import (
    AnnounceReversal,
    Countersign,
    ReverseBill,
    ReverseSettle,
)
from ledgerd.ledger.claim_operations import DecideClaim, PayClaim
from ledgerd.ledger.days import DAY_MS, day_of
from ledgerd.ledger.fields import BillType, PublicPosition
from ledgerd.ledger.objects import PayerState, SettlementState
from ledgerd.ledger.queries import bill_of, settlement_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    MEDICARE,
    World,
    allotment,
    bill_ref,
    claim,
    issue,
    owner_of,
    payment,
    range_id,
    sealed_parts,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def countersign(number: int, ref: str = "s") -> Countersign:
    return Countersign(client_ref=f"{ref} {number}", bill=bill_ref(number))


def announce(number: int) -> AnnounceReversal:
    return AnnounceReversal(client_ref=f"announce {number}", bill=bill_ref(number))


def reverse(world: World, number: int, red: int) -> ReverseBill:
    return ReverseBill(
        client_ref=f"reverse {number}",
        bill=bill_ref(number),
        red=bill_ref(red),
        range_id=range_id("range 1"),
        issue_date=world.today,
        owner=owner_of(bill_ref(red), ANNA),
        sealed=sealed_parts("red"),
    )


def test_an_issued_bill_stands_under_its_number_and_holds_what_was_said(world: World) -> None:
    operation = issue(7, world.today)

    world.must(HOSPITAL, "office", operation)

    bill = bill_of(world, operation.bill)
    assert bill is not None
    assert (bill.issuer, bill.total_fen, bill.owner) == (HOSPITAL, 100_00, operation.owner)
    assert (bill.bill_type, bill.payers, bill.due_fen) == (BillType.BLUE, (), 100_00)


def test_a_number_is_used_once(world: World) -> None:
    world.issued(7)

    again = world.code(HOSPITAL, "office", issue(7, world.today, client_ref="other"))

    assert again is RejectCode.NUMBER_TAKEN


def test_a_number_outside_the_range_is_refused(world: World) -> None:
    assert world.code(HOSPITAL, "office", issue(0, world.today)) is RejectCode.NUMBER_OUT_OF_RANGE
    assert (
        world.code(HOSPITAL, "office", issue(1001, world.today)) is RejectCode.NUMBER_OUT_OF_RANGE
    )
    assert world.code(HOSPITAL, "office", issue(1000, world.today)) is RejectCode.OK


def test_a_range_serves_its_holder_only_and_must_exist(world: World) -> None:
    foreign = issue(1, world.today)
    unknown = issue(1, world.today, range_id=bytes(16))

    assert world.code(HOSPITAL_2, "office", foreign) is RejectCode.RANGE_NOT_HELD
    assert world.code(HOSPITAL, "office", unknown) is RejectCode.NOT_FOUND


@pytest.mark.parametrize(("days", "code"), [(2, "BAD_DATE"), (-32, "BAD_DATE"), (-31, "OK")])
def test_the_issue_date_lies_near_the_block(world: World, days: int, code: str) -> None:
    named = day_of(world.time_ms + days * DAY_MS)

    assert world.code(HOSPITAL, "office", issue(1, named)).name == code


def test_a_day_that_no_calendar_has_is_refused(world: World) -> None:
    assert world.code(HOSPITAL, "office", issue(1, 2026_02_30)) is RejectCode.BAD_DATE


def test_a_settled_bill_consumes_its_settlement_and_medicare_counts_as_paid(world: World) -> None:
    settled = world.settle(100_00, 60_00)

    ref = world.issued(1, public_fen=60_00, public=PublicPosition.SETTLED, settlement=settled)

    bill, settlement = bill_of(world, ref), settlement_of(world, settled)
    assert bill is not None
    assert settlement is not None
    assert (bill.payers[0].payer, bill.payers[0].paid_fen) == ("medicare", 60_00)
    assert (settlement.state, settlement.bill) == (SettlementState.CONSUMED, ref)
    assert bill.due_fen == 40_00


def test_a_settlement_is_consumed_once(world: World) -> None:
    settled = world.settle(100_00, 60_00)
    named = {"public_fen": 60_00, "public": PublicPosition.SETTLED, "settlement": settled}
    world.issued(1, **named)

    assert (
        world.code(HOSPITAL, "office", issue(2, world.today, **named))
        is RejectCode.SETTLEMENT_NOT_OPEN
    )


@pytest.mark.parametrize(("total_fen", "public_fen"), [(100_01, 60_00), (100_00, 59_99)])
def test_a_settlement_of_other_amounts_is_refused(
    world: World, total_fen: int, public_fen: int
) -> None:
    settled = world.settle(100_00, 60_00)

    operation = issue(
        1,
        world.today,
        total_fen=total_fen,
        public_fen=public_fen,
        public=PublicPosition.SETTLED,
        settlement=settled,
    )

    assert world.code(HOSPITAL, "office", operation) is RejectCode.SETTLEMENT_DIFFERS


def test_a_settlement_of_another_hospital_is_refused(world: World) -> None:
    settled = world.settle(100_00, 60_00, HOSPITAL_2)

    operation = issue(
        1, world.today, public_fen=60_00, public=PublicPosition.SETTLED, settlement=settled
    )

    assert world.code(HOSPITAL, "office", operation) is RejectCode.SETTLEMENT_DIFFERS


def test_a_public_share_needs_a_settlement_and_the_other_way_round(world: World) -> None:
    no_settlement = issue(1, world.today, public_fen=1)
    only_said = issue(1, world.today, public=PublicPosition.SETTLED)
    unknown = issue(1, world.today, public=PublicPosition.SETTLED, settlement=b"s".ljust(39, b"0"))
    another_kind = issue(
        1, world.today, public=PublicPosition.SETTLED, settlement=b"c".ljust(39, b"0")
    )

    assert world.code(HOSPITAL, "office", no_settlement) is RejectCode.PUBLIC_POSITION_WRONG
    assert world.code(HOSPITAL, "office", only_said) is RejectCode.PUBLIC_POSITION_WRONG
    assert world.code(HOSPITAL, "office", unknown) is RejectCode.NOT_FOUND
    assert world.code(HOSPITAL, "office", another_kind) is RejectCode.NOT_FOUND


def test_payments_add_up_to_the_patients_share_and_no_further(world: World) -> None:
    ref = world.issued(1)

    world.must(HOSPITAL, "cashier", payment(ref, 60_00, "first"))
    too_much = world.code(HOSPITAL, "cashier", payment(ref, 40_01, "second"))
    world.must(HOSPITAL, "cashier", payment(ref, 40_00, "third"))

    bill = bill_of(world, ref)
    assert too_much is RejectCode.PAYMENT_TOO_HIGH
    assert bill is not None
    assert bill.is_paid_in_full


def test_a_bill_holds_a_bounded_number_of_payments(world: World) -> None:
    ref = world.issued(1)
    for index in range(32):
        world.must(HOSPITAL, "office", payment(ref, 1, str(index)))

    assert world.code(HOSPITAL, "office", payment(ref, 1, "last")) is RejectCode.TOO_MANY


def test_a_payment_may_stand_in_the_transaction_of_its_bill(world: World) -> None:
    operation = issue(1, world.today)

    receipts = world.run(HOSPITAL, "office", operation, payment(operation.bill, 100_00))

    assert [receipt.code for receipt in receipts] == [RejectCode.OK, RejectCode.OK]


def test_another_hospital_records_no_payment_on_a_bill(world: World) -> None:
    ref = world.issued(1)

    assert world.code(HOSPITAL_2, "cashier", payment(ref, 1)) is RejectCode.NOT_A_PARTY


def test_a_bill_is_supervised_once(world: World) -> None:
    world.issued(1)

    world.must(FINANCE, "office", countersign(1))

    assert world.code(FINANCE, "office", countersign(1, "b")) is RejectCode.ALREADY_SUPERVISED
    assert world.code(FINANCE, "office", countersign(2)) is RejectCode.NOT_FOUND


def test_a_reversal_is_announced_on_supervised_bills_once(world: World) -> None:
    world.issued(1)

    early = world.code(HOSPITAL, "cashier", announce(1))
    world.must(FINANCE, "office", countersign(1))
    world.must(HOSPITAL, "cashier", announce(1))
    again = AnnounceReversal(client_ref="again", bill=bill_ref(1))

    assert early is RejectCode.NOT_SUPERVISED
    assert world.code(HOSPITAL, "cashier", again) is RejectCode.REVERSAL_ANNOUNCED


def test_a_red_bill_repeats_the_blue_one_and_releases_its_settlement(world: World) -> None:
    settled = world.settle(100_00, 60_00)
    named = {"public_fen": 60_00, "public": PublicPosition.SETTLED, "settlement": settled}
    world.bill(1, **named)

    world.must(HOSPITAL, "cashier", reverse(world, 1, 2))

    blue, red = bill_of(world, bill_ref(1)), bill_of(world, bill_ref(2))
    settlement = settlement_of(world, settled)
    assert blue is not None
    assert red is not None
    assert settlement is not None
    assert (red.bill_type, red.total_fen, red.public_fen) == (BillType.RED, 100_00, 60_00)
    assert (blue.related, red.related) == (bill_ref(2), bill_ref(1))
    assert blue.payers[0].state is PayerState.RECOVERED
    assert settlement.state is SettlementState.RELEASED


def test_the_bureau_books_the_effect_of_a_released_settlement_once(world: World) -> None:
    settled = world.settle(100_00, 60_00)
    named = {"public_fen": 60_00, "public": PublicPosition.SETTLED, "settlement": settled}
    world.bill(1, **named)
    first = ReverseSettle(client_ref="r1", settlement=settled, position=bytes(32))
    second = ReverseSettle(client_ref="r2", settlement=settled, position=b"2" * 32)

    before = world.code(MEDICARE, "office", first)
    world.must(HOSPITAL, "cashier", reverse(world, 1, 2))

    assert before is RejectCode.SETTLEMENT_CONSUMED
    assert world.code(MEDICARE, "office", first) is RejectCode.OK
    assert world.code(MEDICARE, "office", second) is RejectCode.SETTLEMENT_NOT_OPEN


def test_a_reversed_bill_takes_no_further_step(world: World) -> None:
    world.bill(1)
    world.must(HOSPITAL, "cashier", reverse(world, 1, 2))

    assert world.code(ANNA, "device", claim((bill_ref(1),), world.today)) is RejectCode.REVERSED
    assert world.code(HOSPITAL, "cashier", announce(1)) is RejectCode.REVERSED
    assert world.code(HOSPITAL, "cashier", payment(bill_ref(1), 1, "late")) is RejectCode.REVERSED


def test_a_reversed_bill_is_not_countersigned(world: World) -> None:
    world.issued(1)
    world.must(HOSPITAL, "cashier", reverse(world, 1, 2))

    assert world.code(FINANCE, "office", countersign(1)) is RejectCode.REVERSED
    assert world.code(FINANCE, "office", countersign(2)) is RejectCode.OK


def test_a_red_bill_cannot_be_paid_claimed_or_reversed(world: World) -> None:
    world.bill(1)
    world.must(HOSPITAL, "cashier", reverse(world, 1, 2))

    assert world.code(HOSPITAL, "cashier", payment(bill_ref(2), 1)) is RejectCode.RED_BILL
    assert world.code(ANNA, "device", claim((bill_ref(2),), world.today)) is RejectCode.RED_BILL
    assert world.code(HOSPITAL, "cashier", reverse(world, 2, 3)) is RejectCode.RED_BILL


def test_a_claimed_bill_is_reversed_only_after_announcement_and_end_of_claims(
    world: World,
) -> None:
    settled = world.settle(100_00, 0)
    world.bill(1, public=PublicPosition.SETTLED, settlement=settled)
    key = world.must(ANNA, "device", claim((bill_ref(1),), world.today))

    unannounced = world.code(HOSPITAL, "cashier", reverse(world, 1, 2))
    world.must(HOSPITAL, "cashier", announce(1))
    open_claim = world.code(HOSPITAL, "cashier", reverse(world, 1, 2))
    world.must(INSURER, "office", DecideClaim(client_ref="no", claim=key, amounts=(0,)))

    assert unannounced is RejectCode.NOT_ANNOUNCED
    assert open_claim is RejectCode.CLAIM_OPEN
    assert world.code(HOSPITAL, "cashier", reverse(world, 1, 2)) is RejectCode.OK


def test_a_bill_that_an_insurer_paid_is_not_reversed(world: World) -> None:
    settled = world.settle(100_00, 0)
    world.bill(1, public=PublicPosition.SETTLED, settlement=settled)
    key = world.must(ANNA, "device", claim((bill_ref(1),), world.today))
    world.must(HOSPITAL, "cashier", announce(1))
    world.must(INSURER, "office", DecideClaim(client_ref="yes", claim=key, amounts=(1,)))
    world.must(INSURER, "office", PayClaim(client_ref="pay", claim=key, amount_fen=1))

    assert world.code(HOSPITAL, "cashier", reverse(world, 1, 2)) is RejectCode.SOMETHING_PAID


def test_a_large_reversal_needs_two_keys(world: World) -> None:
    world.issued(1, total_fen=5_000_01)
    alone = world.code(HOSPITAL, "cashier", reverse(world, 1, 2))
    world.must(FINANCE, "office", countersign(1))
    world.must(HOSPITAL, "cashier", announce(1))

    assert alone is RejectCode.FOUR_EYES
    assert world.code(HOSPITAL, "cashier", reverse(world, 1, 2)) is RejectCode.FOUR_EYES
    assert world.code(HOSPITAL, "second cashier", reverse(world, 1, 2)) is RejectCode.OK


def test_a_range_that_was_handed_on_is_not_issued_from(world: World) -> None:
    own = allotment(FINANCE, 5000, 100)
    world.must(FINANCE, "clerk", own)

    operation = issue(5000, world.today, range_id=range_id("range 5000"))

    assert world.code(HOSPITAL, "office", operation) is RejectCode.RANGE_NOT_HELD

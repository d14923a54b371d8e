"""Owner, voiding, paper, refund: what each lets through and what it stops."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.bill_operations import Countersign
from ledgerd.ledger.claim_operations import WithdrawClaim
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.objects import PayerState, SettlementState
from ledgerd.ledger.queries import bill_of, settlement_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    claim,
    owner_of,
    payment,
)
from tests.unit.ledgerd.ledger.world_axes import (
    announce,
    bind,
    exchange,
    recall,
    refund,
    reverse,
    taken_back,
    void,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def settled_bill(world: World, number: int = 1, **changes: object):
    settled = world.settle(100_00, 60_00)
    named = {"public_fen": 60_00, "public": PublicPosition.SETTLED, "settlement": settled}
    return world.issued(number, **named, **changes), settled


def test_an_owner_is_set_once(world: World) -> None:
    ref = world.issued(1, owner=None)

    world.must(HOSPITAL, "cashier", bind(ref))

    bill = bill_of(world, ref)
    assert bill is not None
    assert (bill.owner, bill.binder) == (owner_of(ref, ANNA), HOSPITAL)
    assert world.code(HOSPITAL, "office", bind(ref, "again")) is RejectCode.OWNER_SET
    assert world.code(HOSPITAL, "office", bind(world.issued(2))) is RejectCode.OWNER_SET


def test_an_owner_is_set_by_the_issuer_or_the_competent_bureau(world: World) -> None:
    ref, _ = settled_bill(world, owner=None)

    assert world.code(HOSPITAL_2, "cashier", bind(ref)) is RejectCode.NOT_A_PARTY
    assert world.code(MEDICARE_2, "clerk", bind(ref)) is RejectCode.NOT_A_PARTY
    assert world.code(MEDICARE, "cashier", bind(ref)) is RejectCode.ROLE_NOT_ALLOWED
    assert world.code(MEDICARE, "clerk", bind(ref)) is RejectCode.OK


def test_any_bureau_binds_what_was_not_settled(world: World) -> None:
    ref = world.issued(1, owner=None)

    assert world.code(MEDICARE_2, "office", bind(ref)) is RejectCode.OK


def test_what_was_taken_back_is_not_bound(world: World) -> None:
    ref = world.issued(1, owner=None)
    red = reverse(world, ref)
    world.must(HOSPITAL, "cashier", replace(red, owner=None))

    assert world.code(HOSPITAL, "office", bind(ref)) is RejectCode.REVERSED
    assert world.code(HOSPITAL, "office", bind(bill_ref(900))) is RejectCode.RED_BILL
    assert world.code(HOSPITAL, "office", bind(bill_ref(7))) is RejectCode.NOT_FOUND


def test_a_bill_is_voided_before_supervision_and_takes_no_step_after(world: World) -> None:
    ref = world.issued(1)

    world.must(HOSPITAL, "cashier", void(ref))

    sign = Countersign(client_ref="s", bill=ref)
    assert world.code(FINANCE, "office", sign) is RejectCode.REVERSED
    assert world.code(HOSPITAL, "cashier", payment(ref, 1)) is RejectCode.REVERSED
    assert world.code(HOSPITAL, "cashier", void(ref, "again")) is RejectCode.REVERSED
    assert world.code(HOSPITAL, "cashier", reverse(world, ref)) is RejectCode.REVERSED
    assert world.code(ANNA, "device", claim((ref,), world.today)) is RejectCode.REVERSED


def test_a_supervised_bill_is_not_voided(world: World) -> None:
    ref = world.bill(1)

    assert world.code(HOSPITAL, "cashier", void(ref)) is RejectCode.ALREADY_SUPERVISED
    assert world.code(HOSPITAL_2, "cashier", void(ref)) is RejectCode.NOT_A_PARTY


def test_a_voided_bill_releases_its_settlement(world: World) -> None:
    ref, settled = settled_bill(world)

    world.must(HOSPITAL, "cashier", void(ref))

    bill, settlement = bill_of(world, ref), settlement_of(world, settled)
    assert bill is not None
    assert settlement is not None
    assert settlement.state is SettlementState.RELEASED
    assert (bill.payers[0].state, bill.payers[0].paid_fen) == (PayerState.RECOVERED, 0)


def test_a_paper_is_exchanged_once_and_stops_claims_until_it_is_back(world: World) -> None:
    ref = world.bill(1)
    asked = claim((ref,), world.today)

    world.must(HOSPITAL, "cashier", exchange(ref))

    bill = bill_of(world, ref)
    assert bill is not None
    assert bill.is_paper_out
    assert world.code(ANNA, "device", asked) is RejectCode.PAPER_OUT
    assert world.code(HOSPITAL, "cashier", exchange(ref, "b")) is RejectCode.PAPER_EXCHANGED
    world.must(HOSPITAL, "cashier", recall(ref))
    assert world.code(ANNA, "device", asked) is RejectCode.OK
    assert world.code(HOSPITAL, "cashier", exchange(ref, "c")) is RejectCode.PAPER_EXCHANGED


def test_a_paper_is_exchanged_for_a_supervised_bill_without_an_open_claim(world: World) -> None:
    fresh, claimed = world.issued(1), world.bill(2)
    key = world.must(ANNA, "device", claim((claimed,), world.today))

    assert world.code(HOSPITAL, "cashier", exchange(fresh)) is RejectCode.NOT_SUPERVISED
    assert world.code(HOSPITAL, "cashier", exchange(claimed)) is RejectCode.CLAIM_OPEN
    assert world.code(HOSPITAL_2, "cashier", exchange(claimed)) is RejectCode.NOT_A_PARTY
    world.must(ANNA, "device", WithdrawClaim(client_ref="w", claim=key))
    assert world.code(HOSPITAL, "cashier", exchange(claimed)) is RejectCode.OK


def test_no_paper_leaves_after_an_announced_reversal_and_none_is_out_at_the_end(
    world: World,
) -> None:
    out, announced = world.bill(1), world.bill(2)
    world.must(HOSPITAL, "cashier", exchange(out))
    for ref in (out, announced):
        world.must(HOSPITAL, "cashier", announce(ref))

    assert world.code(HOSPITAL, "cashier", exchange(announced)) is RejectCode.REVERSAL_ANNOUNCED
    assert world.code(HOSPITAL, "cashier", reverse(world, out)) is RejectCode.PAPER_OUT
    world.must(HOSPITAL, "cashier", recall(out))
    assert world.code(HOSPITAL, "cashier", reverse(world, out)) is RejectCode.OK
    assert world.code(HOSPITAL, "cashier", exchange(out, "late")) is RejectCode.REVERSED
    assert world.code(HOSPITAL, "cashier", exchange(bill_ref(900))) is RejectCode.RED_BILL


def test_only_a_paper_that_is_out_is_recalled(world: World) -> None:
    ref = world.bill(1)

    assert world.code(HOSPITAL, "cashier", recall(ref)) is RejectCode.NO_PAPER_OUT
    world.must(HOSPITAL, "cashier", exchange(ref))
    world.must(HOSPITAL, "cashier", recall(ref))
    assert world.code(HOSPITAL, "cashier", recall(ref, "again")) is RejectCode.NO_PAPER_OUT


def test_refunds_follow_the_reversal_and_stay_within_what_was_paid(world: World) -> None:
    ref = world.bill(1)
    early = world.code(HOSPITAL, "cashier", refund(ref, 1))
    taken_back(world, ref)

    world.must(HOSPITAL, "cashier", refund(ref, 60_00, "first"))
    too_much = world.code(HOSPITAL, "cashier", refund(ref, 40_01, "second"))
    world.must(HOSPITAL, "cashier", refund(ref, 40_00, "third"))

    bill = bill_of(world, ref)
    assert (early, too_much) == (RejectCode.NOT_REVERSED, RejectCode.REFUND_TOO_HIGH)
    assert bill is not None
    assert (bill.refunded_fen, bill.paid_fen) == (100_00, 100_00)
    assert world.code(HOSPITAL, "cashier", refund(bill_ref(900), 1)) is RejectCode.RED_BILL
    assert world.code(HOSPITAL_2, "cashier", refund(ref, 1)) is RejectCode.NOT_A_PARTY


def test_a_voided_bill_is_refunded_too(world: World) -> None:
    ref = world.issued(1)
    world.must(HOSPITAL, "cashier", payment(ref, 30_00))
    world.must(HOSPITAL, "cashier", void(ref))

    assert world.code(HOSPITAL, "cashier", refund(ref, 30_01)) is RejectCode.REFUND_TOO_HIGH
    assert world.code(HOSPITAL, "cashier", refund(ref, 30_00)) is RejectCode.OK


def test_a_bill_holds_a_bounded_number_of_refunds(world: World) -> None:
    ref = world.bill(1)
    taken_back(world, ref)
    for index in range(32):
        world.must(HOSPITAL, "cashier", refund(ref, 1, str(index)))

    assert world.code(HOSPITAL, "cashier", refund(ref, 1, "last")) is RejectCode.TOO_MANY


def test_another_refund_under_the_same_ref_is_a_conflict(world: World) -> None:
    ref = world.bill(1)
    taken_back(world, ref)
    world.must(HOSPITAL, "cashier", refund(ref, 1))
    world.time_ms += DAY_MS

    assert world.code(HOSPITAL, "cashier", refund(ref, 2)) is RejectCode.CONFLICTING_CLIENT_REF

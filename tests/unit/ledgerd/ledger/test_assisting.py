"""Assistance: a public payer of its own, with everything that claims have."""

import pytest

from ledgerd.ledger.claim_operations import DecideClaim, PayClaim, WithdrawClaim
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, PublicPosition
from ledgerd.ledger.objects import AID, PayerState
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    INSURER,
    MEDICARE,
    MEDICARE_2,
    World,
    claim,
)
from tests.unit.ledgerd.ledger.world_redress import (
    application,
    decide_aid,
    recover,
    request_supplement,
    supply,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def settled(world: World, public_fen: int = 0) -> BillRef:
    key = world.settle(100_00, public_fen)
    return world.bill(1, public_fen=public_fen, public=PublicPosition.SETTLED, settlement=key)


def test_assistance_is_applied_for_decided_paid_and_recovered(world: World) -> None:
    ref = settled(world)
    key = world.must(ANNA, "device", application((ref,), world.today))
    world.must(MEDICARE, "reviewer", request_supplement(key))
    world.must(ANNA, "device", supply(key))
    world.must(MEDICARE, "reviewer", decide_aid(key, 40_00))
    world.must(MEDICARE, "cashier", PayClaim(client_ref="p", claim=key, amount_fen=40_00))
    world.must(MEDICARE, "cashier", recover(key, 10_00))

    bill = bill_of(world, ref)
    assert bill is not None
    entry = bill.payer(AID)
    assert entry is not None
    assert (entry.state, entry.paid_fen) == (PayerState.RECOVERED, 30_00)


def test_aid_counts_as_public_and_insurers_wait_for_it(world: World) -> None:
    ref = settled(world, 60_00)
    asked = world.must(ANNA, "device", claim((ref,), world.today))
    key = world.must(ANNA, "device", application((ref,), world.today))
    decide = DecideClaim(client_ref="d", claim=asked, amounts=(30_00,))

    waiting = world.code(INSURER, "office", decide)
    world.must(MEDICARE, "reviewer", decide_aid(key, 15_00))
    over = world.code(INSURER, "office", decide)

    assert waiting is Code.PUBLIC_NOT_FINAL
    assert over is Code.OVER_PRIVATE_SHARE
    fits = DecideClaim(client_ref="d", claim=asked, amounts=(25_00,))
    assert world.code(INSURER, "office", fits) is Code.OK


def test_aid_fits_into_what_others_leave(world: World) -> None:
    ref = settled(world, 60_00)
    key = world.must(ANNA, "device", application((ref,), world.today))

    assert world.code(MEDICARE, "reviewer", decide_aid(key, 40_01)) is Code.OVER_TOTAL
    assert world.code(MEDICARE, "reviewer", decide_aid(key, 40_00)) is Code.OK


def test_one_open_application_of_all_bureaus_and_none_after_a_payment(world: World) -> None:
    ref = settled(world)
    key = world.must(ANNA, "device", application((ref,), world.today))
    second = application((ref,), world.today, MEDICARE_2)
    open_now = world.code(ANNA, "device", second)
    world.must(MEDICARE, "reviewer", decide_aid(key, 1))
    world.must(MEDICARE, "cashier", PayClaim(client_ref="p", claim=key, amount_fen=1))

    assert open_now is Code.CLAIM_OPEN
    assert world.code(ANNA, "device", second) is Code.CLAIM_PAID


def test_claims_and_applications_are_decided_by_their_own_operations(world: World) -> None:
    ref = settled(world)
    asked = world.must(ANNA, "device", claim((ref,), world.today))
    key = world.must(ANNA, "device", application((ref,), world.today))
    as_claim = DecideClaim(client_ref="d", claim=key, amounts=(1,))

    assert world.code(MEDICARE, "office", as_claim) is Code.WRONG_STATE
    assert world.code(MEDICARE, "reviewer", decide_aid(asked, 1)) is Code.NOT_A_PARTY
    assert world.code(MEDICARE_2, "reviewer", decide_aid(key, 1)) is Code.NOT_A_PARTY


def test_a_claim_to_the_same_bureau_is_no_application(world: World) -> None:
    ref = world.bill(1, public=PublicPosition.PENDING)
    asked = world.must(ANNA, "device", claim((ref,), world.today, MEDICARE))

    assert world.code(MEDICARE, "reviewer", decide_aid(asked, 1)) is Code.WRONG_STATE


def test_a_withdrawn_application_holds_up_nobody(world: World) -> None:
    ref = settled(world)
    asked = world.must(ANNA, "device", claim((ref,), world.today))
    key = world.must(ANNA, "device", application((ref,), world.today))
    world.must(ANNA, "device", WithdrawClaim(client_ref="w", claim=key))

    decide = DecideClaim(client_ref="d", claim=asked, amounts=(1,))
    assert world.code(INSURER, "office", decide) is Code.OK


def test_an_application_is_the_owners_near_today_and_to_a_bureau(world: World) -> None:
    world.enrol(BERT)
    ref = settled(world)
    today = world.today

    assert world.code(BERT, "device", application((ref,), today)) is Code.NOT_THE_OWNER
    assert world.code(ANNA, "device", application((ref,), 2020_01_01)) is Code.BAD_DATE
    to_insurer = application((ref,), today, INSURER)
    assert world.code(ANNA, "device", to_insurer) is Code.UNKNOWN_INSTITUTION
    too_much = application((ref,), today, amount_fen=100_01)
    assert world.code(ANNA, "device", too_much) is Code.AMOUNT_OUT_OF_RANGE
    world.time_ms += 731 * DAY_MS
    late = application((ref,), world.today)
    assert world.code(ANNA, "device", late) is Code.FILING_PERIOD_OVER

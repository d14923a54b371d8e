"""Documents, appeals and recovery: what each guard lets through and what it stops."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.bill_operations import AnnounceReversal
from ledgerd.ledger.claim_operations import (
    DecideClaim,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, PublicPosition
from ledgerd.ledger.objects import Claim, ClaimState, PayerPosition, PayerState
from ledgerd.ledger.queries import bill_of, claim_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    HOSPITAL,
    INSURER,
    INSURER_2,
    World,
    claim,
)
from tests.unit.ledgerd.ledger.world_redress import appeal, recover, request_supplement, supply


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def settled(world: World, number: int = 1, total_fen: int = 100_00) -> BillRef:
    key = world.settle(total_fen, 0)
    return world.bill(number, total_fen=total_fen, public=PublicPosition.SETTLED, settlement=key)


def filed(world: World, *bills: BillRef, amount_fen: int = 100_00, ref: str = "") -> bytes:
    operation = claim(bills, world.today, amount_fen=amount_fen)
    if ref:
        operation = replace(operation, client_ref=ref)
    return world.must(ANNA, "device", operation)


def decided(world: World, key: bytes, *amounts: int, ref: str = "d", role: str = "office") -> None:
    world.must(INSURER, role, DecideClaim(client_ref=ref, claim=key, amounts=amounts))


def paid(world: World, key: bytes, amount_fen: int, ref: str = "p") -> None:
    operation = PayClaim(client_ref=ref, claim=key, amount_fen=amount_fen)
    world.must(INSURER, "cashier", operation)


def paid_claim(world: World, ref: BillRef, amount_fen: int = 50_00) -> bytes:
    key = filed(world, ref)
    decided(world, key, amount_fen)
    paid(world, key, amount_fen)
    return key


def found(world: World, key: bytes) -> Claim:
    record = claim_of(world, key)
    assert record is not None
    return record


def entry(world: World, ref: BillRef) -> PayerPosition:
    bill = bill_of(world, ref)
    assert bill is not None
    position = bill.payer(INSURER)
    assert position is not None
    return position


def test_documents_move_the_deadline_and_hold_the_decision(world: World) -> None:
    key = filed(world, settled(world))
    decide = DecideClaim(client_ref="d", claim=key, amounts=(1,))

    world.must(INSURER, "office", request_supplement(key))
    waiting = world.code(INSURER, "office", decide)
    asked_ms = found(world, key).expires_ms - world.time_ms
    world.must(ANNA, "device", supply(key))

    assert waiting is Code.SUPPLEMENT_OPEN
    assert 14 * DAY_MS < asked_ms <= 15 * DAY_MS
    assert found(world, key).expires_ms == world.time_ms + 30 * DAY_MS
    assert world.code(INSURER, "office", decide) is Code.OK


def test_a_payer_decides_without_documents_when_the_patients_time_is_over(world: World) -> None:
    key = filed(world, settled(world))
    world.must(INSURER, "office", request_supplement(key))
    world.time_ms += 15 * DAY_MS

    late = world.code(ANNA, "device", supply(key))

    assert late is Code.OK
    world.must(INSURER, "office", request_supplement(key, "2"))
    world.time_ms += 15 * DAY_MS
    decided(world, key, 1)


def test_what_was_asked_before_a_decision_does_not_hold_up_its_appeal(world: World) -> None:
    """An unanswered request of the first round kept the payer from deciding the second in time."""
    key = filed(world, settled(world))
    world.must(INSURER, "office", request_supplement(key))
    world.time_ms += 15 * DAY_MS
    decided(world, key, 0)
    world.must(ANNA, "device", appeal(key, 1))

    nothing_asked = world.code(ANNA, "device", supply(key))
    again = world.code(INSURER, "reviewer", request_supplement(key, "2"))

    assert nothing_asked is Code.NO_SUPPLEMENT_ASKED
    assert again is Code.OK
    world.must(ANNA, "device", supply(key, "2"))
    decided(world, key, 1, ref="d2", role="reviewer")


def test_documents_are_asked_for_so_often_and_one_at_a_time(world: World) -> None:
    key = filed(world, settled(world))
    world.must(INSURER, "office", request_supplement(key))
    twice = world.code(INSURER, "office", request_supplement(key, "2"))
    world.must(ANNA, "device", supply(key))
    nothing_asked = world.code(ANNA, "device", supply(key, "more"))
    world.must(INSURER, "office", request_supplement(key, "3"))
    world.must(ANNA, "device", supply(key, "again"))

    third = world.code(INSURER, "office", request_supplement(key, "4"))

    assert twice is Code.SUPPLEMENT_OPEN
    assert nothing_asked is Code.NO_SUPPLEMENT_ASKED
    assert third is Code.SUPPLEMENTS_USED


def test_a_late_payer_cannot_buy_time_by_asking(world: World) -> None:
    key = filed(world, settled(world))
    world.time_ms += 30 * DAY_MS

    assert world.code(INSURER, "office", request_supplement(key)) is Code.DEADLINE_OVER


def test_documents_are_between_the_patient_and_the_payer(world: World) -> None:
    world.enrol(BERT)
    key = filed(world, settled(world))
    foreign = world.code(INSURER_2, "office", request_supplement(key))
    world.must(INSURER, "reviewer", request_supplement(key))

    assert foreign is Code.NOT_A_PARTY
    assert world.code(BERT, "device", supply(key)) is Code.NOT_A_PARTY
    decided_late = DecideClaim(client_ref="d", claim=key, amounts=(1,))
    world.time_ms += 15 * DAY_MS
    world.must(INSURER, "office", decided_late)
    assert world.code(ANNA, "device", supply(key)) is Code.ALREADY_DECIDED
    assert world.code(INSURER, "office", request_supplement(key, "2")) is Code.ALREADY_DECIDED


def test_an_office_asks_up_to_its_limit(world: World) -> None:
    key = filed(world, settled(world, total_fen=30_000_00), amount_fen=20_000_01)

    assert world.code(INSURER, "office", request_supplement(key)) is Code.OFFICE_LIMIT
    assert world.code(INSURER, "reviewer", request_supplement(key)) is Code.OK


def test_documents_of_a_closed_claim_are_neither_asked_for_nor_taken(world: World) -> None:
    key = filed(world, settled(world))
    world.must(ANNA, "device", WithdrawClaim(client_ref="w", claim=key))

    assert world.code(INSURER, "office", request_supplement(key)) is Code.CLAIM_CLOSED
    assert world.code(ANNA, "device", supply(key)) is Code.CLAIM_CLOSED


def test_an_appeal_of_a_paid_claim_brings_more_by_another_key(world: World) -> None:
    ref = settled(world)
    key = paid_claim(world, ref)
    world.must(ANNA, "device", appeal(key, 30_00))
    again = DecideClaim(client_ref="again", claim=key, amounts=(20_00,))

    same = world.code(INSURER, "office", again)
    world.must(INSURER, "reviewer", again)
    paid(world, key, 20_00, "p2")

    assert same is Code.SAME_KEY
    assert found(world, key).paid_fen == 70_00
    position = entry(world, ref)
    assert (position.state, position.paid_fen) == (PayerState.PAID, 70_00)


def test_a_refused_claim_is_appealed_and_may_be_refused_again(world: World) -> None:
    ref = settled(world)
    key = filed(world, ref)
    decided(world, key, 0)

    world.must(ANNA, "device", appeal(key, 30_00))
    decided(world, key, 0, ref="again", role="reviewer")

    assert found(world, key).state is ClaimState.REFUSED
    assert entry(world, ref).state is PayerState.REFUSED
    assert world.code(ANNA, "device", appeal(key, 1, ref="2")) is Code.APPEAL_USED


def test_an_appeal_never_grants_more_than_it_asks_or_the_bill_holds(world: World) -> None:
    key = paid_claim(world, settled(world))

    assert world.code(ANNA, "device", appeal(key, 50_01)) is Code.AMOUNT_OUT_OF_RANGE
    assert world.code(ANNA, "device", appeal(key, 0)) is Code.AMOUNT_DIFFERS
    assert world.code(ANNA, "device", appeal(key, 1, 1)) is Code.AMOUNT_DIFFERS
    world.must(ANNA, "device", appeal(key, 50_00))
    over = DecideClaim(client_ref="x", claim=key, amounts=(50_01,))
    assert world.code(INSURER, "reviewer", over) is Code.AMOUNT_DIFFERS


def test_withdrawing_an_appeal_does_not_open_a_paid_bill_to_a_new_claim(world: World) -> None:
    ref = settled(world)
    key = paid_claim(world, ref)
    world.must(ANNA, "device", appeal(key, 10_00))
    world.must(ANNA, "device", WithdrawClaim(client_ref="w", claim=key))

    second = replace(claim((ref,), world.today), client_ref="second claim")

    assert found(world, key).state is ClaimState.PAID
    assert world.code(ANNA, "device", second) is Code.CLAIM_PAID
    assert world.code(ANNA, "device", appeal(key, 1, ref="2")) is Code.APPEAL_USED


def test_an_expired_appeal_falls_back_to_what_was_paid(world: World) -> None:
    ref = settled(world)
    key = paid_claim(world, ref)
    world.must(ANNA, "device", appeal(key, 10_00))
    decided(world, key, 10_00, ref="again", role="reviewer")
    world.time_ms += 31 * DAY_MS
    world.must(ANNA, "device", ReleaseExpired(client_ref="r", claim=key))

    position = entry(world, ref)
    assert (position.state, position.reserved_fen, position.paid_fen) == (PayerState.PAID, 0, 50_00)
    assert found(world, key).state is ClaimState.PAID
    assert found(world, key).paid_fen == 50_00


def test_one_appeal_for_each_bill_and_payer_also_through_a_second_claim(world: World) -> None:
    ref = settled(world)
    first = filed(world, ref)
    decided(world, first, 0)
    world.must(ANNA, "device", appeal(first, 1))
    decided(world, first, 0, ref="again", role="reviewer")
    second = filed(world, ref, ref="second claim")
    decided(world, second, 0, ref="d 2")

    assert world.code(ANNA, "device", appeal(second, 1, ref="2")) is Code.APPEAL_USED


def test_a_claim_that_another_one_replaced_is_not_appealed(world: World) -> None:
    ref = settled(world)
    first = filed(world, ref)
    decided(world, first, 0)
    second = filed(world, ref, ref="second claim")
    open_now = world.code(ANNA, "device", appeal(second, 1))

    assert open_now is Code.CLAIM_OPEN
    assert world.code(ANNA, "device", appeal(first, 1)) is Code.CLAIM_REPLACED


def test_only_the_patient_appeals_and_only_what_was_decided(world: World) -> None:
    world.enrol(BERT)
    key = filed(world, settled(world))
    world.must(ANNA, "device", WithdrawClaim(client_ref="w", claim=key))

    assert world.code(BERT, "device", appeal(key, 1)) is Code.NOT_A_PARTY
    assert world.code(ANNA, "device", appeal(key, 1)) is Code.CLAIM_CLOSED
    assert world.code(ANNA, "device", appeal(b"c" + b"0" * 38, 1)) is Code.NOT_FOUND


def test_no_appeal_after_a_reversal_was_announced_or_the_period_is_over(world: World) -> None:
    early, late = settled(world, 1), settled(world, 2)
    first, second = paid_claim(world, early), filed(world, late)
    decided(world, second, 1, ref="d2")
    paid(world, second, 1, "p2")
    world.must(HOSPITAL, "cashier", AnnounceReversal(client_ref="a", bill=early))
    announced = world.code(ANNA, "device", appeal(first, 1))
    world.time_ms += 731 * DAY_MS

    assert announced is Code.REVERSAL_ANNOUNCED
    assert world.code(ANNA, "device", appeal(second, 1)) is Code.FILING_PERIOD_OVER


def test_an_appeal_of_one_bill_lets_the_other_rest(world: World) -> None:
    one, two = settled(world, 1), settled(world, 2)
    key = filed(world, one, two)
    decided(world, key, 50_00, 0)
    paid(world, key, 50_00)

    world.must(ANNA, "device", appeal(key, 0, 40_00))
    decided(world, key, 0, 40_00, ref="again", role="reviewer")
    paid(world, key, 40_00, "p2")

    assert entry(world, one).paid_fen == 50_00
    assert not entry(world, one).appealed
    assert entry(world, two).paid_fen == 40_00


def test_recovery_in_parts_and_that_payer_pays_this_bill_never_again(world: World) -> None:
    ref = settled(world)
    key = paid_claim(world, ref)

    world.must(INSURER, "cashier", recover(key, 20_00))
    part = entry(world, ref)
    world.must(INSURER, "office", recover(key, 30_00, ref="rest"))

    whole = entry(world, ref)
    second = replace(claim((ref,), world.today), client_ref="second claim")
    assert (part.state, part.paid_fen, part.recovered_fen) == (PayerState.RECOVERED, 30_00, 20_00)
    assert (whole.paid_fen, whole.recovered_fen) == (0, 50_00)
    assert world.code(ANNA, "device", second) is Code.CLAIM_PAID
    assert world.code(ANNA, "device", appeal(key, 1)) is Code.CLAIM_CLOSED


def test_what_was_recovered_is_free_for_another_payer(world: World) -> None:
    ref = settled(world)
    key = filed(world, ref)
    decided(world, key, 100_00)
    paid(world, key, 100_00)
    other = world.must(ANNA, "device", claim((ref,), world.today, INSURER_2))
    decide = DecideClaim(client_ref="o", claim=other, amounts=(60_00,))
    full = world.code(INSURER_2, "office", decide)
    world.must(INSURER, "cashier", recover(key, 60_00))

    assert full is Code.OVER_PRIVATE_SHARE
    assert world.code(INSURER_2, "office", decide) is Code.OK


def test_recovery_takes_back_no_more_than_was_paid(world: World) -> None:
    one, two = settled(world, 1), settled(world, 2)
    key = filed(world, one, two)
    decided(world, key, 30_00, 20_00)
    unpaid = world.code(INSURER, "cashier", recover(key, 1, 0))
    paid(world, key, 50_00)

    assert unpaid is Code.CLAIM_OPEN
    assert world.code(INSURER, "cashier", recover(key, 30_01, 0)) is Code.AMOUNT_DIFFERS
    assert world.code(INSURER, "cashier", recover(key, 30_00, 20_01)) is Code.AMOUNT_DIFFERS
    assert world.code(INSURER, "cashier", recover(key, 1)) is Code.AMOUNT_DIFFERS
    assert world.code(INSURER_2, "cashier", recover(key, 1, 0)) is Code.NOT_A_PARTY


def test_a_refused_claim_has_nothing_to_take_back(world: World) -> None:
    key = filed(world, settled(world))
    decided(world, key, 0)

    assert world.code(INSURER, "cashier", recover(key, 1)) is Code.NOTHING_PAID


def test_who_decided_does_not_recover_and_an_office_only_up_to_its_limit(world: World) -> None:
    ref = settled(world, total_fen=50_000_00)
    key = filed(world, ref, amount_fen=30_000_00)
    decided(world, key, 30_000_00, role="reviewer")
    paid(world, key, 30_000_00)

    assert world.code(INSURER, "office", recover(key, 20_000_01)) is Code.OFFICE_LIMIT
    assert world.code(INSURER, "cashier", recover(key, 20_000_01)) is Code.OK


def test_the_eighth_recovery_takes_all_that_is_left(world: World) -> None:
    key = paid_claim(world, settled(world))
    for step in range(7):
        world.must(INSURER, "cashier", recover(key, 1, ref=f"r{step}"))

    assert world.code(INSURER, "cashier", recover(key, 1, ref="r7")) is Code.TOO_MANY
    assert world.code(INSURER, "cashier", recover(key, 49_93, ref="all")) is Code.OK


def test_an_open_appeal_is_decided_before_anything_is_recovered(world: World) -> None:
    key = paid_claim(world, settled(world))
    world.must(ANNA, "device", appeal(key, 1))

    assert world.code(INSURER, "cashier", recover(key, 1)) is Code.CLAIM_OPEN


def test_a_payer_takes_back_of_a_bill_only_by_the_claim_that_stands_there(world: World) -> None:
    one, two = settled(world, 1), settled(world, 2)
    first = filed(world, one, two)
    decided(world, first, 0, 0)
    second = filed(world, two, ref="second claim")
    decided(world, second, 30_00, ref="d 2")
    paid(world, second, 30_00, "p 2")
    world.must(ANNA, "device", appeal(first, 20_00, 0))
    decided(world, first, 20_00, 0, ref="again", role="reviewer")
    paid(world, first, 20_00, "p 1")

    foreign = world.code(INSURER, "cashier", recover(first, 0, 20_00))

    assert foreign is Code.CLAIM_REPLACED
    assert entry(world, two).paid_fen == 30_00
    assert world.code(INSURER, "cashier", recover(first, 20_00, 0)) is Code.OK

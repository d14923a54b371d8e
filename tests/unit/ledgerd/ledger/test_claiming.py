"""Claims and the two rules against double reimbursement."""

import pytest

from ledgerd.ledger.bill_operations import AnnounceReversal, Countersign
from ledgerd.ledger.claim_operations import (
    DecideClaim,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, PublicPosition
from ledgerd.ledger.objects import ClaimState, PayerState
from ledgerd.ledger.queries import bill_of, claim_of, claims_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    FINANCE,
    HOSPITAL,
    INSURER,
    INSURER_2,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    claim,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def settled_bill(world: World, number: int = 1, public_fen: int = 0) -> BillRef:
    settled = world.settle(100_00, public_fen)
    return world.bill(
        number, public_fen=public_fen, public=PublicPosition.SETTLED, settlement=settled
    )


def decide(key: bytes, *amounts: int, ref: str = "decide") -> DecideClaim:
    return DecideClaim(client_ref=ref, claim=key, amounts=amounts)


def pay(key: bytes, amount_fen: int, ref: str = "pay") -> PayClaim:
    return PayClaim(client_ref=ref, claim=key, amount_fen=amount_fen)


def filed(world: World, *bills: BillRef, payer: str = INSURER, amount_fen: int = 100_00) -> bytes:
    return world.must(ANNA, "device", claim(bills, world.today, payer, amount_fen=amount_fen))


def test_a_claim_is_filed_decided_and_paid(world: World) -> None:
    ref = settled_bill(world)

    key = filed(world, ref)
    world.must(INSURER, "office", decide(key, 80_00))
    world.must(INSURER, "office", pay(key, 80_00))

    found, bill = claim_of(world, key), bill_of(world, ref)
    assert found is not None
    assert bill is not None
    entry = bill.payer(INSURER)
    assert entry is not None
    assert found.state is ClaimState.PAID
    assert (entry.state, entry.reserved_fen, entry.paid_fen) == (PayerState.PAID, 0, 80_00)
    assert claims_of(world, ref) == (found,)


def test_a_second_open_claim_of_the_same_payer_is_refused(world: World) -> None:
    ref = settled_bill(world)
    filed(world, ref)

    second = claim((ref,), world.today, amount_fen=1)
    other_ref = type(second)(**{**_fields(second), "client_ref": "another"})

    assert world.code(ANNA, "device", other_ref) is RejectCode.CLAIM_OPEN


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__struct_fields__}  # type: ignore[attr-defined]


def again(world: World, ref: BillRef, payer: str = INSURER, name: str = "again") -> RejectCode:
    operation = claim((ref,), world.today, payer)
    return world.code(ANNA, "device", type(operation)(**{**_fields(operation), "client_ref": name}))


def test_a_payer_that_paid_is_not_claimed_again(world: World) -> None:
    ref = settled_bill(world)
    key = filed(world, ref)
    world.must(INSURER, "office", decide(key, 1))
    world.must(INSURER, "office", pay(key, 1))

    assert again(world, ref) is RejectCode.CLAIM_PAID


def test_medicare_is_one_payer_whichever_bureau(world: World) -> None:
    ref = world.bill(1, public=PublicPosition.PENDING)
    filed(world, ref, payer=MEDICARE)

    assert again(world, ref, MEDICARE_2) is RejectCode.CLAIM_OPEN


def test_a_settlement_at_the_counter_is_medicares_claim(world: World) -> None:
    ref = settled_bill(world)

    assert again(world, ref, MEDICARE) is RejectCode.CLAIM_PAID


def test_refused_and_withdrawn_claims_may_be_filed_again(world: World) -> None:
    ref = settled_bill(world)
    refused = filed(world, ref)
    world.must(INSURER, "office", decide(refused, 0))
    withdrawn = filed(world, ref, payer=INSURER_2)
    world.must(ANNA, "device", WithdrawClaim(client_ref="w", claim=withdrawn))

    assert again(world, ref) is RejectCode.OK
    assert again(world, ref, INSURER_2, "again 2") is RejectCode.OK


def test_a_second_insurer_gets_what_is_left_and_no_more(world: World) -> None:
    ref = settled_bill(world, public_fen=60_00)
    first = filed(world, ref)
    second = filed(world, ref, payer=INSURER_2)
    world.must(INSURER, "office", decide(first, 30_00))

    too_much = world.code(INSURER_2, "office", decide(second, 10_01))

    assert too_much is RejectCode.OVER_PRIVATE_SHARE
    assert world.code(INSURER_2, "office", decide(second, 10_00)) is RejectCode.OK


def test_what_an_insurer_reserved_counts_against_medicare(world: World) -> None:
    ref = world.bill(1, public=PublicPosition.NONE)
    first = filed(world, ref)
    world.time_ms += 3 * DAY_MS + 3_600_000
    world.must(INSURER, "office", decide(first, 50_00))
    public = filed(world, ref, payer=MEDICARE)

    assert world.code(MEDICARE, "office", decide(public, 50_01)) is RejectCode.OVER_TOTAL
    assert world.code(MEDICARE, "office", decide(public, 50_00)) is RejectCode.OK


def test_an_insurer_waits_until_none_is_undisputed(world: World) -> None:
    ref = world.bill(1, public=PublicPosition.NONE)
    key = filed(world, ref)

    early = world.code(INSURER, "office", decide(key, 1))
    world.time_ms += 3 * DAY_MS + 3_600_000

    assert early is RejectCode.PUBLIC_NOT_FINAL
    assert world.code(INSURER, "office", decide(key, 1)) is RejectCode.OK


def test_an_open_claim_to_medicare_disputes_none(world: World) -> None:
    ref = world.bill(1, public=PublicPosition.NONE)
    key = filed(world, ref)
    filed(world, ref, payer=MEDICARE)
    world.time_ms += 3 * DAY_MS + 3_600_000

    assert world.code(INSURER, "office", decide(key, 1)) is RejectCode.PUBLIC_NOT_FINAL


def test_an_insurer_decides_after_medicare_decided(world: World) -> None:
    ref = world.bill(1, public=PublicPosition.PENDING)
    key, public = filed(world, ref), filed(world, ref, payer=MEDICARE)

    early = world.code(INSURER, "office", decide(key, 1))
    world.must(MEDICARE, "office", decide(public, 60_00))

    assert early is RejectCode.PUBLIC_NOT_FINAL
    assert world.code(INSURER, "office", decide(key, 40_01)) is RejectCode.OVER_PRIVATE_SHARE
    assert world.code(INSURER, "office", decide(key, 40_00)) is RejectCode.OK


def test_a_pending_public_share_is_final_when_the_filing_period_is_over(world: World) -> None:
    ref = world.bill(1, public=PublicPosition.PENDING)
    world.time_ms += 729 * DAY_MS
    key = filed(world, ref)
    world.time_ms += 3 * DAY_MS

    assert world.code(INSURER, "office", decide(key, 1)) is RejectCode.OK


def test_a_claim_is_filed_within_the_filing_period(world: World) -> None:
    ref = settled_bill(world)
    world.time_ms += 731 * DAY_MS

    assert again(world, ref) is RejectCode.FILING_PERIOD_OVER


def test_only_supervised_and_paid_bills_without_announcement_are_claimed(world: World) -> None:
    ref = world.issued(1)
    unsupervised = again(world, ref)
    world.must(FINANCE, "office", Countersign(client_ref="s", bill=ref))
    unpaid = again(world, ref)
    world.bill(2)
    world.must(HOSPITAL, "cashier", AnnounceReversal(client_ref="a", bill=bill_ref(2)))

    assert unsupervised is RejectCode.NOT_SUPERVISED
    assert unpaid is RejectCode.NOT_PAID_IN_FULL
    assert again(world, bill_ref(2)) is RejectCode.REVERSAL_ANNOUNCED


def test_only_the_owner_claims_and_only_with_the_salt(world: World) -> None:
    world.enrol(BERT)
    ref = world.bill(1)
    nobodys = world.bill(2, owner=None)

    assert world.code(BERT, "device", claim((ref,), world.today)) is RejectCode.NOT_THE_OWNER
    assert again(world, nobodys) is RejectCode.NOT_THE_OWNER


def test_an_unconfirmed_account_cannot_claim() -> None:
    world = World()
    world.allot()
    from tests.unit.ledgerd.ledger.world import enrolment

    world.must(HOSPITAL, "clerk", enrolment(ANNA))
    ref = world.bill(1)

    assert again(world, ref) is RejectCode.ACCOUNT_NOT_CONFIRMED


def test_a_claim_names_each_bill_once_and_existing_ones(world: World) -> None:
    ref = world.bill(1)

    assert world.code(ANNA, "device", claim((ref, ref), world.today)) is RejectCode.DUPLICATE_ITEM
    assert again(world, bill_ref(9)) is RejectCode.NOT_FOUND
    assert again(world, ref, HOSPITAL) is RejectCode.UNKNOWN_INSTITUTION


def test_a_claim_on_several_bills_moves_on_all_or_on_none(world: World) -> None:
    good, bad = settled_bill(world, 1), world.issued(2)

    code = world.code(ANNA, "device", claim((good, bad), world.today))

    bill = bill_of(world, good)
    assert code is RejectCode.NOT_SUPERVISED
    assert bill is not None
    assert bill.payer(INSURER) is None
    assert world.changed == {}


def test_a_claim_asks_within_the_total_and_near_today(world: World) -> None:
    ref = world.bill(1)

    too_much = claim((ref,), world.today, amount_fen=100_01)
    long_ago = claim((ref,), 2020_01_01)

    assert world.code(ANNA, "device", too_much) is RejectCode.AMOUNT_OUT_OF_RANGE
    assert world.code(ANNA, "device", long_ago) is RejectCode.BAD_DATE


def test_a_decision_stays_within_what_was_asked_and_fits_the_bills(world: World) -> None:
    key = filed(world, settled_bill(world), amount_fen=50_00)

    assert world.code(INSURER, "office", decide(key, 50_01)) is RejectCode.AMOUNT_DIFFERS
    assert world.code(INSURER, "office", decide(key, 1, 1)) is RejectCode.AMOUNT_DIFFERS
    assert world.code(INSURER_2, "office", decide(key, 1)) is RejectCode.NOT_A_PARTY


def test_a_claim_is_decided_once_and_paid_exactly(world: World) -> None:
    key = filed(world, settled_bill(world))
    undecided = world.code(INSURER, "office", pay(key, 1))
    world.must(INSURER, "office", decide(key, 50_00))

    assert undecided is RejectCode.NOT_DECIDED
    assert world.code(INSURER, "office", decide(key, 1, ref="b")) is RejectCode.ALREADY_DECIDED
    assert world.code(INSURER, "office", pay(key, 49_99)) is RejectCode.AMOUNT_DIFFERS
    assert world.code(INSURER, "office", pay(key, 50_00)) is RejectCode.OK
    assert world.code(INSURER, "office", pay(key, 50_00, "b")) is RejectCode.CLAIM_CLOSED
    assert world.code(INSURER, "office", decide(key, 1, ref="c")) is RejectCode.CLAIM_CLOSED


def test_an_office_key_decides_and_pays_up_to_its_limits(world: World) -> None:
    settled = world.settle(50_000_00, 0)
    ref = world.bill(1, total_fen=50_000_00, public=PublicPosition.SETTLED, settlement=settled)
    key = filed(world, ref, amount_fen=20_000_01)

    above = world.code(INSURER, "office", decide(key, 20_000_01))
    world.must(INSURER, "reviewer", decide(key, 20_000_01))

    assert above is RejectCode.OFFICE_LIMIT
    assert world.code(INSURER, "office", pay(key, 20_000_01)) is RejectCode.OFFICE_LIMIT
    assert world.code(INSURER, "cashier", pay(key, 20_000_01)) is RejectCode.OK


def test_a_decided_claim_is_not_withdrawn_and_a_foreign_one_never(world: World) -> None:
    world.enrol(BERT)
    key = filed(world, settled_bill(world))
    withdrawal = WithdrawClaim(client_ref="w", claim=key)

    foreign = world.code(BERT, "device", withdrawal)
    world.must(INSURER, "office", decide(key, 1))

    assert foreign is RejectCode.NOT_A_PARTY
    assert world.code(ANNA, "device", withdrawal) is RejectCode.ALREADY_DECIDED


def test_a_withdrawn_claim_stays_closed(world: World) -> None:
    key = filed(world, settled_bill(world))
    world.must(ANNA, "device", WithdrawClaim(client_ref="w", claim=key))
    second = WithdrawClaim(client_ref="w2", claim=key)

    assert world.code(ANNA, "device", second) is RejectCode.CLAIM_CLOSED
    assert world.code(INSURER, "office", decide(key, 1)) is RejectCode.CLAIM_CLOSED


def test_an_expired_claim_is_released_by_anyone_and_frees_what_it_reserved(world: World) -> None:
    ref = settled_bill(world)
    key = filed(world, ref)
    world.must(INSURER, "office", decide(key, 100_00))
    release = ReleaseExpired(client_ref="r", claim=key)
    second = filed(world, ref, payer=INSURER_2)

    early = world.code(FINANCE, "terminal", release)
    world.time_ms += 30 * DAY_MS
    full = world.code(INSURER_2, "office", decide(second, 1))
    world.must(FINANCE, "terminal", release)

    assert early is RejectCode.NOT_EXPIRED
    assert full is RejectCode.OVER_PRIVATE_SHARE
    assert world.code(INSURER_2, "office", decide(second, 100_00)) is RejectCode.OK
    assert world.code(INSURER, "office", pay(key, 100_00)) is RejectCode.CLAIM_CLOSED
    other = ReleaseExpired(client_ref="r2", claim=key)
    assert world.code(FINANCE, "terminal", other) is RejectCode.CLAIM_CLOSED


def test_time_alone_ends_no_claim(world: World) -> None:
    key = filed(world, settled_bill(world))
    world.time_ms += 40 * DAY_MS

    assert world.code(INSURER, "office", decide(key, 1)) is RejectCode.OK


def test_a_patient_may_release_an_expired_claim(world: World) -> None:
    key = filed(world, settled_bill(world))
    world.time_ms += 31 * DAY_MS

    assert world.code(ANNA, "device", ReleaseExpired(client_ref="r", claim=key)) is RejectCode.OK


def test_steps_on_a_claim_that_does_not_exist_are_refused(world: World) -> None:
    key = b"c" + b"0" * 38

    assert world.code(INSURER, "office", decide(key, 1)) is RejectCode.NOT_FOUND
    assert world.code(INSURER, "office", pay(key, 1)) is RejectCode.NOT_FOUND

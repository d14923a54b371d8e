"""The rules against double reimbursement, on objects alone."""

import pytest
from msgspec.structs import replace

from ledgerd.chain.params import example_params
from ledgerd.errors import TransactionRejected
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.guards import checked_sum, is_public_final, require_institution, require_room
from ledgerd.ledger.objects import MEDICARE, Bill, PayerPosition, PayerState
from ledgerd.ledger.queries import bill_of
from tests.unit.ledgerd.ledger.world import HOSPITAL, INSURER, INSURER_2, World, bill_ref

PARAMS = example_params("33")


def position(payer: str, state: PayerState, reserved_fen: int, paid_fen: int) -> PayerPosition:
    return PayerPosition(
        payer=payer, state=state, reserved_fen=reserved_fen, paid_fen=paid_fen, claim=None
    )


def sample_bill(*payers: PayerPosition, hospital_fen: int = 0) -> Bill:
    world = World()
    world.allot()
    world.issued(1)
    bill = bill_of(world, bill_ref(1))
    assert bill is not None
    return replace(bill, payers=payers, hospital_fen=hospital_fen)


@pytest.mark.parametrize(("amount_fen", "fits"), [(10_00, True), (10_01, False)])
def test_reserved_and_paid_of_all_payers_leave_the_room(amount_fen: int, fits: bool) -> None:
    bill = sample_bill(
        position(MEDICARE, PayerState.PAID, 0, 60_00),
        position(INSURER, PayerState.DECIDED, 30_00, 0),
    )

    assert _holds(lambda: require_room(bill, INSURER_2, amount_fen)) == fits


def test_what_the_hospital_bears_is_nobodys_to_reimburse() -> None:
    bill = sample_bill(hospital_fen=1)

    assert not _holds(lambda: require_room(bill, INSURER, 100_00))
    assert _holds(lambda: require_room(bill, INSURER, 99_99))


def _holds(check) -> bool:
    try:
        check()
    except TransactionRejected:
        return False
    return True


@pytest.mark.parametrize("state", list(PayerState))
def test_the_public_position_is_final_by_its_states(state: PayerState) -> None:
    bill = replace(sample_bill(position(MEDICARE, state, 0, 0)), public=PublicPosition.PENDING)
    open_or_back = (PayerState.FILED, PayerState.WITHDRAWN)

    assert is_public_final(bill, PARAMS, bill.issued_ms) == (state not in open_or_back)


def test_none_is_final_only_after_the_time_for_disputes() -> None:
    bill = sample_bill()
    ends_ms = bill.issued_ms + 3 * DAY_MS

    assert not is_public_final(bill, PARAMS, ends_ms)
    assert is_public_final(bill, PARAMS, ends_ms + 1)


def test_sums_leave_their_range_with_a_code() -> None:
    assert checked_sum((1, 2, 3)) == 6
    with pytest.raises(TransactionRejected, match="AMOUNT_OUT_OF_RANGE"):
        checked_sum((2**62, 1))


def test_an_institution_of_another_kind_is_unknown() -> None:
    assert require_institution(World(), HOSPITAL).kind == "hospital"
    with pytest.raises(TransactionRejected, match="UNKNOWN_INSTITUTION"):
        require_institution(World(), HOSPITAL, "insurer")

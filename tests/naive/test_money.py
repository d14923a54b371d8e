"""The invariants of money find what they are there for, on bills that no rule would write."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.objects import Bill, PayerPosition, PayerState
from ledgerd.ledger.queries import bill_of
from tests.naive.money import breaches
from tests.unit.ledgerd.ledger.world import INSURER, World

CLAIM = b"c".ljust(39, b"\0")


def payer(name: str, **changes: object) -> PayerPosition:
    values: dict[str, object] = {"reserved_fen": 0, "paid_fen": 0, "claim": CLAIM}
    return PayerPosition(payer=name, state=PayerState.PAID, **{**values, **changes})


@pytest.fixture
def bill() -> Bill:
    world = World()
    world.allot()
    found = bill_of(world, world.bill(1))
    assert found is not None
    return found


def test_a_bill_in_order_breaks_nothing(bill: Bill) -> None:
    before = replace(bill, payers=(payer(INSURER, reserved_fen=60_00),))
    after = replace(bill, payers=(payer(INSURER, paid_fen=60_00),))

    assert breaches(None, bill) == breaches(before, after) == []


def test_more_is_borne_than_there_is(bill: Bill) -> None:
    both = (payer("medicare", paid_fen=60_00), payer(INSURER, reserved_fen=40_01))

    assert breaches(None, replace(bill, payers=both)) == ["more is borne than was charged"]


def test_the_part_of_the_hospital_is_nobodys(bill: Bill) -> None:
    whole = replace(bill, paid_fen=0, payments=(), hospital_fen=5, payers=(payer("employer"),))
    full = replace(whole, payers=(payer("employer", paid_fen=100_00),))

    assert breaches(None, whole) == []
    assert breaches(None, full) == ["more is borne than was charged"]


def test_private_payers_take_what_public_funds_bore(bill: Bill) -> None:
    settled = replace(bill, paid_fen=0, payments=(), public_fen=60_00)
    over = replace(settled, payers=(payer(INSURER, paid_fen=40_01),))

    assert breaches(None, over) == ["private payers bear a public share"]


def test_a_payer_pays_again_after_recovery_or_more_than_it_reserved(bill: Bill) -> None:
    recovered = replace(bill, payers=(payer(INSURER, recovered_fen=60_00),))
    again = replace(bill, payers=(payer(INSURER, recovered_fen=60_00, reserved_fen=1),))
    forgotten = replace(bill, payers=(payer(INSURER),))
    reserved = replace(bill, payers=(payer(INSURER, reserved_fen=10),))
    more = replace(bill, payers=(payer(INSURER, paid_fen=11),))

    assert breaches(recovered, again) == ["a payer pays again what was recovered from its claim"]
    assert breaches(recovered, forgotten) == ["what was recovered became less"]
    assert breaches(reserved, more) == ["more was paid than was reserved"]


def test_patients_pay_their_share_and_get_back_what_they_paid(bill: Bill) -> None:
    half = replace(bill, total_fen=50_00)
    refunded = replace(bill, refunded_fen=100_01)
    lost = replace(bill, payments=())

    assert breaches(None, half) == ["the patient paid more than the patient's share"]
    assert breaches(None, refunded) == ["more was refunded than was paid"]
    assert breaches(None, lost) == ["payments do not add up"]

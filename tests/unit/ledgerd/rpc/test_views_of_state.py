"""Objects of the state as answers show them."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import Bill, KeyedStep
from ledgerd.ledger.queries import bill_of
from ledgerd.rpc.views_of_state import bill_name, bill_state, bill_view
from tests.unit.ledgerd.rpc.stories import BILL, told


async def stored_bill() -> Bill:
    bill = bill_of((await told()).node.reads.state(), BILL)
    assert bill is not None
    return bill


async def test_the_state_of_a_bill_is_the_furthest_it_has_come() -> None:
    bill = await stored_bill()
    step = KeyedStep(origin=bill.origin, signer=b"\x00" * 32, time_ms=1)

    states = [
        bill_state(replace(bill, supervised=None)),
        bill_state(bill),
        bill_state(replace(bill, announced=step)),
        bill_state(replace(bill, announced=step, reversed=bill.origin)),
        bill_state(replace(bill, bill_type=2)),
    ]

    assert states == ["issued", "supervised", "announced", "reversed", "red"]


@pytest.mark.parametrize(
    ("paid_fen", "payment"), [(0, "unpaid"), (1, "part"), (9_999, "part"), (10_000, "paid")]
)
async def test_payment_is_unpaid_part_or_paid(paid_fen: int, payment: str) -> None:
    bill = replace(await stored_bill(), paid_fen=paid_fen)

    assert bill_view(BILL, bill).payment == payment


def test_no_bill_has_no_name() -> None:
    assert bill_name(None) == ""
    assert bill_name(BillRef(code="1" * 8, number="2" * 10)) == "11111111-2222222222"

"""Ranges of the fields of the books."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.book_operations import WRITE_OFF_BILLS_MAX, Sum
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.samples_governance import BOOKS
from tests.unit.ledgerd.ledger.world import bill_ref

RETURN, REPORT, _, CLEARING, REQUEST, APPROVE = BOOKS
BILLS = tuple(bill_ref(number) for number in range(WRITE_OFF_BILLS_MAX + 1))


@pytest.mark.parametrize(
    "bad",
    [
        replace(RETURN, first=10**10),
        replace(RETURN, range_id=b""),
        replace(REPORT, date=0),
        replace(REPORT, issued=Sum(count=-1, amount_fen=0)),
        replace(REPORT, issued=Sum(count=0, amount_fen=2**62 + 1)),
        replace(CLEARING, month=2026),
        replace(REQUEST, bills=()),
        replace(REQUEST, bills=BILLS),
        replace(APPROVE, step=4),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))


def test_as_many_bills_as_allowed_fit() -> None:
    operation = replace(REQUEST, bills=BILLS[1:])

    assert decode_operation(encode_operation(operation)) == operation

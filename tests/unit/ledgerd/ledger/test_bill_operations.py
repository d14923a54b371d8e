"""Ranges of the fields of operations on bills."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.world import issue, payment

GOOD = issue(1, 2026_09_21)


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, total_fen=-1),
        replace(GOOD, total_fen=10**12 + 1),
        replace(GOOD, public_fen=True),
        replace(GOOD, public=4),
        replace(GOOD, client_ref=""),
        replace(GOOD, client_ref="a" * 65),
        replace(GOOD, client_ref="a\n"),
        replace(GOOD, client_ref="\u4e2d"),
        replace(GOOD, bill=BillRef(code="3301012", number="0000000001")),
        replace(GOOD, bill=BillRef(code="33010126", number="000000001\n")),
        replace(GOOD, bill=BillRef(code="33010126", number="\uff11000000001")),
        replace(GOOD, owner=b"short"),
        replace(GOOD, settlement=b"short"),
        replace(GOOD, version=2),
        replace(payment(GOOD.bill, 1), amount_fen=0),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))


def test_the_largest_amount_decodes() -> None:
    largest = replace(GOOD, total_fen=10**12)

    assert decode_operation(encode_operation(largest)) == largest

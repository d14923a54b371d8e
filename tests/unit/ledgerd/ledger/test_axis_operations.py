"""Ranges of the fields of operations on the further axes."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.world import bill_ref
from tests.unit.ledgerd.ledger.world_axes import bind, enter, exchange, refund

BILL = bill_ref(1)


@pytest.mark.parametrize(
    "bad",
    [
        replace(exchange(BILL), paper=""),
        replace(exchange(BILL), paper="p-1"),
        replace(exchange(BILL), paper="1" * 33),
        replace(exchange(BILL), paper="1\n"),
        replace(bind(BILL), owner=b"short"),
        refund(BILL, 0),
        refund(BILL, 10**12 + 1),
        enter(BILL, b"short", 1),
        enter(BILL, bytes(16), 0),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))


def test_the_longest_paper_number_decodes() -> None:
    longest = replace(exchange(BILL), paper="A-9" + "0" * 29)

    assert decode_operation(encode_operation(longest)) == longest

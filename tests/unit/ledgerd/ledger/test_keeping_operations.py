"""Ranges of the fields of operations on erasure and audit anchors."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.keeping_operations import ERASED_BILLS_MAX
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.world import bill_ref
from tests.unit.ledgerd.ledger.world_care import anchor, confirm, erasure

DAY = 2026_09_21
BILLS = tuple(bill_ref(number) for number in range(ERASED_BILLS_MAX + 1))


@pytest.mark.parametrize(
    "bad",
    [
        anchor(DAY, 0),
        replace(anchor(DAY), head=b"short"),
        erasure((), DAY),
        erasure(BILLS, DAY),
        erasure(BILLS[:1], DAY, 0),
        erasure(BILLS[:1], DAY, 4),
        confirm(b"short"),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))


def test_the_longest_request_decodes() -> None:
    longest = erasure(BILLS[:-1], DAY)

    assert decode_operation(encode_operation(longest)) == longest

"""Ranges of the fields of operations on visits and prescriptions."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.care_operations import DISPENSINGS_MAX
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.world_care import book, cancel, prescribe, register

DAY = 2026_09_21
VISIT = b"v" + bytes(38)


@pytest.mark.parametrize(
    "bad",
    [
        replace(book(DAY), date=5),
        replace(book(DAY), visit=b"short"),
        replace(register(DAY), booked=b"short"),
        replace(register(DAY), presence=b""),
        cancel(VISIT + b"x"),
        prescribe(VISIT, DAY, times=0),
        prescribe(VISIT, DAY, times=DISPENSINGS_MAX + 1),
        prescribe(VISIT, DAY, until_ms=-1),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))


def test_the_widest_prescription_decodes() -> None:
    widest = prescribe(VISIT, DAY, times=DISPENSINGS_MAX)

    assert decode_operation(encode_operation(widest)) == widest

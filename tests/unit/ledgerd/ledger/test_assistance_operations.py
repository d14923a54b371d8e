"""Ranges of the fields of assistance."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.samples_redress import APPLICATION, BILL, DAY
from tests.unit.ledgerd.ledger.world_redress import application, decide_aid

GOOD = application((BILL,), DAY)


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, items=()),
        replace(GOOD, items=GOOD.items * 17),
        replace(GOOD, bureau="no institution"),
        replace(GOOD, items=(replace(GOOD.items[0], amount_fen=0),)),
        decide_aid(APPLICATION),
        decide_aid(APPLICATION + b"0", 1),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))

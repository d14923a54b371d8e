"""Ranges of the fields of alerts and cases."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.samples_redress import BILL, CASE, DAY
from tests.unit.ledgerd.ledger.world import INSURER, MEDICARE
from tests.unit.ledgerd.ledger.world_redress import alert, assign, open_case

OPEN = open_case(MEDICARE, DAY)


@pytest.mark.parametrize(
    "bad",
    [
        replace(alert(DAY), rule=""),
        replace(alert(DAY), rule="Name of a person"),
        replace(alert(DAY), rule="x" * 33),
        replace(alert(DAY), result=3),
        replace(OPEN, parties=()),
        replace(OPEN, parties=OPEN.parties * 5),
        replace(OPEN, holds=(BILL,) * 17),
        replace(OPEN, alert=b"l"),
        replace(assign(CASE, INSURER), key=bytes(31)),
        replace(assign(CASE, INSURER), key=bytes(34)),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))

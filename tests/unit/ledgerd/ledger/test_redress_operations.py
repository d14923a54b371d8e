"""Ranges of the fields of the operations of redress."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.samples_redress import CLAIM
from tests.unit.ledgerd.ledger.world_redress import appeal, recover, supply

DOCUMENT = supply(CLAIM).documents[0]


@pytest.mark.parametrize(
    "bad",
    [
        replace(supply(CLAIM), documents=()),
        replace(supply(CLAIM), documents=(DOCUMENT,) * 9),
        appeal(CLAIM),
        appeal(CLAIM, -1),
        appeal(CLAIM, *range(17)),
        recover(CLAIM),
        recover(CLAIM, 10**12 + 1),
        recover(CLAIM[1:], 1),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))

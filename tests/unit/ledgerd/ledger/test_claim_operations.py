"""Ranges of the fields of patients' and payers' operations."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.claim_operations import DecideClaim
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.samples import GRANT
from tests.unit.ledgerd.ledger.world import ANNA, bill_ref, claim, enrolment

GOOD = claim((bill_ref(1),), 2026_09_21)


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, items=()),
        replace(GOOD, items=GOOD.items * 17),
        replace(GOOD, items=(replace(GOOD.items[0], amount_fen=0),)),
        replace(GOOD, items=(replace(GOOD.items[0], salt=b""),)),
        replace(GOOD, date=10_000_0101),
        replace(GOOD, payer="lower case letters"),
        replace(GRANT, parts=4),
        replace(GRANT, parts=0),
        replace(GRANT, purpose=9),
        replace(enrolment(ANNA), account=b"short"),
        DecideClaim(client_ref="d", claim=b"c" * 39, amounts=(1.5,)),
        DecideClaim(client_ref="d", claim=b"c" * 40, amounts=(1,)),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))

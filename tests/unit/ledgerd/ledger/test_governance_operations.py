"""Ranges of the fields of proposals."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.governance_operations import Admission, Propose, Vote
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.unit.ledgerd.ledger.samples import CANDIDATE, DAY, PROPOSAL


@pytest.mark.parametrize(
    "bad",
    [
        Propose(
            client_ref="p", date=DAY, subject=Admission(candidate=replace(CANDIDATE, kind="clinic"))
        ),
        Propose(client_ref="p", date=DAY, subject=Admission(candidate=replace(CANDIDATE, name=""))),
        Vote(client_ref="v", proposal=PROPOSAL, approve=1),
        Vote(client_ref="v", proposal=b"", approve=True),
    ],
)
def test_a_field_out_of_its_range_does_not_decode(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))

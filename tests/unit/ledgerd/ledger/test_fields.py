"""The shared fields."""

import pytest

from ledgerd.errors import DecodeError
from ledgerd.ledger.fields import SIDECAR_BYTES_MAX, BillRef, FundShare, Parts, SidecarName
from ledgerd.primitives.canonical import decode, encode


@pytest.mark.parametrize(
    "bad",
    [
        FundShare(fund="", amount_fen=1),
        FundShare(fund="a" * 17, amount_fen=1),
        FundShare(fund="a\n", amount_fen=1),
        FundShare(fund="a", amount_fen=-1),
    ],
)
def test_a_fund_has_a_code_of_a_named_alphabet(bad: FundShare) -> None:
    with pytest.raises(DecodeError):
        decode(encode(bad), FundShare, bytes_max=100)


@pytest.mark.parametrize("size", [0, SIDECAR_BYTES_MAX + 1])
def test_a_sidecar_has_a_size(size: int) -> None:
    name = SidecarName(sidecar_hash=bytes(32), sidecar_bytes=size)

    with pytest.raises(DecodeError):
        decode(encode(name), SidecarName, bytes_max=100)


def test_a_bill_is_named_by_digits() -> None:
    ref = BillRef(code="33010126", number="0000000001")

    assert decode(encode(ref), BillRef, bytes_max=100) == ref
    assert Parts.FACE | Parts.LINES == 3

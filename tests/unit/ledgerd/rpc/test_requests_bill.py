"""Ranges of the parameters on the axes; what is sealed or checked never shows itself."""

import msgspec
import pytest

from ledgerd.rpc import requests_bill as rb

BILL = {"code": "33010126", "number": "0000000001"}
CHECK = {**BILL, "date": 2026_01_01, "amount_fen": 1, "check_code": "000000"}
SHARE = {**BILL, "fields": ["person/name"]}


@pytest.mark.parametrize(
    ("type_", "bad"),
    [
        (rb.BillCheck, {**CHECK, "check_code": "12345"}),
        (rb.BillCheck, {**CHECK, "check_code": "12345a"}),
        (rb.BillCheck, {**CHECK, "date": 1}),
        (rb.BillCheck, {**CHECK, "amount_fen": -1}),
        (rb.BillShare, {**SHARE, "fields": []}),
        (rb.BillShare, {**SHARE, "fields": ["a b"]}),
        (rb.BillShare, {**SHARE, "fields": ["a"] * 257}),
        (rb.BillRefund, {"client_ref": "r", "bill": BILL, "amount_fen": 0}),
        (rb.BillExchangePaper, {"client_ref": "r", "bill": BILL, "paper": "p 1"}),
    ],
)
def test_a_parameter_out_of_its_range_is_refused(type_: type, bad: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, type=type_)


def test_a_good_check_is_taken_and_hides_its_code() -> None:
    check = msgspec.convert({**CHECK, "check_code": "918273"}, type=rb.BillCheck)

    assert "918273" not in repr(check)
    assert msgspec.convert(SHARE, type=rb.BillShare).fields == ("person/name",)

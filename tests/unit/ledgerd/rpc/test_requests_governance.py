"""Requests of governance and of the books: ranges of their fields."""

import msgspec
import pytest

from ledgerd.rpc import requests_governance as rg


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        (rg.GovPropose, {"client_ref": "r", "subject": "coup"}),
        (rg.GovPropose, {"client_ref": "r", "subject": "protocol", "protocol_version": 0}),
        (rg.KeysRotate, {"client_ref": "r", "role": "king"}),
        (rg.KeysTerminal, {"client_ref": "r", "terminal": "00"}),
        (rg.MemberMove, {"client_ref": "r", "addresses": ["a b"]}),
        (rg.NumbersReturn, {"client_ref": "r", "code": "1", "range_id": "00" * 16}),
        (rg.TotalsReport, {"client_ref": "r", "date": 1}),
        (rg.WriteoffApprove, {"client_ref": "r", "write_off": "00" * 39, "step": "burn"}),
        (rg.TotalsGet, {"issuer": "x", "date": 20_260_921}),
    ],
)
def test_a_value_out_of_its_range_is_refused(type_: type, fields: dict) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, type_)


def test_what_fits_is_taken() -> None:
    asked = msgspec.convert({"client_ref": "r", "date": 20_260_921}, rg.TotalsReport)

    assert (asked.issued, asked.date) == (None, 20_260_921)

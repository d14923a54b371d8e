"""Requests that act: what is personal never shows itself."""

import msgspec
import pytest

from ledgerd.rpc.requests import BillIssue, PatientConfirm, PatientEnrol

SECRET = "Sample Person"
CONTENT = {
    "person": {"name": SECRET, "identity_number": SECRET},
    "money": {"total_fen": 100, "cash_fen": 100},
    "visit": {"kind": "outpatient", "time": SECRET, "diagnosis": SECRET},
    "items": [{"category": 1, "amount_fen": 100}],
    "details": [
        {
            "category": 1,
            "name": SECRET,
            "quantity": 10_000,
            "unit_price": 10_000,
            "amount_fen": 100,
        }
    ],
}


@pytest.mark.parametrize(
    "request_",
    [
        msgspec.convert({"client_ref": "a", "content": CONTENT}, BillIssue),
        PatientConfirm(client_ref="a", account="0" * 32, identity_number=SECRET),
        msgspec.convert(
            {
                "client_ref": "a",
                "patient_key": "0" * 64,
                "patient_seal_key": "0" * 64,
                "person": {"name": SECRET},
            },
            PatientEnrol,
        ),
    ],
    ids=lambda request: type(request).__name__,
)
def test_personal_content_is_not_in_a_repr(request_: object) -> None:
    assert SECRET not in repr(request_)


@pytest.mark.parametrize(
    "changes",
    [
        {"items": []},
        {"items": [{"category": 1, "amount_fen": 1}] * 19},
        {"details": [CONTENT["details"][0]] * 2_001},
        {"person": {"name": "x" * 1_001}},
        {"visit": {"kind": "hotel", "time": ""}},
        {"money": {"total_fen": 1, "cash_fen": 1, "funds": [{"fund": "a", "amount_fen": 1}] * 17}},
    ],
)
def test_a_bill_out_of_its_bounds_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"client_ref": "a", "content": {**CONTENT, **changes}}, BillIssue)

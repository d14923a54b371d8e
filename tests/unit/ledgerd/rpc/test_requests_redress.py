"""Requests of redress: words that will be sealed never show themselves."""

import msgspec
import pytest

from ledgerd.rpc import requests_redress as r

SECRET = "words about a person"
OBJECT = "63" * 39


@pytest.mark.parametrize(
    "request_",
    [
        r.ClaimRequestSupplement(client_ref="a", claim=OBJECT, request=SECRET),
        r.ClaimSupply(client_ref="a", account="0" * 32, claim=OBJECT, documents=(SECRET,)),
        r.ClaimAppeal(client_ref="a", account="0" * 32, claim=OBJECT, amounts=(1,), reasons=SECRET),
        r.AssistanceDecide(client_ref="a", application=OBJECT, amounts=(1,), reasoning=SECRET),
        r.CaseOpen(client_ref="a", rule="x", parties=("0" * 32,), subject=SECRET),
        r.CaseReport(client_ref="a", case=OBJECT, finding=SECRET),
        r.CaseAppeal(client_ref="a", case=OBJECT, reasons=SECRET),
        r.CaseReview(client_ref="a", case=OBJECT, opinion=SECRET),
    ],
    ids=lambda request: type(request).__name__,
)
def test_a_request_with_words_shows_its_type_only(request_: r.SealedAct) -> None:
    assert repr(request_) == f"{type(request_).__name__}(...)"


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        (r.CaseOpen, {"rule": "Rule", "parties": ["0" * 32], "subject": ""}),
        (r.CaseOpen, {"rule": "rule", "parties": ["0" * 31], "subject": ""}),
        (r.CaseOpen, {"rule": "rule", "parties": [], "subject": ""}),
        (r.CaseAssign, {"case": OBJECT, "assignee": "1" * 18, "key": "0" * 65}),
        (r.ClaimRecover, {"claim": OBJECT, "amounts": []}),
        (r.ClaimRecover, {"claim": OBJECT, "amounts": [-1]}),
    ],
)
def test_what_does_not_fit_is_refused(type_: type, given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"client_ref": "a", **given}, type_)

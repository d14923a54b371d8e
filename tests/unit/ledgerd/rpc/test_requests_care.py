"""Requests of care: words that will be sealed never show themselves."""

import msgspec
import pytest

from ledgerd.rpc import requests_care as r

SECRET = "words about a person"
OBJECT = "76" * 39


def test_a_request_with_words_does_not_show_them() -> None:
    visit = r.VisitBook(client_ref="a", account="0" * 32, salt="0" * 64, content=SECRET)
    approve = r.ErasureApprove(client_ref="a", erasure=OBJECT, order=SECRET)

    assert repr(visit) == "VisitBook(...)"
    assert SECRET not in repr(approve)


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        (r.VisitAct, {"visit": "76"}),
        (r.VisitBook, {"account": "0" * 32, "salt": "0" * 64, "content": "", "consent": "00"}),
        (r.PrescriptionIssue, {"times": 0}),
        (r.PatientErase, {"account": "0" * 32, "items": []}),
    ],
)
def test_what_does_not_fit_is_refused(type_: type, given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"client_ref": "a", **given}, type_)

"""Requests about accounts: keys of either scheme, scopes that are operations for others."""

import msgspec
import pytest

from ledgerd.ledger.rights import tags_for_others
from ledgerd.rpc import requests as r, requests_patients as p

ACCOUNT = "0a" * 16


def test_every_name_of_a_scope_is_what_may_be_done_for_others() -> None:
    assert set(p.SCOPE_TAGS.values()) == tags_for_others()


@pytest.mark.parametrize("length", [64, 66])
def test_keys_of_both_schemes_are_taken(length: int) -> None:
    given = {"client_ref": "a", "account": ACCOUNT, "key": "0" * length, "seal_key": "0" * 64}

    assert msgspec.convert(given, p.PatientAddKey).by_patient


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        (p.PatientAddKey, {"key": "0" * 65, "seal_key": "0" * 64}),
        (p.PatientAddKey, {"key": "0" * 66 + "\n", "seal_key": "0" * 64}),
        (p.KeyAct, {"key": "0" * 31}),
        (p.ProxyGive, {"holder": ACCOUNT, "scope": [], "until_ms": 1}),
        (p.ProxyGive, {"holder": ACCOUNT, "scope": ["patient_enrol"], "until_ms": 1}),
        (p.PresenceAttest, {"check": "voice"}),
    ],
)
def test_what_does_not_fit_is_refused(type_: type, given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"client_ref": "a", "account": ACCOUNT, **given}, type_)


def test_a_mandate_does_not_show_the_form() -> None:
    assert repr(r.Mandate(presence="70" * 39, form="deadbeef")) == "Mandate(...)"

"""Names of objects."""

import pytest

from ledgerd.ledger import state_keys
from ledgerd.rpc.naming import bill_text, key_of_subject, object_text, tx_id_of_subject
from ledgerd.rpc.queries import ProofGet

CLAIM = state_keys.claim_key("1233000047000000K0", 20_240_101, b"r" * 16)


def test_a_bill_is_named_by_code_and_number() -> None:
    key = state_keys.bill_key("33010124", "0000000007")

    assert object_text(key) == bill_text("33010124", "0000000007") == "33010124-0000000007"


def test_institutions_and_accounts_are_named_by_their_ids() -> None:
    assert object_text(state_keys.institution_key("1233000047000000K0")) == "1233000047000000K0"
    assert object_text(state_keys.account_key(b"\x01" * 16)) == "01" * 16


def test_what_belongs_to_an_account_is_named_by_its_ref() -> None:
    account, ref = b"\x01" * 16, b"\x02" * 16

    keys = (state_keys.proxy_key, state_keys.key_record_key, state_keys.act_for_key)

    assert {object_text(key(account, ref)) for key in keys} == {ref.hex()}


def test_others_are_named_by_their_key() -> None:
    assert object_text(CLAIM) == CLAIM.hex()
    assert object_text(b"") == ""


@pytest.mark.parametrize(
    ("kind", "subject", "key"),
    [
        ("bill", "33010124-0000000007", state_keys.bill_key("33010124", "0000000007")),
        ("institution", "1233000047000000K0", state_keys.institution_key("1233000047000000K0")),
        ("claim", CLAIM.hex(), CLAIM),
    ],
)
def test_a_name_leads_back_to_its_key(kind: str, subject: str, key: bytes) -> None:
    assert key_of_subject(ProofGet(kind=kind, subject=subject)) == key  # type: ignore[arg-type]


def test_a_transaction_is_named_by_its_id() -> None:
    assert tx_id_of_subject(ProofGet(kind="receipt", subject="ab" * 32)) == b"\xab" * 32

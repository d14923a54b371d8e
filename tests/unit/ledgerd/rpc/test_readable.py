"""Canonical values as names and texts."""

from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.operations import encode_operation
from ledgerd.rpc.answers import NamedValue
from ledgerd.rpc.readable import MALFORMED, decoded, named_values, operation_view
from tests.unit.ledgerd.rpc.solo_node import FINANCE, HOSPITAL, signed
from tests.unit.ledgerd.rpc.stories import ACCOUNT, BILL, DEVICE, issue_of

ALLOT = AllotNumbers(client_ref="r", holder=HOSPITAL, code="99010123", first=1, count=10)


def test_fields_are_named_and_what_is_absent_is_left_out() -> None:
    assert named_values(ALLOT) == (
        NamedValue(name="client_ref", value="r"),
        NamedValue(name="holder", value=HOSPITAL),
        NamedValue(name="code", value="99010123"),
        NamedValue(name="first", value="1"),
        NamedValue(name="count", value="10"),
    )


def test_nested_records_get_dotted_names_and_bytes_are_hex() -> None:
    values = {v.name: v.value for v in named_values(issue_of(BILL, b"\x01" * 16))}

    assert values["bill.number"] == BILL.number
    assert values["range_id"] == "01" * 16
    assert len(values["sealed.sidecar.sidecar_hash"]) == 64


def test_bytes_that_are_no_operation_are_called_malformed() -> None:
    assert operation_view(b"\x00").operation == MALFORMED
    assert operation_view(encode_operation(ALLOT)).operation == "AllotNumbers"


def test_authors_are_institutions_or_accounts() -> None:
    by_institution, by_account = signed(FINANCE, [ALLOT]), signed(ACCOUNT, [ALLOT], key=DEVICE)

    assert decoded(by_institution.transaction, b"").author == FINANCE
    assert decoded(by_account.transaction, b"").author == ACCOUNT.hex()

"""What the audit log is told of calls."""

from collections.abc import Sequence

from ledgerd.rpc import requests as r
from ledgerd.rpc.auditing import CallWitness, object_of
from ledgerd.rpc.catalogue import BILL_GET, BILL_ISSUE, BILL_OPEN, CLAIM_PAY
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import BillGet
from ledgerd.rpc.registry import ALL_SCOPES, Caller

BILL = BillGet(code="33010126", number="0000000001")
CALLER = Caller("sample client", ALL_SCOPES)


class Lines(list[tuple[str, dict[str, str]]]):
    def record_all(self, act: str, lines: Sequence[dict[str, str]]) -> None:
        self.extend((act, fields) for fields in lines)


def test_acts_and_openings_are_told_and_reads_are_not() -> None:
    lines = Lines()
    witness = CallWitness(lines)
    witness.on_calls(BILL_GET, [BILL], CALLER)
    witness.on_calls(BILL_OPEN, [BILL, BILL], CALLER)
    pay = r.ClaimPay(client_ref="x", claim="63" * 39, amount_fen=1)
    witness.on_calls(CLAIM_PAY, [pay], CALLER)

    assert [(fields["method"], fields["object"]) for _, fields in lines] == [
        ("bill_open", "33010126-0000000001"),
        ("bill_open", "33010126-0000000001"),
        ("claim_pay", "63" * 39),
    ]
    assert {fields["client"] for _, fields in lines} == {"sample client"}


def test_nothing_that_could_be_about_a_person_is_told() -> None:
    act = r.BillPay(
        client_ref="somebody", bill=r.BillRef(code="1" * 8, number="2" * 10), amount_fen=1
    )
    confirm = r.PatientConfirm(client_ref="a", account="0" * 32, identity_number="a secret number")

    assert object_of(act) == "11111111-2222222222"
    assert object_of(confirm) == "0" * 32
    assert object_of(NoParams()) == ""
    assert BILL_ISSUE.name == "bill_issue"

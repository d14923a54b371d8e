"""The way of one bill: which acts are done for it, by whom, with which amounts."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from ledgerd.cli.synthea.bills import ClaimBill, bills_of
from ledgerd.cli.synthea.categories import read_category_table
from ledgerd.cli.synthea.journal import Acknowledgement
from ledgerd.cli.synthea.rows import DataSet, read_data_set
from ledgerd.cli.synthea.steps import Parties, Refused, carry_out, content_of
from ledgerd.rpc import requests
from ledgerd.rpc.registry import Method
from tests.cli.synthea_files import write_data_set
from tests.tidy.source import ROOT

SALT = "5a" * 32
PARTIES = Parties(
    finance="F" * 18,
    medicare="M" * 18,
    hospitals={"org-1": "H" * 18},
    insurers={"pay-a": "A" * 18},
    accounts={"pat-1": "0c" * 16},
    funds={"pay-m": "medicare"},
)


@dataclass
class RecordingDoors:
    """Doors to a ledger that accepts everything but the acts named in ``refuses``."""

    refuses: dict[str, str] = field(default_factory=dict)
    done: list[tuple[str, str, requests.Act]] = field(default_factory=list)
    waited: list[str] = field(default_factory=list)

    def office(self, method: Method, request: requests.Act) -> Acknowledgement:
        return self.answer(method.name, request, by="office")

    def patient(self, method: Method, request: requests.Act, account: str) -> Acknowledgement:
        return self.answer(method.name, request, by=account)

    def answer(self, act: str, request: requests.Act, by: str) -> Acknowledgement:
        self.done.append((act, by, request))
        made = {"bill_issue": "99010126-0000000001", "claim_file": "63" * 39}
        return Acknowledgement(
            client_ref=request.client_ref,
            act=act,
            reason=self.refuses.get(act, "OK"),
            object=made.get(act, "73" * 39),
        )

    def wait_supervised(self, bill: requests.BillRef) -> None:
        self.waited.append(f"supervised {bill.number}")

    def wait_delivered(self, bill: requests.BillRef, account: str, reader: str) -> None:
        self.waited.append(f"delivered {bill.number} {account} {reader}")

    def owner_salt(self, bill: requests.BillRef, issuer: str) -> str:
        assert issuer == "H" * 18
        return SALT

    def now_ms(self) -> int:
        return 1_000


def sample(folder: Path) -> tuple[DataSet, tuple[ClaimBill, ...]]:
    data = read_data_set(write_data_set(folder))
    table = read_category_table(ROOT / "configs" / "synthea_categories.toml")
    return data, bills_of(data, table)


def test_a_bill_with_two_payers_is_settled_issued_and_reimbursed(tmp_path: Path) -> None:
    data, bills = sample(tmp_path)
    doors = RecordingDoors()

    carry_out(bills[0], PARTIES, data, doors)

    assert [(act, by) for act, by, _ in doors.done] == [
        ("settle_create", "office"),
        ("bill_issue", "office"),
        ("grant_give", "0c" * 16),
        ("claim_file", "0c" * 16),
        ("claim_decide", "office"),
        ("claim_pay", "office"),
    ]
    assert len({request.client_ref for _, _, request in doors.done}) == 6
    settle, issue, _, file, decide, pay = (request for _, _, request in doors.done)
    assert [share.amount_fen for share in settle.funds] == [9_000]
    assert issue.paid_fen == issue.content.money.cash_fen == 4_000
    assert (issue.public, issue.settlement) == ("settled", "73" * 39)
    assert (file.items[0].amount_fen, file.items[0].owner_salt) == (1_550, SALT)
    assert decide.amounts == (1_550,)
    assert pay.amount_fen == 1_550
    assert [w.split()[0] for w in doors.waited] == ["supervised", "delivered"]


def test_a_bill_that_only_the_patient_pays_is_issued_and_paid(tmp_path: Path) -> None:
    data, bills = sample(tmp_path)
    doors = RecordingDoors()

    carry_out(bills[1], PARTIES, data, doors)

    ((act, by, request),) = doors.done
    assert (act, by, request.public, request.settlement) == ("bill_issue", "office", "none", None)
    assert request.paid_fen == 2


def test_a_refused_step_ends_the_way_of_the_bill(tmp_path: Path) -> None:
    data, bills = sample(tmp_path)
    doors = RecordingDoors(refuses={"claim_file": "CLAIM_OPEN"})

    with pytest.raises(Refused, match="CLAIM_OPEN"):
        carry_out(bills[0], PARTIES, data, doors)

    assert doors.done[-1][0] == "claim_file"


def test_the_face_holds_sums_and_the_detail_list_the_lines(tmp_path: Path) -> None:
    data, bills = sample(tmp_path)

    content = content_of(bills[0], PARTIES, data)

    assert {item.category: item.amount_fen for item in content.items} == {2: 10_000, 9: 3_000}
    assert [line.amount_fen for line in content.details] == [10_000, 3_000]
    round_trip = msgspec.json.decode(msgspec.json.encode(content), type=requests.BillContent)
    assert round_trip == content

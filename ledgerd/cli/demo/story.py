"""What happens in the demonstration: the lives of some hundred bills.

Rules: the amounts follow from a bill's number, so two runs tell the same story; whatever is refused
is refused by the ledger, not by us.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import local
from typing import Final

from ledgerd.cli.demo.cast import Cast, Patient, bill_ref
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue as c, requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure

WORKERS: Final = 4
PATIENTS: Final = 3
CLAIM_EVERY: Final = 10  # each tenth bill is reimbursed by the insurer as well
FUND: Final = "basic"
YEAR_MS: Final = 365 * 86_400_000


@dataclass
class Told:
    """What happened.

    Attributes:
        latencies_s: of each bill, from asking to committed on the node that was asked.
        refused: what the ledger refused, and with which code.
    """

    bills: int = 0
    settled: int = 0
    claims: int = 0
    issue_s: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    reversed_bill: str = ""
    sample_bill: str = ""


@dataclass(frozen=True)
class Issued:
    """One bill of the story."""

    number: int
    bill: r.BillRef
    patient: Patient
    own_fen: int


class Storyteller:
    """Tells the story on a running network."""

    def __init__(self, network: Path, now_ms: int, say: Callable[[str], None]) -> None:
        self._network = network
        self._now_ms = now_ms
        self._say = say
        self._local = local()
        self._casts: list[Cast] = []
        self.told = Told()

    def tell(self, bill_count: int) -> Told:
        """Tell all of it."""
        try:
            cast = self._cast()
            cast.allot()
            patients = [cast.enrol(number) for number in range(1, PATIENTS + 1)]
            self._say(f"numbers allotted, {PATIENTS} patients enrolled and confirmed")
            issued = self._issue_all(bill_count, patients)
            self._claim_some(issued)
            self._refuse_a_second_claim(issued[0])
            self._reverse_one(issued[1])
        finally:
            for each in self._casts:
                each.close()
        return self.told

    def _issue_all(self, bill_count: int, patients: list[Patient]) -> list[Issued]:
        started = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as pool:
            numbers = range(bill_count)
            issued = list(pool.map(lambda n: self._issue(n, patients[n % PATIENTS]), numbers))
        self.told.issue_s = time.monotonic() - started
        self.told.bills = len(issued)
        first = issued[0].bill
        self.told.sample_bill = f"{first.code}-{first.number}"
        self._say(f"{bill_count} bills settled, issued and paid in {self.told.issue_s:.1f} s")
        return issued

    def _issue(self, number: int, patient: Patient) -> Issued:
        cast = self._cast()
        total_fen = 5_000 + 731 * (number % 97)
        public_fen = total_fen * 6 // 10
        settle = r.Settle(
            client_ref=f"demo/settle/{number}",
            hospital=cast.institutions["hospital"],
            total_fen=total_fen,
            funds=(r.FundShare(fund=FUND, amount_fen=public_fen),),
            person_key=f"demo-{number}",
        )
        settlement = cast.office("medicare", c.SETTLE_CREATE, settle).object
        own_fen = total_fen - public_fen
        request = r.BillIssue(
            client_ref=f"demo/bill/{number}",
            content=content_of(number, patient, total_fen, public_fen),
            account=patient.wallet.account,
            public="settled",
            settlement=settlement,
            paid_fen=own_fen,
        )
        asked = time.monotonic()
        outcome = cast.office("hospital", c.BILL_ISSUE, request)
        self.told.latencies_s.append(time.monotonic() - asked)
        return Issued(number, bill_ref(outcome.object), patient, own_fen)

    def _claim_some(self, issued: list[Issued]) -> None:
        chosen = issued[::CLAIM_EVERY]
        with ThreadPoolExecutor(WORKERS) as pool:
            self.told.claims = len(list(pool.map(self._reimburse, chosen)))
        self._say(f"{self.told.claims} claims granted, decided and paid by the insurer")

    def _reimburse(self, issued: Issued) -> None:
        cast = self._cast()
        insurer = cast.institutions["insurer"]
        cast.wait_supervised(issued.bill)
        salt = cast.owner_salt(issued.bill, issued.patient)
        wallet = issued.patient.wallet
        grant = r.GrantGive(
            client_ref=f"demo/grant/{issued.number}",
            account=wallet.account,
            bill=issued.bill,
            reader=insurer,
            until_ms=self._now_ms + YEAR_MS,
            owner_salt=salt,
        )
        cast.patient("hospital", c.GRANT_GIVE, grant, wallet)
        claim = self._file(cast, issued, "hospital", f"demo/claim/{issued.number}").object
        amount_fen = issued.own_fen // 2
        decide = r.ClaimDecide(
            client_ref=f"demo/decide/{issued.number}", claim=claim, amounts=(amount_fen,)
        )
        cast.operator("insurer", c.CLAIM_DECIDE, decide, OperatorRole.REVIEWER)
        pay = r.ClaimPay(client_ref=f"demo/pay/{issued.number}", claim=claim, amount_fen=amount_fen)
        cast.operator("insurer", c.CLAIM_PAY, pay, OperatorRole.CASHIER)

    def _file(self, cast: Cast, issued: Issued, through: str, ref: str) -> Outcome:
        item = r.ClaimItem(
            bill=issued.bill,
            amount_fen=issued.own_fen,
            owner_salt=cast.owner_salt(issued.bill, issued.patient),
        )
        request = r.ClaimFile(
            client_ref=ref,
            account=issued.patient.wallet.account,
            payer=cast.institutions["insurer"],
            items=(item,),
        )
        return cast.patient(through, c.CLAIM_FILE, request, issued.patient.wallet)

    def _refuse_a_second_claim(self, issued: Issued) -> None:
        cast = self._cast()
        self._expect_refusal(
            "the same insurer again, through another node",
            lambda: self._file(cast, issued, "finance", "demo/claim/again"),
        )

    def _reverse_one(self, issued: Issued) -> None:
        cast = self._cast()
        cast.wait_supervised(issued.bill)
        for step, method in (("announce", c.BILL_ANNOUNCE), ("reverse", c.BILL_REVERSE)):
            request = r.BillAct(client_ref=f"demo/{step}", bill=issued.bill)
            cast.operator("hospital", method, request, OperatorRole.CASHIER)
        self.told.reversed_bill = f"{issued.bill.code}-{issued.bill.number}"
        self._say(f"bill {self.told.reversed_bill} reversed by a red bill")
        self._expect_refusal(
            "a claim on the reversed bill",
            lambda: self._file(cast, issued, "medicare", "demo/claim/reversed"),
        )

    def _expect_refusal(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
        except RpcFailure as refusal:
            if refusal.rpc_code is not RpcCode.REJECTED:
                raise
            self.told.refused.append((what, refusal.reason))
            self._say(f"refused: {what}: {refusal.reason}")

    def _cast(self) -> Cast:
        """This thread's own connections."""
        if not hasattr(self._local, "cast"):
            self._local.cast = Cast(self._network)
            self._casts.append(self._local.cast)
        found = self._local.cast
        assert isinstance(found, Cast)
        return found


def content_of(number: int, patient: Patient, total_fen: int, public_fen: int) -> r.BillContent:
    """An invented visit: a consultation, the rest medicine."""
    consultation_fen = 3_000
    medicine_fen = total_fen - consultation_fen
    return r.BillContent(
        person=r.Person(name=patient.name, identity_number=patient.identity_number),
        money=r.BillMoney(
            total_fen=total_fen,
            funds=(r.FundShare(fund=FUND, amount_fen=public_fen),),
            cash_fen=total_fen - public_fen,
        ),
        visit=r.Visit(kind="outpatient", time="", diagnosis=f"sample diagnosis {number % 7}"),
        items=(
            r.CategorySum(category=2, amount_fen=consultation_fen),
            r.CategorySum(category=9, amount_fen=medicine_fen),
        ),
        details=(
            _line(2, "consultation", consultation_fen),
            _line(9, "sample medicine", medicine_fen),
        ),
    )


def _line(category: int, name: str, amount_fen: int) -> r.DetailLine:
    return r.DetailLine(
        category=category, name=name, quantity=10_000, unit_price=amount_fen * 100,
        amount_fen=amount_fen,
    )  # fmt: skip

"""The way of one bill of a data set: settled, issued and paid, claimed, decided, reimbursed.

Rules: every step has a ``client_ref`` made from the claim's id, so that repeating it gives the
first result; a step that the journal holds is not sent again. What refuses a step is kept in the
journal too and ends the bill's way: the summary counts it.

A bill with a commercial share is settled as well, if need be with a public share of 0: an insurer
may decide only when the public position is final (domain.md section 3, public first).
"""

from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from ledgerd.cli.synthea.bills import BillLine, ClaimBill, PayerShare
from ledgerd.cli.synthea.journal import Acknowledgement
from ledgerd.cli.synthea.rows import DataSet
from ledgerd.rpc import catalogue as c, requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.registry import Method

A = TypeVar("A", bound=r.Act)

GRANT_MS: Final = 365 * 86_400_000  # a year: longer than any claim stays open
NO_FUND: Final = "none"  # the fund of a settlement in which public payers bear nothing
VISIT_KINDS: Final = {
    "outpatient": "outpatient", "inpatient": "inpatient", "emergency": "emergency",
    "urgentcare": "emergency", "wellness": "wellness", "virtual": "virtual",
}  # fmt: skip


class Doors(Protocol):
    """How the importer acts and reads; each act goes through the node of its own author.

    An act that the journal holds is not sent again: its acknowledgement is the journal's.
    """

    def office(self, method: Method[A, Outcome], request: A) -> Acknowledgement:
        """Let the office key on the author's node act."""

    def patient(self, method: Method[A, Outcome], request: A, account: str) -> Acknowledgement:
        """Sign with a key of the patient's device."""

    def wait_supervised(self, bill: r.BillRef) -> None:
        """Wait until finance has countersigned."""

    def wait_delivered(self, bill: r.BillRef, account: str, reader: str) -> None:
        """Wait until the reader of a grant was handed the bill's keys."""

    def owner_salt(self, bill: r.BillRef, issuer: str) -> str:
        """Open the bill as its issuer and return the salt of the owner commitment, hex."""

    def now_ms(self) -> int:
        """Return the present time."""


@dataclass(frozen=True)
class Parties:
    """Who takes part: institution ids by their ids in the data set, accounts by patient.

    Attributes:
        accounts: account id (hex) by patient id.
        funds: fund code by public payer id.
    """

    finance: str
    medicare: str
    hospitals: dict[str, str]
    insurers: dict[str, str]
    accounts: dict[str, str]
    funds: dict[str, str]


class Refused(Exception):  # noqa: N818 - a refusal is an outcome of the way, no error of ours
    """A step was refused by the ledger: the bill's way ends here."""


def accepted(entry: Acknowledgement) -> Acknowledgement:
    """Return the acknowledgement of a step that was not refused.

    Raises:
        Refused: it was.
    """
    if entry.reason not in ("OK", "REPEATED"):
        raise Refused(entry.reason)
    return entry


def carry_out(bill: ClaimBill, parties: Parties, data: DataSet, doors: Doors) -> None:
    """Take one bill from its settlement to its reimbursement.

    Raises:
        Refused: the ledger refused a step; what was done before stands.
    """
    settlement = None
    if bill.shares:
        settlement = accepted(_settle(bill, parties, doors)).object
    issued = accepted(_issue(bill, settlement, parties, data, doors))
    if bill.commercial is not None:
        _reimburse(bill, bill.commercial, issued.object, parties, doors)


def _settle(bill: ClaimBill, parties: Parties, doors: Doors) -> Acknowledgement:
    funds = tuple(
        r.FundShare(fund=parties.funds[share.payer_id], amount_fen=share.amount_fen)
        for share in bill.shares
        if share.is_public
    )
    request = r.Settle(
        client_ref=_ref("settle", bill),
        author=parties.medicare,
        hospital=parties.hospitals[bill.organization_id],
        total_fen=bill.total_fen,
        funds=funds or (r.FundShare(fund=NO_FUND, amount_fen=0),),
        person_key=_ref("p", bill),
    )
    return doors.office(c.SETTLE_CREATE, request)


def _issue(
    bill: ClaimBill, settlement: str | None, parties: Parties, data: DataSet, doors: Doors
) -> Acknowledgement:
    request = r.BillIssue(
        client_ref=_ref("bill", bill),
        author=parties.hospitals[bill.organization_id],
        content=content_of(bill, parties, data),
        account=parties.accounts[bill.patient_id],
        medicare=parties.medicare,
        public="settled" if settlement else "none",
        settlement=settlement,
        paid_fen=bill.own_fen or None,
    )
    return doors.office(c.BILL_ISSUE, request)


def content_of(bill: ClaimBill, parties: Parties, data: DataSet) -> r.BillContent:
    """Put a bill into the form of the office: sums per category on the face, lines in detail."""
    patient = data.patients[bill.patient_id]
    funds = tuple(
        r.FundShare(fund=parties.funds[share.payer_id], amount_fen=share.amount_fen)
        for share in bill.shares
        if share.is_public
    )
    return r.BillContent(
        person=r.Person(name=patient.name, identity_number=patient.identity_number),
        money=r.BillMoney(total_fen=bill.total_fen, funds=funds, cash_fen=bill.own_fen),
        visit=r.Visit(
            kind=VISIT_KINDS.get(bill.encounter_class, "other"),  # type: ignore[arg-type]
            time=bill.service_date,
        ),
        items=tuple(
            r.CategorySum(category=int(category), amount_fen=amount_fen)
            for category, amount_fen in bill.category_sums_fen.items()
        ),
        details=tuple(_detail(line) for line in bill.lines),
    )


def _detail(line: BillLine) -> r.DetailLine:
    return r.DetailLine(
        category=int(line.category),
        code=line.code,
        name=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount_fen=line.amount_fen,
    )


def _reimburse(
    bill: ClaimBill, share: PayerShare, issued: str, parties: Parties, doors: Doors
) -> None:
    account = parties.accounts[bill.patient_id]
    insurer = parties.insurers[share.payer_id]
    reference = bill_ref(issued)
    salt = doors.owner_salt(reference, parties.hospitals[bill.organization_id])
    doors.wait_supervised(reference)
    grant = r.GrantGive(
        client_ref=_ref("grant", bill),
        account=account,
        bill=reference,
        reader=insurer,
        until_ms=doors.now_ms() + GRANT_MS,
        owner_salt=salt,
    )
    accepted(doors.patient(c.GRANT_GIVE, grant, account))
    doors.wait_delivered(reference, account, insurer)
    file = r.ClaimFile(
        client_ref=_ref("claim", bill),
        account=account,
        payer=insurer,
        items=(r.ClaimItem(bill=reference, amount_fen=share.amount_fen, owner_salt=salt),),
    )
    claim = accepted(doors.patient(c.CLAIM_FILE, file, account)).object
    decide = r.ClaimDecide(
        client_ref=_ref("decide", bill), author=insurer, claim=claim, amounts=(share.amount_fen,)
    )
    accepted(doors.office(c.CLAIM_DECIDE, decide))
    pay = r.ClaimPay(
        client_ref=_ref("pay", bill), author=insurer, claim=claim, amount_fen=share.amount_fen
    )
    accepted(doors.office(c.CLAIM_PAY, pay))


def bill_ref(text: str) -> r.BillRef:
    """Read ``code-number``."""
    code, _, number = text.partition("-")
    return r.BillRef(code=code, number=number)


def _ref(step: str, bill: ClaimBill) -> str:
    return f"{step}/{bill.claim_id}"

"""The second half of one patient's way: claimed, reversed, a case judged twice.

Rules: as in ``way_to_the_bill``.
"""

from typing import Final

from ledgerd.cli.acting import A
from ledgerd.cli.case_letters import salt_with_device
from ledgerd.cli.demo.stepping import Step
from ledgerd.cli.demo.story import YEAR_MS
from ledgerd.cli.demo.way_to_the_bill import OWN_FEN, WayToTheBill
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import (
    catalogue as c,
    catalogue_redress as cr,
    requests as r,
    requests_redress as rr,
)
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.registry import Method

INSURED_FEN: Final = OWN_FEN // 2


class Way(WayToTheBill):
    """The whole way."""

    claim: str
    salt: str

    def go(self) -> list[Step]:
        """Go all of it.

        Raises:
            LedgerdError: an act failed that should not, or went through that should not.
        """
        try:
            self.go_to_the_bill()
            self._claim()
            self._reverse()
            self._case()
        finally:
            self.cast.close()
        return self.steps

    # Consent, claim with a passkey, decision, payment.

    def _claim(self) -> None:
        self.salt = self.cast.owner_salt(self.bill, self.patient)
        grant = r.GrantGive(
            client_ref="way/grant", account=self.patient.wallet.account, bill=self.bill,
            reader=self.name("insurer"), until_ms=self.now_ms + YEAR_MS, owner_salt=self.salt,
        )  # fmt: skip
        self.step(
            "the patient lets the insurer read the bill",
            lambda: self.cast.patient("hospital", c.GRANT_GIVE, grant, self.patient.wallet),
        )
        self.claim = self.step(
            "the patient claims, signed by the passkey", lambda: self._file("way/claim")
        )
        decide = r.ClaimDecide(client_ref="way/decide", claim=self.claim, amounts=(INSURED_FEN,))
        self.step(
            "the insurer's reviewer decides",
            lambda: self.cast.operator("insurer", c.CLAIM_DECIDE, decide, OperatorRole.REVIEWER),
        )
        pay = r.ClaimPay(client_ref="way/payout", claim=self.claim, amount_fen=INSURED_FEN)
        self.step(
            "the insurer's cashier pays",
            lambda: self.cast.operator("insurer", c.CLAIM_PAY, pay, OperatorRole.CASHIER),
        )
        self.refused("a second claim to the same insurer", lambda: self._file("way/claim/again"))

    def _file(self, ref: str) -> Outcome:
        item = r.ClaimItem(bill=self.bill, amount_fen=OWN_FEN, owner_salt=self.salt)
        request = r.ClaimFile(
            client_ref=ref, account=self.passkey.account, payer=self.name("insurer"),
            items=(item,),
        )  # fmt: skip
        return self.cast.patient("finance", c.CLAIM_FILE, request, self.passkey)

    # Announced, recovered, reversed.

    def _reverse(self) -> None:
        announce = r.BillAct(client_ref="way/announce", bill=self.bill)
        self.step(
            "the hospital announces that it will reverse the bill",
            lambda: self._cashier(c.BILL_ANNOUNCE, announce),
        )
        reverse = r.BillAct(client_ref="way/reverse", bill=self.bill)
        self.refused(
            "the reversal, while the insurer's money is out",
            lambda: self._cashier(c.BILL_REVERSE, reverse),
        )
        recover = rr.ClaimRecover(
            client_ref="way/recover", claim=self.claim, amounts=(INSURED_FEN,)
        )
        self.step(
            "the insurer takes back what it had paid",
            lambda: self.cast.operator("insurer", cr.CLAIM_RECOVER, recover, OperatorRole.CASHIER),
        )
        again = r.BillAct(client_ref="way/reverse/2", bill=self.bill)
        self.step("a red bill reverses the bill", lambda: self._cashier(c.BILL_REVERSE, again))
        self.step(
            "medicare's office books the settlement's negative effect by itself",
            lambda: self.cast.wait_booked(self.settlement),
        )

    def _cashier(self, method: Method[r.BillAct, Outcome], request: r.BillAct) -> Outcome:
        return self.cast.operator("hospital", method, request, OperatorRole.CASHIER)

    # A case: found, appealed, reviewed, appealed, reviewed by another institution.

    def _case(self) -> None:
        opened = rr.CaseOpen(
            client_ref="way/case", rule="reversal-after-payment",
            parties=(self.name("hospital"), self.patient.wallet.account),
            subject="a bill was reversed after it was paid", holds=(self.bill,),
        )  # fmt: skip
        case = self.step(
            "medicare's reviewer opens a case", lambda: self._review(cr.CASE_OPEN, opened)
        )
        self._assign(case, "insurer", "1")
        finding = rr.CaseReport(client_ref="way/finding", case=case, finding="nobody was harmed")
        self.step(
            "the insurer's reviewer reports the finding",
            lambda: self._review(cr.CASE_REPORT, finding, "insurer"),
        )
        salt = salt_with_device(self.cast.session("medicare"), case, self.patient.wallet)
        objection = rr.CaseAppeal(
            client_ref="way/object", case=case, account=self.patient.wallet.account, salt=salt,
            reasons="it cost an afternoon",
        )  # fmt: skip
        self.step(
            "the patient objects",
            lambda: self.cast.patient("hospital", cr.CASE_APPEAL, objection, self.patient.wallet),
        )
        first = rr.CaseReview(client_ref="way/review", case=case, opinion="the finding stands")
        self.step("medicare reviews with another key", lambda: self._review(cr.CASE_REVIEW, first))
        again = rr.CaseAppeal(client_ref="way/object", case=case, reasons="we object as well")
        self.step(
            "the hospital objects to the review",
            lambda: self.cast.operator("hospital", cr.CASE_APPEAL, again, OperatorRole.CLERK),
        )
        self._assign(case, "finance", "2")
        second = rr.CaseReview(client_ref="way/review/2", case=case, opinion="it stands")
        self.step(
            "finance, another institution, reviews the second time",
            lambda: self._review(cr.CASE_REVIEW, second, "finance"),
        )
        close = rr.CaseClose(client_ref="way/close", case=case)
        self.step("medicare closes the case", lambda: self._review(cr.CASE_CLOSE, close))

    def _assign(self, case: str, name: str, ref: str) -> None:
        keys = self.cast.session(name).home.keys.keys_of(self.name(name))
        assign = rr.CaseAssign(
            client_ref=f"way/assign/{ref}", case=case, assignee=self.name(name),
            key=keys.operator_public_key(OperatorRole.REVIEWER).hex(),
        )  # fmt: skip
        self.step(
            f"the case is given to the reviewer of {name}",
            lambda: self._review(cr.CASE_ASSIGN, assign),
        )

    def _review(self, method: Method[A, Outcome], request: A, name: str = "medicare") -> Outcome:
        return self.cast.operator(name, method, request, OperatorRole.REVIEWER)

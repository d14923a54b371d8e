"""The first half of one patient's way: enrolled, seen, billed, paid.

Rules: every step is one act by a real key of its author through that author's node. Amounts are
round so that a reader can follow them.
"""

import secrets
from typing import Final, TypeVar

import msgspec

from ledgerd.cli.demo.cast import Patient, bill_ref
from ledgerd.cli.demo.stepping import Stepping
from ledgerd.cli.demo.story import FUND, YEAR_MS, content_of
from ledgerd.cli.patient import relying_party_of
from ledgerd.cli.wallet import Wallet, new_wallet, with_account
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.consent import care_commitment, consent_digest
from ledgerd.rpc import (
    catalogue as c,
    catalogue_care as cc,
    catalogue_patients as cp,
    requests as r,
    requests_care as rc,
    requests_patients as rp,
)

TOTAL_FEN: Final = 20_000
PUBLIC_FEN: Final = 12_000
OWN_FEN: Final = TOTAL_FEN - PUBLIC_FEN
BILL_NUMBER: Final = 7
C = TypeVar("C", bound=rc.CareAct)


class WayToTheBill(Stepping):
    """From the enrolment to a bill that is paid and countersigned."""

    patient: Patient
    passkey: Wallet
    bill: r.BillRef
    settlement: str

    def go_to_the_bill(self) -> None:
        """Go the first half."""
        self._begin()
        self._visit()
        self._bill()

    # Enrolled, with a phone and a passkey.

    def _begin(self) -> None:
        device, identity = new_wallet(), "99-SAMPLE-WAY"
        numbers = r.NumbersAllot(
            client_ref="way/numbers", holder=self.name("hospital"), code="99010126", first=1,
            count=1_000,
        )  # fmt: skip
        self.step("finance allots bill numbers to the hospital",
                   lambda: self.cast.office("finance", c.NUMBERS_ALLOT, numbers))  # fmt: skip
        person = r.Person(name="Sample Patient", identity_number=identity)
        enrol = r.PatientEnrol(
            client_ref="way/enrol", patient_key=device.public_key.hex(),
            patient_seal_key=device.sealing.public_key.hex(), person=person,
        )  # fmt: skip
        account = self.step(
            "the hospital's clerk enrols the patient",
            lambda: self.cast.operator("hospital", c.PATIENT_ENROL, enrol, OperatorRole.CLERK),
        )
        confirm = r.PatientConfirm(
            client_ref="way/confirm", account=account, identity_number=identity
        )
        self.step(
            "medicare's reviewer confirms whose account it is",
            lambda: self.cast.operator(
                "medicare", c.PATIENT_CONFIRM, confirm, OperatorRole.REVIEWER
            ),
        )
        self.patient = Patient("Sample Patient", identity, with_account(device, account))
        self.passkey = self._add_passkey()

    def _add_passkey(self) -> Wallet:
        relying_party = relying_party_of(self.cast.session("hospital"))
        passkey = with_account(new_wallet(relying_party), self.patient.wallet.account)
        add = rp.PatientAddKey(
            client_ref="way/passkey", account=passkey.account, key=passkey.public_key.hex(),
            seal_key=passkey.sealing.public_key.hex(),
        )  # fmt: skip
        self.step(
            "the patient adds a passkey, signed by the phone",
            lambda: self.cast.patient("hospital", cp.PATIENT_ADD_KEY, add, self.patient.wallet),
        )
        return passkey

    # Booked, registered at a terminal, prescribed.

    def _consenting(self, asked: C) -> C:
        """Let the phone sign that the patient consents to what will be sealed."""
        commitment = care_commitment(bytes.fromhex(asked.account), bytes.fromhex(asked.salt))
        signed = self.patient.wallet.sign(consent_digest(commitment, asked.content))
        return msgspec.structs.replace(asked, consent=signed.hex())

    def _visit(self) -> None:
        account, salt = self.patient.wallet.account, secrets.token_hex(32)
        book = self._consenting(
            rc.VisitBook(
                client_ref="way/book", account=account, salt=salt, content="a consultation"
            )
        )
        visit = self.step(
            "the patient books a visit", lambda: self.cast.office("hospital", cc.VISIT_BOOK, book)
        )
        attest = rp.PresenceAttest(
            client_ref="way/presence", account=account, check="card",
            visit=care_commitment(bytes.fromhex(account), bytes.fromhex(salt)).hex(),
        )  # fmt: skip
        presence = self.step(
            "a terminal attests that the patient is there",
            lambda: self.cast.operator(
                "hospital", cp.PRESENCE_ATTEST, attest, OperatorRole.TERMINAL
            ),
        )
        register = self._consenting(
            rc.VisitRegister(
                client_ref="way/register", booked=visit, presence=presence, account=account,
                salt=salt, content="registered",
            )
        )  # fmt: skip
        self.step("the visit is registered on this presence",
                  lambda: self.cast.office("hospital", cc.VISIT_REGISTER, register))  # fmt: skip
        prescribe = self._consenting(
            rc.PrescriptionIssue(
                client_ref="way/prescribe", visit=visit, until_ms=self.now_ms + YEAR_MS,
                account=account, salt=secrets.token_hex(32), content="a sample medicine",
            )
        )  # fmt: skip
        self.step(
            "the hospital prescribes",
            lambda: self.cast.office("hospital", cc.PRESCRIPTION_ISSUE, prescribe),
        )

    # Settled, billed, paid.

    def _bill(self) -> None:
        settle = r.Settle(
            client_ref="way/settle", hospital=self.name("hospital"), total_fen=TOTAL_FEN,
            funds=(r.FundShare(fund=FUND, amount_fen=PUBLIC_FEN),), person_key="way",
        )  # fmt: skip
        self.settlement = self.step(
            "medicare settles what public funds bear",
            lambda: self.cast.office("medicare", c.SETTLE_CREATE, settle),
        )
        issue = r.BillIssue(
            client_ref="way/bill",
            content=content_of(BILL_NUMBER, self.patient, TOTAL_FEN, PUBLIC_FEN),
            account=self.patient.wallet.account, public="settled", settlement=self.settlement,
        )  # fmt: skip
        self.bill = bill_ref(
            self.step("the hospital issues the bill",
                       lambda: self.cast.office("hospital", c.BILL_ISSUE, issue))
        )  # fmt: skip
        pay = r.BillPay(client_ref="way/pay", bill=self.bill, amount_fen=OWN_FEN)
        self.step(
            "the cashier records the payment of the patient's share",
            lambda: self.cast.operator("hospital", c.BILL_PAY, pay, OperatorRole.CASHIER),
        )
        self.cast.wait_supervised(self.bill)

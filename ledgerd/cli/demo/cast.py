"""Who plays in the demonstration, and how each of them acts.

Rules: every act goes through the node of its author, as ``ledgerctl`` would send it; a worker has
its own connections. Names are obviously synthetic.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from ledgerd.cli.acting import A, Desk
from ledgerd.cli.device import open_with_device
from ledgerd.cli.session import Options, Session
from ledgerd.cli.testnet.layout import places
from ledgerd.cli.wallet import Wallet, new_wallet, with_account
from ledgerd.errors import LedgerdError
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import answers as a, catalogue as c, queries as q, requests as r
from ledgerd.rpc.registry import Method

CODE = "99010126"
PATIENCE_S = 30.0
PAUSE_S = 0.02


class TookTooLong(LedgerdError):  # noqa: N818
    """Something that other nodes do by themselves did not happen in time."""


@dataclass(frozen=True)
class Patient:
    """A patient with a device."""

    name: str
    identity_number: str
    wallet: Wallet


class Cast:
    """One worker's connections to the four nodes, and what each can do."""

    def __init__(self, network: Path) -> None:
        self._sessions = {
            place.name: Session(Options(home=network / place.name)) for place in places(4)
        }
        self.institutions = {place.name: place.institution for place in places(4)}

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()

    def session(self, name: str) -> Session:
        return self._sessions[name]

    def office(self, name: str, method: Method[A, a.Outcome], request: A) -> a.Outcome:
        """Let the office key of a node act."""
        return Desk(self.session(name)).office(method, request)

    def operator(
        self, name: str, method: Method[A, a.Outcome], request: A, role: OperatorRole
    ) -> a.Outcome:
        """Act with an operator's key."""
        return Desk(self.session(name)).operator(method, request, role)

    def patient(self, name: str, method: Method[A, a.Outcome], request: A, by: Wallet) -> a.Outcome:
        """Act with a patient's device, through any node."""
        return Desk(self.session(name)).patient(method, request, by)

    def allot(self) -> None:
        """Finance hands the hospital its numbers."""
        request = r.NumbersAllot(
            client_ref="demo/numbers", holder=self.institutions["hospital"], code=CODE, first=1,
            count=1_000_000,
        )  # fmt: skip
        self.office("finance", c.NUMBERS_ALLOT, request)

    def enrol(self, number: int) -> Patient:
        """The hospital enrols a patient, the bureau confirms whose account it is."""
        device, name, identity = new_wallet(), f"Sample Patient {number}", f"99-SAMPLE-{number:04d}"
        request = r.PatientEnrol(
            client_ref=f"demo/patient/{number}",
            patient_key=device.public_key.hex(),
            patient_seal_key=device.sealing.public_key.hex(),
            person=r.Person(name=name, identity_number=identity),
        )
        account = self.operator("hospital", c.PATIENT_ENROL, request, OperatorRole.CLERK).object
        confirm = r.PatientConfirm(
            client_ref=f"demo/confirm/{number}", account=account, identity_number=identity
        )
        self.operator("medicare", c.PATIENT_CONFIRM, confirm, OperatorRole.REVIEWER)
        return Patient(name, identity, with_account(device, account))

    def wait_supervised(self, bill: r.BillRef) -> None:
        """Wait until finance's office has opened, checked and countersigned a bill."""
        query = q.BillGet(code=bill.code, number=bill.number)
        ends = time.monotonic() + PATIENCE_S
        while self.session("hospital").ask(c.BILL_GET, query).bill.state == "issued":
            if time.monotonic() > ends:
                raise TookTooLong("finance has not countersigned a bill")
            time.sleep(PAUSE_S)

    def wait_booked(self, settlement: str) -> a.Outcome:
        """Wait until medicare's office has booked that a settlement was released."""
        cursor, ends = "0-0-0", time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            poll = q.EventsPoll(cursor=cursor, wait_s=1)
            page = self.session("medicare").ask(c.EVENTS_POLL, poll)
            for entry in page.events:
                if (entry.event, entry.object) == ("SettlementReversed", settlement):
                    return a.Outcome(
                        state="committed", tx_id="", height=entry.height, object=settlement
                    )
            cursor = page.next
        raise TookTooLong("medicare has not booked a released settlement")

    def owner_salt(self, bill: r.BillRef, patient: Patient) -> str:
        """What the patient's device reads from the face, asking a node that it need not trust."""
        return open_with_device(self.session("finance"), bill, patient.wallet).owner_salt


def bill_ref(text: str) -> r.BillRef:
    """Read ``code-number``."""
    code, _, number = text.partition("-")
    return r.BillRef(code=code, number=number)

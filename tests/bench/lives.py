"""The whole life of a bill: settle, issue, pay, countersign, claim, decide, pay.

Seven operations of five authors, each signed beforehand by the key of whoever does it, each handed
in at the node of whoever would: bureau, hospital, finance, insurer (which passes on what the
patient's device signed). The offices are off, so that nothing happens that the figure does not
name; without finance's word no bill can be claimed, so it is among the steps.

Rules: a step is handed in when its node has told that the one before is committed: a hospital does
not wait for others' nodes either. So many lives are under way at once that no node waits for work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from ledgerd.chain.transaction import (
    AccountAuthor,
    InstitutionAuthor,
    Transaction,
    sign_transaction,
)
from ledgerd.cli.homes import Home
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger import state_keys
from ledgerd.ledger.authors import ref_of
from ledgerd.ledger.bill_operations import Countersign, RecordPayment, Settle
from ledgerd.ledger.claim_operations import ClaimItem, DecideClaim, FileClaim, PayClaim
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef, FundShare
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.identifiers import BillKey, owner_commitment
from tests.bench.bills import CONTENT, HOUR_MS, BillMaker, BillOrder
from tests.bench.patients import Patient
from tests.bench.wire import encode_submission

TOTAL_FEN = CONTENT.money.total_fen
PUBLIC_FEN = 5_000
CLAIMED_FEN = 3_000
# Where each step is handed in, and the event that says that it is committed.
STEPS = (
    ("medicare", "Settled"),
    ("hospital", "BillIssued"),
    ("hospital", "PaymentRecorded"),
    ("finance", "BillCountersigned"),
    ("insurer", "ClaimFiled"),
    ("insurer", "ClaimDecided"),
    ("insurer", "ClaimPaid"),
)
PLACES = tuple(dict.fromkeys(place for place, _ in STEPS))
FIRST_EVENT, LAST_EVENT = STEPS[0][1], STEPS[-1][1]
Trigger = tuple[str, str]  # event and object


@dataclass(frozen=True)
class LifeOrder:
    """Lives that are yet to be made, by the processes that hand their steps in.

    Attributes:
        folder: of all homes, each named for its institution's kind.
        bills: the numbers, one life each.
        patient: whose bills they are.
    """

    folder: Path
    bills: BillOrder
    patient: Patient

    def steps_at(self, place: str) -> Iterator[tuple[Trigger | None, bytes]]:
        """Make what one node is handed, each step with the event that it waits for."""
        scribe = _Scribe(self)
        order = self.bills
        for number in range(order.first, order.first + order.count):
            life = scribe.life(f"{number:010}")
            for index, (where, _) in enumerate(STEPS):
                if where == place:
                    yield life.trigger(index), scribe.call(life, index)


@dataclass(frozen=True)
class _Life:
    """The names of one life's objects."""

    bill: BillRef
    settlement: bytes
    claim: bytes
    salt: bytes

    def trigger(self, index: int) -> Trigger | None:
        """Give the event after which a step can be handed in."""
        if index == 0:
            return None
        event = STEPS[index - 1][1]
        if event == FIRST_EVENT:
            return event, self.settlement.hex()
        if event.startswith("Claim"):
            return event, self.claim.hex()
        return event, f"{self.bill.code}-{self.bill.number}"


class _Scribe:
    """Signs steps for everybody."""

    def __init__(self, order: LifeOrder) -> None:
        self._order = order
        self._homes = {place: Home(order.folder / place) for place in PLACES}
        self._names = {place: home.institution for place, home in self._homes.items()}
        self._chain_id = self._homes["hospital"].chain_id
        self._device = order.patient.device()
        self._account = order.patient.account
        self._day = day_of(order.bills.now_ms)
        self._signers = {
            place: home.keys.signer(OperatorRole.OFFICE) for place, home in self._homes.items()
        }
        bills = order.bills
        self._maker = BillMaker(self._homes["hospital"], bills.range_id, bills.code, bills.now_ms)

    def life(self, number: str) -> _Life:
        bill = BillRef(code=self._order.bills.code, number=number)
        bureau, payer = self._names["medicare"], self._names["insurer"]
        settled = ref_of(bureau.encode(), f"settle/{number}")
        claimed = ref_of(self._account, f"claim/{number}")
        return _Life(
            bill=bill,
            settlement=state_keys.settlement_key(bureau, self._day, settled),
            claim=state_keys.claim_key(payer, self._day, claimed),
            salt=digest(Domain.OWNER, b"salt", number.encode()),
        )

    def call(self, life: _Life, index: int) -> bytes:
        """Give one step of a life as it is handed in."""
        place, event = STEPS[index]
        operation, sidecars = self._operation(life, event)
        transaction = self._signed(operation, "" if event == "ClaimFiled" else place)
        return encode_submission(transaction, sidecars)

    def _operation(self, life: _Life, event: str) -> tuple[Operation, tuple[str, ...]]:
        if event == "BillIssued":
            made, sidecar = self._maker.bill(life.bill.number)
            key = BillKey(life.bill.code, life.bill.number)
            owned = owner_commitment(key, self._account, life.salt)
            settled = {"public": 1, "public_fen": PUBLIC_FEN, "settlement": life.settlement}
            return replace(made, owner=owned, **settled), (sidecar.hex(),)
        return self._plain(life, event), ()

    def _plain(self, life: _Life, event: str) -> Operation:
        number, bill = life.bill.number, life.bill
        item = ClaimItem(bill=bill, salt=life.salt, amount_fen=CLAIMED_FEN)
        made: dict[str, Operation] = {
            "Settled": Settle(
                client_ref=f"settle/{number}",
                date=self._day,
                hospital=self._names["hospital"],
                total_fen=TOTAL_FEN,
                funds=(FundShare(fund="basic", amount_fen=PUBLIC_FEN),),
                account_fen=0,
                hospital_fen=0,
                position=digest(Domain.OWNER, b"position", number.encode()),
            ),
            "PaymentRecorded": RecordPayment(
                client_ref=f"paid/{number}", bill=bill, amount_fen=TOTAL_FEN - PUBLIC_FEN
            ),
            "BillCountersigned": Countersign(client_ref=f"seen/{number}", bill=bill),
            "ClaimFiled": FileClaim(
                client_ref=f"claim/{number}",
                date=self._day,
                payer=self._names["insurer"],
                items=(item,),
            ),
            "ClaimDecided": DecideClaim(
                client_ref=f"decide/{number}", claim=life.claim, amounts=(CLAIMED_FEN,)
            ),
            "ClaimPaid": PayClaim(
                client_ref=f"pay/{number}", claim=life.claim, amount_fen=CLAIMED_FEN
            ),
        }
        return made[event]

    def _signed(self, operation: Operation, place: str) -> str:
        """Sign for the institution of a place, or for the patient where none is named."""
        signer = self._signers[place] if place else self._device
        named = self._names.get(place, "")
        transaction = Transaction(
            chain_id=self._chain_id,
            author=InstitutionAuthor(named) if named else AccountAuthor(self._account),
            public_key=signer.public_key,
            valid_until_ms=self._order.bills.now_ms + HOUR_MS,
            operations=(encode_operation(operation),),
        )
        return sign_transaction(transaction, signer).encoded.hex()

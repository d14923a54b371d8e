"""What clients ask for: bills, payments, and the same things again in every way that clients do.

Rules: chance comes from the given ``random.Random``. An act is a signed transaction of the hospital
with one operation, so that any node can be asked to take it. About a quarter are no news: the same
bytes again, the same act signed anew, another bill under a number that is taken or being taken,
a second payment of the whole sum. Of all acts about one bill at most two may take effect.
"""

import random
from collections import deque
from dataclasses import dataclass, field

from ledgerd.chain.transaction import (
    InstitutionAuthor,
    Transaction,
    decode_transaction,
    sign_transaction,
)
from ledgerd.cli.homes import Home
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.bill_operations import IssueBill, RecordPayment
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.operations import decode_operation, encode_operation
from tests.bench.bills import CONTENT, BillMaker, SignedBills

CODE = "99060126"
RECENT_COUNT = 64  # bills that acts come back to: few and hot
VALID_MS = 3_600_000
TOTAL_FEN = CONTENT.money.total_fen
NEWS = {"issue", "pay"}  # acts that nobody asked for before, in whatever way
Operation = IssueBill | RecordPayment


@dataclass(frozen=True)
class Act:
    """One thing that a client wants.

    Attributes:
        number: counts the acts of a run.
        kind: ``issue``, ``pay``, and the ways of repeating them.
        ref: the client's key; two acts with one ref are one act.
        bill: what it is about.
    """

    number: int
    kind: str
    ref: str
    bill: str
    transaction: str = field(repr=False)
    sidecars: tuple[str, ...] = field(repr=False, default=())


class ActMaker:
    """Makes acts of one hospital, without end."""

    def __init__(self, home: Home, range_id: bytes, now_ms: int, rng: random.Random) -> None:
        self._bills = BillMaker(home, range_id, CODE, now_ms)
        self._institution = home.institution
        self._signer = home.keys.signer(OperatorRole.OFFICE)
        self._now_ms = now_ms
        self._rng = rng
        self._recent: deque[Act] = deque(maxlen=RECENT_COUNT)
        self._payable: deque[Act] = deque(maxlen=RECENT_COUNT)
        self._acts = 0
        self._numbers = 0
        self._chain_id = b""

    def next(self) -> Act:
        """Make the next act."""
        self._acts += 1
        draw = self._rng.random()
        if draw < 0.5 or not self._recent:
            return self._issue("issue")
        if draw < 0.75 and self._payable:
            issued = self._payable.popleft()
            return self._pay("pay", issued, f"pay/{issued.ref}")
        old = self._rng.choice(self._recent)
        if draw < 0.82:
            return self._same(old)
        if draw < 0.89:
            return self._signed_anew(old)
        if draw < 0.95:
            return self._rival(old)
        return self._pay("pay rival", old, f"pay-too/{self._acts}/{old.bill}")

    def _issue(self, kind: str) -> Act:
        self._numbers += 1
        [made] = self._bills.make(1, first=self._numbers)
        act = self._of_bill(kind, made)
        self._recent.append(act)
        self._payable.append(act)
        return act

    def _of_bill(self, kind: str, made: SignedBills) -> Act:
        read = decode_transaction(bytes.fromhex(made.transaction)).transaction
        operation = decode_operation(read.operations[0])
        assert isinstance(operation, IssueBill)
        self._chain_id = read.chain_id
        ref = operation.client_ref
        return Act(self._acts, kind, ref, made.bill, made.transaction, made.sidecars)

    def _same(self, old: Act) -> Act:
        return Act(self._acts, "same bytes", old.ref, old.bill, old.transaction, old.sidecars)

    def _signed_anew(self, old: Act) -> Act:
        operation = operation_of(old)
        signed = self._sign(operation)
        return Act(self._acts, "signed anew", old.ref, old.bill, signed, old.sidecars)

    def _rival(self, old: Act) -> Act:
        """Issue something else under the number of a bill."""
        operation = operation_of(old)
        number = int(operation.bill.number)
        [made] = self._bills.make(1, first=number)
        other = decode_operation(
            decode_transaction(bytes.fromhex(made.transaction)).transaction.operations[0]
        )
        assert isinstance(other, IssueBill)
        ref = f"rival/{self._acts}/{number}"
        renamed = IssueBill(**{name: getattr(other, name) for name in other.__struct_fields__}
                            | {"client_ref": ref})  # fmt: skip
        signed = self._sign(renamed)
        return Act(self._acts, "rival bill", ref, old.bill, signed, made.sidecars)

    def _pay(self, kind: str, issued: Act, ref: str) -> Act:
        bill = operation_of(issued).bill
        operation = RecordPayment(client_ref=ref, bill=bill, amount_fen=TOTAL_FEN)
        return Act(self._acts, kind, ref, issued.bill, self._sign(operation))

    def _sign(self, operation: Operation) -> str:
        transaction = Transaction(
            chain_id=self._chain_id,
            author=InstitutionAuthor(institution_id=self._institution),
            public_key=self._signer.public_key,
            valid_until_ms=self._now_ms + VALID_MS + self._acts,
            operations=(encode_operation(operation),),
        )
        return sign_transaction(transaction, self._signer).encoded.hex()


def operation_of(act: Act) -> Operation:
    """Read the one operation of an act back."""
    read = decode_transaction(bytes.fromhex(act.transaction)).transaction
    operation = decode_operation(read.operations[0])
    assert isinstance(operation, IssueBill | RecordPayment)
    return operation


def bill_text(ref: BillRef) -> str:
    return f"{ref.code}-{ref.number}"

"""Load for runs that execute their bundles by the real rules of the ledger.

A few hot bills are claimed, decided and paid by several payers at once; clients repeat themselves:
the same transaction in another bundle, the same operation in another transaction, the same wish
under a new name. Rules of this file:

* Execution is that of ``ledgerd.ledger``; what is kept beside it is only which transactions took
  effect, as a node keeps it with its blocks.
* The book counts money for itself, from receipts alone: one paid claim per bill and payer, and
  never more than the bill holds.

Source: domain.md section 3; reliability.md P2.
"""

import functools
import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs

from consensus import Batch
from ledgerd.chain.transaction import Transaction
from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.claim_operations import DecideClaim, FileClaim, PayClaim, WithdrawClaim
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.operations import Operation, decode_operation
from ledgerd.ledger.overlay import Overlay, StateReader
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.receipts import Receipt, encode_receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.canonical import encode
from tests.simulator.disk import Bundle
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    CHAIN_ID,
    INSURER,
    INSURER_2,
    MEDICARE,
    World,
    as_read,
    bill_ref,
    claim,
)

TOTAL_FEN = 100_00
PUBLIC_FEN = 20_00  # borne by the settlement at the counter
NUMBERS = (1, 2, 3)
PAYERS = (INSURER, INSURER_2, MEDICARE)
DONE = b"\xffdone"  # no key of the ledger begins with this byte
PROTOCOL = 1


class FalseBooks(AssertionError):  # noqa: N818  it is a finding, not an error
    """The ledger paid what it must not."""


@functools.cache
def opening() -> World:
    """Give a ledger with one patient and some bills that everybody wants to be paid for."""
    world = World()
    world.allot()
    world.enrol()
    for number in NUMBERS:
        settled = world.settle(TOTAL_FEN, PUBLIC_FEN)
        world.bill(
            number,
            total_fen=TOTAL_FEN,
            public_fen=PUBLIC_FEN,
            public=PublicPosition.SETTLED,
            settlement=settled,
        )
    return world


@dataclass(frozen=True, slots=True)
class Executed:
    """What came out of one block: changes of the state, and a digest of all that a header covers.

    Attributes:
        receipts: (transaction, its receipts) of those that took effect in this block.
    """

    changes: dict[bytes, bytes]
    outcome: bytes
    receipts: tuple[tuple[Transaction, tuple[Receipt, ...]], ...]


class Layered:
    """A state with the changes of blocks that are not written yet."""

    def __init__(self, state: dict[bytes, bytes]) -> None:
        self._state = state
        self._changes: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        value = self._changes.get(key)
        if value is None:
            value = self._state.get(key)
        return opening().state.get(key) if value is None else value

    def put(self, changes: dict[bytes, bytes]) -> None:
        self._changes.update(changes)


def execute(batch: Batch, bundles: Sequence[Bundle], state: StateReader) -> Executed:
    """Execute the transactions of a batch, each at its first place in the chain only."""
    overlay = Overlay(state)
    context = BlockContext(batch.sequence, batch.timestamp_ms, CHAIN_ID, PROTOCOL)
    hashed = hashlib.sha256()
    done: list[tuple[Transaction, tuple[Receipt, ...]]] = []
    transactions = [one for bundle in bundles for one in bundle.transactions]
    for index, transaction in enumerate(transactions):
        name = DONE + hashlib.sha256(encode(transaction)).digest()
        if overlay.get(name) is not None:
            continue
        overlay.put(name, 1)
        receipts = execute_transaction(as_read(transaction), index, overlay, context)
        done.append((transaction, receipts))
        for receipt in receipts:
            hashed.update(encode_receipt(receipt))
    changes = overlay.changes()
    for key, value in changes.items():
        hashed.update(len(key).to_bytes(4, "big") + key + value)
    return Executed(changes, hashed.digest(), tuple(done))


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim as its payer knows it."""

    key: bytes
    number: int
    payer: str
    amount_fen: int


@dataclass
class Book:
    """Draws what clients want, and counts the money that the ledger says it paid."""

    sometimes: Counter[str]
    claims: list[KnownClaim] = field(default_factory=list)
    decided: list[KnownClaim] = field(default_factory=list)
    paid: dict[tuple[int, str], int] = field(default_factory=dict)
    said: list[Transaction] = field(default_factory=list)
    checked_height: int = 0
    _serial: int = 0

    # --- what clients want --------------------------------------------------------------------

    def draw(self, rng: random.Random, time_ms: int) -> tuple[Transaction, ...]:
        """Draw the transactions of one bundle; often such as were said before."""
        if self.said and rng.random() < 0.3:
            return (self._again(rng),)
        transaction = self._new(rng, time_ms)
        self.said.append(transaction)
        return (transaction,)

    def _again(self, rng: random.Random) -> Transaction:
        known = rng.choice(self.said[-8:])
        if rng.random() < 0.5:
            return known
        return structs.replace(known, valid_until_ms=known.valid_until_ms + 1)

    def _new(self, rng: random.Random, time_ms: int) -> Transaction:
        self._serial += 1
        act = rng.random()
        if not self.claims or act < 0.35:
            return self._file(rng, time_ms)
        known = rng.choice((self.decided or self.claims)[-6:] if act > 0.6 else self.claims[-6:])
        ref = f"act {self._serial}"
        if act < 0.6:
            amounts = (rng.choice((known.amount_fen, known.amount_fen // 2, 0)),)
            decide = DecideClaim(client_ref=ref, claim=known.key, amounts=amounts)
            return signed_by(known.payer, "office", decide, time_ms)
        if act < 0.95:
            amount_fen = rng.choice((known.amount_fen, known.amount_fen, known.amount_fen // 2))
            pay = PayClaim(client_ref=ref, claim=known.key, amount_fen=amount_fen)
            return signed_by(known.payer, "cashier", pay, time_ms)
        return signed_by(ANNA, "device", WithdrawClaim(client_ref=ref, claim=known.key), time_ms)

    def _file(self, rng: random.Random, time_ms: int) -> Transaction:
        number, payer = rng.choice(NUMBERS), rng.choice(PAYERS)
        amount_fen = rng.choice((TOTAL_FEN, TOTAL_FEN // 2, TOTAL_FEN // 5))
        wish = claim((bill_ref(number),), opening().today, payer, amount_fen=amount_fen)
        named = structs.replace(wish, client_ref=f"{wish.client_ref} {self._serial}")
        return signed_by(ANNA, "device", named, time_ms)

    # --- what the ledger did ------------------------------------------------------------------

    def on_block(self, height: int, executed: Executed, state: StateReader) -> None:
        """Look at a block when the first machine has executed it.

        Raises:
            FalseBooks: money was paid twice, or more than there is.
        """
        if height <= self.checked_height:
            return
        self.checked_height = height
        for transaction, receipts in executed.receipts:
            for receipt in receipts:
                self._count(decode_operation(transaction.operations[receipt.operation]), receipt)
        for number in NUMBERS:
            self._check_bill(number, state)

    def _count(self, operation: Operation, receipt: Receipt) -> None:
        if receipt.code is RejectCode.REPEATED:
            self.sometimes["repeated operation answered with its first effect"] += 1
        elif receipt.code is not RejectCode.OK:
            self.sometimes["operation refused by the rules"] += 1
        elif isinstance(operation, FileClaim):
            (item,) = operation.items
            number = int(item.bill.number)
            self.claims.append(
                KnownClaim(receipt.object_key, number, operation.payer, item.amount_fen)
            )
        elif isinstance(operation, DecideClaim):
            self._decide(operation)
        elif isinstance(operation, PayClaim):
            self._pay(operation)

    def _claim(self, key: bytes) -> KnownClaim:
        return next(claim for claim in self.claims if claim.key == key)

    def _decide(self, operation: DecideClaim) -> None:
        (amount_fen,) = operation.amounts
        if amount_fen:
            known = replace(self._claim(operation.claim), amount_fen=amount_fen)
            self.decided.append(known)

    def _pay(self, operation: PayClaim) -> None:
        known = self._claim(operation.claim)
        place = (known.number, known.payer)
        if place in self.paid:
            raise FalseBooks(f"P2: bill {known.number} was reimbursed twice by one payer")
        self.paid[place] = operation.amount_fen
        self.sometimes["bill reimbursed"] += 1

    def _check_bill(self, number: int, state: StateReader) -> None:
        bill = bill_of(state, bill_ref(number))
        assert bill is not None
        borne_fen = sum(entry.reserved_fen + entry.paid_fen for entry in bill.payers)
        claimed_fen = sum(fen for (other, _), fen in self.paid.items() if other == number)
        if borne_fen > TOTAL_FEN:
            raise FalseBooks(f"P2: {borne_fen} of {TOTAL_FEN} fen of bill {number} are borne")
        if PUBLIC_FEN + claimed_fen != sum(entry.paid_fen for entry in bill.payers):
            raise FalseBooks(f"P2: the receipts of bill {number} do not add up to its record")


def signed_by(who: str | bytes, role: str, operation: Operation, time_ms: int) -> Transaction:
    """Make a transaction; its authorisation is checked before it is voted for, not here."""
    plain = opening().transaction(who, role, operation)
    return structs.replace(plain, valid_until_ms=time_ms + 1_800_000)

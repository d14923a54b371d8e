"""The load of real operations: execution is that of the ledger, and the book can say no."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from consensus import Batch, Digest
from ledgerd.chain.transaction import Transaction
from ledgerd.ledger.receipts import Receipt
from ledgerd.ledger.reject_codes import RejectCode
from tests.simulator.bills import Book, Executed, FalseBooks, KnownClaim, Layered, execute
from tests.simulator.clock import WALL_ORIGIN_MS
from tests.simulator.disk import Bundle

DIGEST = Digest(bytes(32))


def batch_at(height: int) -> Batch:
    return Batch(0, height, DIGEST, 1, 0, WALL_ORIGIN_MS + 50 * height, (DIGEST,))


class Ledger:
    """One state, one book, a block at a time."""

    def __init__(self, seed: int) -> None:
        self.book = Book(Counter())
        self.rng = random.Random(seed)
        self.state: dict[bytes, bytes] = {}
        self.height = 0

    def draw(self) -> tuple[Transaction, ...]:
        return self.book.draw(self.rng, WALL_ORIGIN_MS + 50 * self.height)

    def block(self, *transactions: Transaction) -> Executed:
        self.height += 1
        layered = Layered(self.state)
        bundle = Bundle(DIGEST, transactions=transactions)
        executed = execute(batch_at(self.height), [bundle], layered)
        layered.put(executed.changes)
        self.book.on_block(self.height, executed, layered)
        self.state.update(executed.changes)
        return executed


def paid_once() -> tuple[Ledger, Executed]:
    """Go on until a bill is reimbursed."""
    for seed in range(20):
        ledger = Ledger(seed)
        for _ in range(40):
            executed = ledger.block(*ledger.draw())
            if ledger.book.paid:
                return ledger, executed
    raise AssertionError("nothing is ever paid")


def test_bills_are_reimbursed_and_refused_and_repeated() -> None:
    sometimes: Counter[str] = Counter()
    for seed in range(12):
        ledger = Ledger(seed)
        for _ in range(40):
            ledger.block(*ledger.draw())
        sometimes += ledger.book.sometimes
    assert sometimes["bill reimbursed"] > 3
    assert sometimes["operation refused by the rules"] > 50
    assert sometimes["repeated operation answered with its first effect"] > 3


def test_a_transaction_takes_effect_at_its_first_place_only() -> None:
    ledger, executed = paid_once()
    (transaction, _) = executed.receipts[0]
    assert ledger.block(transaction, transaction).receipts == ()


def test_the_same_blocks_give_the_same_outcome() -> None:
    outcomes = []
    for _ in range(2):
        ledger = Ledger(3)
        outcomes.append([ledger.block(*ledger.draw()).outcome for _ in range(20)])
    assert outcomes[0] == outcomes[1]


def test_a_second_reimbursement_by_one_payer_is_told() -> None:
    ledger, executed = paid_once()
    with pytest.raises(FalseBooks, match="twice"):
        ledger.book.on_block(ledger.height + 1, executed, Layered(ledger.state))


def test_money_that_the_receipts_do_not_name_is_told() -> None:
    ledger, _ = paid_once()
    ledger.book.paid.clear()
    with pytest.raises(FalseBooks, match="add up"):
        ledger.block()


def test_a_receipt_is_counted_by_its_code() -> None:
    ledger, executed = paid_once()
    transaction, (receipt,) = executed.receipts[0]
    refused = Receipt(operation=0, code=RejectCode.EXPIRED, object_key=b"", first=None, events=())
    before = dict(ledger.book.paid)
    one = replace(executed, receipts=((transaction, (refused,)),))
    ledger.book.on_block(ledger.height + 1, one, Layered(ledger.state))
    assert receipt.code is RejectCode.OK
    assert ledger.book.paid == before
    assert isinstance(ledger.book.decided[0], KnownClaim)

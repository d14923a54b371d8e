"""Which chores an event makes, and for whom."""

import pytest

from ledgerd.ledger import events as e
from ledgerd.ledger.fields import BillRef, SidecarName
from ledgerd.ledger.state_keys import (
    bill_key,
    claim_key,
    erasure_key,
    grant_key,
    report_key,
    settlement_key,
)
from ledgerd.offices.chore import Chore, ChoreKind, bill_of_key
from ledgerd.offices.chores import ChoreBook
from ledgerd.offices.payer import Policy
from ledgerd.offices.readers import ReadingRoom
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, HOSPITAL_2, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import CODE, allot
from tests.unit.ledgerd.offices.town import Home, Town

BILL = BillRef(code=CODE, number="0000000001")
SIDECAR = SidecarName(sidecar_hash=bytes(32), sidecar_bytes=1)
CLAIM = claim_key(INSURER, 2026_01_01, bytes(16))
ISSUED = e.BillIssued(bill=BILL, issuer=HOSPITAL, sidecar=SIDECAR)


def book(home: Home, *, automatic: bool = True) -> ChoreBook:
    return ChoreBook(home.house, ReadingRoom(home.house), Policy(is_automatic=automatic))


def test_a_bill_is_named_by_the_beginning_of_every_key_about_it() -> None:
    assert bill_of_key(bill_key(CODE, BILL.number)) == BILL
    assert bill_of_key(grant_key(CODE, BILL.number, bytes(16))) == BILL


async def test_the_finance_that_allotted_the_code_countersigns(town: Town) -> None:
    await allot(town, HOSPITAL)
    subject = bill_key(CODE, BILL.number)

    assert list(book(town.finance).chores_of(ISSUED)) == [
        Chore(kind=ChoreKind.COUNTERSIGN, author=FINANCE, subject=subject)
    ]
    assert list(book(town.hospital).chores_of(ISSUED)) == []


@pytest.mark.parametrize("issuer", [HOSPITAL, HOSPITAL_2])
def test_the_issuer_delivers_also_when_it_is_hosted(town: Town, issuer: str) -> None:
    granted = e.AccessGranted(
        bill=BILL, issuer=issuer, grant=bytes(16), reader=INSURER, parts=3, until_ms=1
    )

    (chore,) = book(town.hospital).chores_of(granted)

    assert (chore.kind, chore.author) == (ChoreKind.DELIVER, issuer)
    assert list(book(town.insurer).chores_of(granted)) == []


def test_the_bureau_books_a_reversed_bills_settlement(town: Town) -> None:
    settlement = settlement_key(MEDICARE, 2026_01_01, bytes(16))
    reversed_ = e.BillReversed(
        bill=BILL, red=BILL, issuer=HOSPITAL, sidecar=SIDECAR, settlement=settlement
    )

    (chore,) = book(town.medicare).chores_of(reversed_)

    assert chore == Chore(kind=ChoreKind.BOOK, author=MEDICARE, subject=settlement)


def test_a_payer_acts_by_itself_only_when_its_policy_says_so(town: Town) -> None:
    filed = e.ClaimFiled(claim=CLAIM, payer=INSURER, bills=(BILL,))
    decided = e.ClaimDecided(claim=CLAIM, payer=INSURER, reserved_fen=1)

    kinds = [c.kind for event in (filed, decided) for c in book(town.insurer).chores_of(event)]
    by_hand = book(town.insurer, automatic=False)

    assert kinds == [ChoreKind.DECIDE, ChoreKind.PAY]
    assert [c for event in (filed, decided) for c in by_hand.chores_of(event)] == []


@pytest.mark.parametrize("kind", list(ChoreKind))
def test_a_chore_about_nothing_is_not_wanted(town: Town, kind: ChoreKind) -> None:
    subject = {
        ChoreKind.COUNTERSIGN: bill_key(CODE, BILL.number),
        ChoreKind.DELIVER: grant_key(CODE, BILL.number, bytes(16)),
        ChoreKind.BOOK: settlement_key(MEDICARE, 2026_01_01, bytes(16)),
        ChoreKind.DECIDE: CLAIM,
        ChoreKind.PAY: CLAIM,
        ChoreKind.ERASE: erasure_key(FINANCE, 2026_01_01, bytes(16)),
        ChoreKind.STEP_IN: grant_key(CODE, BILL.number, bytes(16)),
        ChoreKind.DELIVER_ANEW: report_key(CODE, BILL.number, bytes(16)),
        ChoreKind.DEVICE: bill_key(CODE, BILL.number) + bytes(32),
    }[kind]

    assert not book(town.finance).is_wanted(Chore(kind=kind, author=FINANCE, subject=subject))

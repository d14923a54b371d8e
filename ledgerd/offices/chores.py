"""Chores: what an office does by itself because something was committed.

    BillIssued, BillReversed   finance     COUNTERSIGN   opens the face, checks it, countersigns
    BillReversed               medicare    BOOK          takes the released settlement back
    AccessGranted              issuer      DELIVER       seals the keys for the reader
    ClaimFiled, KeyDelivered,  payer       DECIDE        when its policy says so
    DocumentsSupplied
    ClaimDecided               payer       PAY           when its policy says so

Rules: a chore is named by what it is about, so the same event twice makes one chore. Whether it is
done, or not wanted any more, is asked of the state and of nothing else. Its act goes through the
outbox under a ref made of its name, so doing it twice does it once.

Source: domain.md sections 3 to 5.
"""

from collections.abc import Iterator
from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger import events as e, redress_events as re, state_keys
from ledgerd.ledger.authors import ref_of as author_ref
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import OPEN_STATES, ClaimState, SettlementState
from ledgerd.ledger.queries import (
    bill_of,
    bureau_of_settlement,
    claim_of,
    code_counter_of,
    grant_of,
    report_of,
    settlement_of,
)
from ledgerd.offices.house import House
from ledgerd.offices.payer import Policy
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import InstitutionId, Record
from ledgerd.primitives.hashing import Domain, digest

SUBJECT_BYTES_MAX: Final = 64
REF_HASH_BYTES: Final = 16
REPORT: Final = "report"  # the other end of a COUNTERSIGN


@unique
class ChoreKind(IntEnum):
    """What is to be done."""

    COUNTERSIGN = 1
    DELIVER = 2
    BOOK = 3
    DECIDE = 4
    PAY = 5


class Chore(Record, tag=4, frozen=True, kw_only=True):
    """One thing to do.

    Attributes:
        author: the institution of this house that does it.
        subject: state key of what it is about: a bill, a grant, a settlement, a claim.
    """

    kind: ChoreKind
    author: InstitutionId
    subject: Annotated[bytes, Meta(min_length=1, max_length=SUBJECT_BYTES_MAX)]


def bill_of_key(key: bytes) -> BillRef:
    """Read a bill's name from the key of the bill or of something under it."""
    return BillRef(code=key[1:9].decode("ascii"), number=key[9:19].decode("ascii"))


def ref_of(chore: Chore, act: str = "") -> str:
    """Make the client ref of a chore's act."""
    name = act or chore.kind.name.lower()
    return f"auto/{name}/{digest(Domain.OUTBOX, chore.subject)[:REF_HASH_BYTES].hex()}"


class ChoreBook:
    """Says which chores an event makes, and whether a chore is still wanted."""

    def __init__(self, house: House, room: ReadingRoom, policy: Policy) -> None:
        self._house = house
        self._room = room
        self._policy = policy

    def chores_of(self, event: e.Event) -> Iterator[Chore]:
        """Give the chores of one event, for the institutions of this house."""
        match event:
            case e.BillIssued(bill=bill):
                yield from self._countersign(bill)
            case e.BillReversed(red=red, settlement=settlement):
                yield from self._countersign(red)
                if settlement is not None:
                    yield from self._chore(
                        ChoreKind.BOOK, bureau_of_settlement(settlement), settlement
                    )
            case e.AccessGranted(bill=bill, issuer=issuer, grant=grant):
                subject = state_keys.grant_key(bill.code, bill.number, grant)
                yield from self._chore(ChoreKind.DELIVER, issuer, subject)
            case e.ClaimFiled(claim=claim, payer=payer) if self._policy.is_automatic:
                yield from self._chore(ChoreKind.DECIDE, payer, claim)
            case e.KeyDelivered(bill=bill, reader=str(reader)) if self._policy.is_automatic:
                yield from self._claims_of(bill, reader)
            case re.DocumentsSupplied(claim=claim, payer=payer) if self._policy.is_automatic:
                yield from self._chore(ChoreKind.DECIDE, payer, claim)
            case e.ClaimDecided(claim=claim, payer=payer) if self._policy.is_automatic:
                yield from self._chore(ChoreKind.PAY, payer, claim)
            case _:
                return

    def is_wanted(self, chore: Chore) -> bool:
        """Ask the state whether the chore is still to be done."""
        match chore.kind:
            case ChoreKind.COUNTERSIGN:
                return self._is_countersign_wanted(chore)
            case ChoreKind.DELIVER:
                return self._is_delivery_wanted(chore.subject)
            case ChoreKind.BOOK:
                found = settlement_of(self._house.state, chore.subject)
                return found is not None and found.state is SettlementState.RELEASED
            case ChoreKind.DECIDE:
                return self._is_decision_wanted(chore.subject)
            case ChoreKind.PAY:
                return self._is_payment_wanted(chore.subject)

    def _countersign(self, bill: BillRef) -> Iterator[Chore]:
        counter = code_counter_of(self._house.state, bill.code)
        if counter is not None:
            subject = state_keys.bill_key(bill.code, bill.number)
            yield from self._chore(ChoreKind.COUNTERSIGN, counter.authority, subject)

    def _claims_of(self, bill: BillRef, reader: str) -> Iterator[Chore]:
        """Find the open claim of a payer that has just become a reader of a bill."""
        record = bill_of(self._house.state, bill)
        for entry in () if record is None else record.payers:
            if entry.claim is not None and entry.state in OPEN_STATES:
                claim = claim_of(self._house.state, entry.claim)
                if claim is not None and claim.payer == reader:
                    yield from self._chore(ChoreKind.DECIDE, reader, entry.claim)

    def _chore(self, kind: ChoreKind, author: str, subject: bytes) -> Iterator[Chore]:
        if self._house.is_ours(author):
            yield Chore(kind=kind, author=author, subject=subject)

    def _is_countersign_wanted(self, chore: Chore) -> bool:
        ref = bill_of_key(chore.subject)
        bill = bill_of(self._house.state, ref)
        if bill is None or bill.supervised is not None or bill.reversed is not None:
            return False
        report = author_ref(chore.author.encode("ascii"), ref_of(chore, REPORT))
        return report_of(self._house.state, ref, report) is None

    def _is_delivery_wanted(self, subject: bytes) -> bool:
        ref, grant_id = bill_of_key(subject), subject[-state_keys.REF_BYTES :]
        grant = grant_of(self._house.state, ref, grant_id)
        if grant is None or grant.until_ms <= self._house.node.reads.head().time_ms:
            return False
        return all(delivery.grant != grant_id for delivery in self._room.deliveries(ref))

    def _is_decision_wanted(self, subject: bytes) -> bool:
        """Leave appeals to people: they need another key; and wait for documents."""
        claim = claim_of(self._house.state, subject)
        if claim is None or claim.state is not ClaimState.FILED:
            return False
        return claim.appeal is None and not claim.awaits_documents

    def _is_payment_wanted(self, subject: bytes) -> bool:
        return self._claim_state(subject) is ClaimState.DECIDED

    def _claim_state(self, subject: bytes) -> ClaimState | None:
        claim = claim_of(self._house.state, subject)
        return None if claim is None else claim.state

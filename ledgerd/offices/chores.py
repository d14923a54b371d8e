"""Chores: what an office does by itself because something was committed.

    BillIssued, BillReversed   finance     COUNTERSIGN   opens the face, checks it, countersigns
    BillReversed               medicare    BOOK          takes the released settlement back
    BillVoided                 medicare    BOOK          the same
    AccessGranted              issuer      DELIVER       seals the keys for the reader
    AccessGranted              readers     STEP_IN       when the issuer does not for a while
    UnreadableReported         issuer      DELIVER_ANEW  seals the keys for that reader again
    BillBound, PatientKeyAdded issuer      DEVICE        seals the keys for the owner's device
    KeyDelivered to finance    finance     COUNTERSIGN   now that it opens
    ClaimFiled, KeyDelivered,  payer       DECIDE        when its policy says so
    DocumentsSupplied
    ErasureApproved            everybody   ERASE         lets go of what it keeps, confirms
    ClaimDecided               payer       PAY           when its policy says so

Rules: a chore is named by what it is about, so the same event twice makes one chore. Whether it is
done, or not wanted any more, is asked of the state and of nothing else. Its act goes through the
outbox under a ref made of its name, so doing it twice does it once.

Source: domain.md sections 3 to 5.
"""

from collections.abc import Iterator

from ledgerd.ledger import (
    axis_events as x,
    care_events as ce,
    events as e,
    redress_events as re,
    state_keys,
)
from ledgerd.ledger.authors import ref_of as author_ref
from ledgerd.ledger.care_queries import erasure_of
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import (
    OPEN_STATES,
    ClaimState,
    SettlementState,
    UnreadableReport,
)
from ledgerd.ledger.patient_events import PatientKeyAdded
from ledgerd.ledger.queries import (
    bill_of,
    bureau_of_settlement,
    claim_of,
    code_counter_of,
    report_of,
    settlement_of,
)
from ledgerd.offices.chore import (
    REPORT,
    REPORT_AGAIN,
    Chore,
    ChoreKind,
    bill_of_key,
    ref_of,
)
from ledgerd.offices.house import House
from ledgerd.offices.key_chores import KeyChores
from ledgerd.offices.payer import Policy
from ledgerd.offices.readers import ReadingRoom


class ChoreBook:
    """Says which chores an event makes, and whether a chore is still wanted."""

    def __init__(self, house: House, room: ReadingRoom, policy: Policy) -> None:
        self._house = house
        self._policy = policy
        self._keys = KeyChores(house, room)

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
            case e.AccessGranted() | e.UnreadableReported() | x.BillBound() | PatientKeyAdded():
                yield from self._keys.chores_of(event)
            case x.BillVoided(settlement=bytes(settlement)):
                yield from self._chore(ChoreKind.BOOK, bureau_of_settlement(settlement), settlement)
            case e.KeyDelivered(bill=bill, grant=None, reader=str()):
                yield from self._countersign(bill)
            case ce.ErasureApproved(erasure=erasure, is_complete=True):
                yield from self._chore(ChoreKind.ERASE, self._house.own, erasure)
            case _ if self._policy.is_automatic:
                yield from self._of_payer(event)
            case _:
                return

    def _of_payer(self, event: e.Event) -> Iterator[Chore]:
        match event:
            case e.ClaimFiled(claim=claim, payer=payer):
                yield from self._chore(ChoreKind.DECIDE, payer, claim)
            case e.KeyDelivered(bill=bill, reader=str(reader)):
                yield from self._claims_of(bill, reader)
            case re.DocumentsSupplied(claim=claim, payer=payer):
                yield from self._chore(ChoreKind.DECIDE, payer, claim)
            case e.ClaimDecided(claim=claim, payer=payer):
                yield from self._chore(ChoreKind.PAY, payer, claim)
            case _:
                return

    def is_wanted(self, chore: Chore) -> bool:
        """Ask the state whether the chore is still to be done."""
        match chore.kind:
            case ChoreKind.COUNTERSIGN:
                return self._is_countersign_wanted(chore)
            case ChoreKind.DELIVER | ChoreKind.STEP_IN | ChoreKind.DELIVER_ANEW | ChoreKind.DEVICE:
                return self._keys.is_wanted(chore)
            case ChoreKind.BOOK:
                found = settlement_of(self._house.state, chore.subject)
                return found is not None and found.state is SettlementState.RELEASED
            case ChoreKind.DECIDE:
                return self._is_decision_wanted(chore.subject)
            case ChoreKind.PAY:
                return self._is_payment_wanted(chore.subject)
            case ChoreKind.ERASE:
                return self._is_erasure_wanted(chore)

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
        if bill is None or bill.supervised is not None or bill.is_taken_back:
            return False
        first, second = (self.report_of(chore, name) for name in (REPORT, REPORT_AGAIN))
        return first is None or (first.answered is not None and second is None)

    def report_of(self, chore: Chore, name: str) -> UnreadableReport | None:
        """Give the report that a COUNTERSIGN chore ended with."""
        report = author_ref(chore.author.encode("ascii"), ref_of(chore, name))
        return report_of(self._house.state, bill_of_key(chore.subject), report)

    def _is_decision_wanted(self, subject: bytes) -> bool:
        """Leave appeals to people: they need another key; and wait for documents."""
        claim = claim_of(self._house.state, subject)
        if claim is None or claim.state is not ClaimState.FILED:
            return False
        return claim.appeal is None and not claim.awaits_documents

    def _is_erasure_wanted(self, chore: Chore) -> bool:
        erasure = erasure_of(self._house.state, chore.subject)
        if erasure is None:
            return False
        return all(word.keeper != chore.author for word in erasure.confirmed)

    def _is_payment_wanted(self, subject: bytes) -> bool:
        return self._claim_state(subject) is ClaimState.DECIDED

    def _claim_state(self, subject: bytes) -> ClaimState | None:
        claim = claim_of(self._house.state, subject)
        return None if claim is None else claim.state

"""The objects of the state: what stands behind each key of the state tree.

Rules: one record per object, typed and bounded; a step that an object took carries its ``Origin``,
by which a replay is recognised. Objects change by replacement only, and only in the modules that
apply operations. What stands in a key is not repeated in the value.

Source: domain.md sections 1 to 5; the keys are in ``state_keys``.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.claim_operations import ClaimAmounts
from ledgerd.ledger.fields import (
    FUNDS_MAX,
    BillRef,
    BillType,
    FundShare,
    GrantId,
    ObjectKey,
    PaperNumber,
    PartsValue,
    PublicPosition,
    Purpose,
    SealedDocument,
    SealedParts,
    SidecarName,
    UnreadableReason,
)
from ledgerd.ledger.receipts import Position
from ledgerd.primitives.canonical import (
    U8,
    U32,
    U63,
    AccountId,
    Bytes16,
    Canonical,
    Fen,
    Hash32,
    InstitutionId,
    PublicKey,
    Record,
    TimeMs,
)

PAYMENTS_MAX: Final = 32  # a bill paid in more parts than a month has days is a mistake
PAYERS_MAX: Final = 16
MEDICARE: Final = "medicare"  # the one payer slot of all public bureaus
AID: Final = "aid"  # assistance, decided and paid by a bureau
PUBLIC_PAYERS: Final = (MEDICARE, AID)
DOCUMENTS_MAX: Final = 8  # of one supplement
SUPPLEMENTS_MAX: Final = 8  # `Params.supplement_count_max` stays within it
RECOVERIES_MAX: Final = 8  # the last one takes back all that is left

PayerName = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z]{1,18}\Z", max_length=18)]
EMPLOYER: Final = "employer"  # whoever an entry says bears a part


class Origin(Canonical, frozen=True, kw_only=True):
    """Which operation did this.

    Attributes:
        request: first half of a hash of author and operation, to tell a replay from another
            operation under the same ref.
    """

    height: U63
    transaction: U32
    operation: U8
    request: Bytes16

    @property
    def position(self) -> Position:
        return Position(height=self.height, transaction=self.transaction, operation=self.operation)

    def is_after(self, other: "Origin") -> bool:
        mine, theirs = self.position, other.position
        return (mine.height, mine.transaction, mine.operation) > (
            theirs.height,
            theirs.transaction,
            theirs.operation,
        )


class KeyedStep(Canonical, frozen=True, kw_only=True):
    """A step whose next one may need another key.

    Attributes:
        signer: the public key that authorised it.
        time_ms: block time.
    """

    origin: Origin
    signer: PublicKey
    time_ms: TimeMs


@unique
class FileState(IntEnum):
    """Where a bill's file stands; its keepers need it until it is archived."""

    OPEN = 1
    WRITTEN_OFF = 2
    ARCHIVED = 3


class Payment(Canonical, frozen=True, kw_only=True):
    """One payment of the patient; ``ref`` is the hash half of author and client ref."""

    ref: Bytes16
    amount_fen: Fen
    origin: Origin


@unique
class PayerState(IntEnum):
    """Where one payer stands towards one bill."""

    FILED = 1
    DECIDED = 2
    PAID = 3
    REFUSED = 4
    WITHDRAWN = 5
    EXPIRED = 6
    RECOVERED = 7


OPEN_STATES: Final = (PayerState.FILED, PayerState.DECIDED)


class PayerPosition(Canonical, frozen=True, kw_only=True):
    """One payer of one bill.

    Invariant: reserved and paid of all payers never exceed what domain.md section 3 allows.

    Attributes:
        payer: "medicare", "aid", "employer", or the insurer's id.
        claim: the last claim; None when a settlement at the counter paid, or a unit by an entry.
        recovered_fen: what was paid and taken back; not in ``paid_fen`` any more.
        appealed: the one appeal of this payer and bill is used.
    """

    payer: PayerName
    state: PayerState
    reserved_fen: Fen
    paid_fen: Fen
    claim: ObjectKey | None
    recovered_fen: Fen = 0
    appealed: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def borne_fen(self) -> int:
        return self.reserved_fen + self.paid_fen


class Paper(Canonical, frozen=True, kw_only=True):
    """The paper bill that was handed out for a bill; ``number`` is printed on it."""

    number: PaperNumber
    exchanged: Origin
    recalled: Origin | None = None


class Bill(Record, tag=82, frozen=True, kw_only=True):
    """A bill and everything that happened to it.

    Attributes:
        bill_type: 1 blue, 2 red.
        public: ``fields.PublicPosition`` as the issuer said.
        hospital_fen: borne by the hospital, from the settlement.
        related: of a red bill the blue one; of a reversed blue bill the red one.
        supervised: finance countersigned; ``supervisor`` is who.
        paid_fen: sum of ``payments``.
        payers: sorted by the time of their first act, one entry each.
        erased: sealed parts that every node deletes; 1 face, 2 lines, 3 both.
        cases_open: open cases that hold this bill: no write-off and no erasure meanwhile.
        bound: the owner was set later; ``binder`` is who did.
        refunded_fen: sum of ``refunds``.
    """

    issuer: InstitutionId
    bill_type: BillType
    issue_date: U32
    issued_ms: TimeMs
    total_fen: Fen
    public_fen: Fen
    hospital_fen: Fen
    public: PublicPosition
    owner: Hash32 | None
    sealed: SealedParts
    settlement: ObjectKey | None
    related: BillRef | None
    origin: Origin
    supervisor: InstitutionId | None = None
    supervised: Origin | None = None
    announced: KeyedStep | None = None
    reversed: Origin | None = None
    paid_fen: Fen = 0
    payments: Annotated[tuple[Payment, ...], Meta(max_length=PAYMENTS_MAX)] = ()
    payers: Annotated[tuple[PayerPosition, ...], Meta(max_length=PAYERS_MAX)] = ()
    cases_open: U8 = 0
    erased: Annotated[int, Meta(ge=0, le=3)] = 0
    file: FileState = FileState.OPEN
    bound: Origin | None = None
    binder: InstitutionId | None = None
    voided: Origin | None = None
    paper: Paper | None = None
    refunded_fen: Fen = 0
    refunds: Annotated[tuple[Payment, ...], Meta(max_length=PAYMENTS_MAX)] = ()

    @property
    def is_taken_back(self) -> bool:
        return self.reversed is not None or self.voided is not None

    @property
    def is_paper_out(self) -> bool:
        return self.paper is not None and self.paper.recalled is None

    @property
    def private_fen(self) -> int:
        """What is left to insurers, a unit and the patient: nothing public, not the hospital's."""
        public = (entry.borne_fen for entry in self.payers if entry.payer in PUBLIC_PAYERS)
        return self.total_fen - self.hospital_fen - sum(public)

    @property
    def is_entered(self) -> bool:
        entry = self.payer(EMPLOYER)
        return entry is not None and entry.state == PayerState.PAID

    @property
    def is_entered_wholly(self) -> bool:
        """Say whether a unit bears everything that is left to the patient's side."""
        entry = self.payer(EMPLOYER)
        return self.is_entered and entry is not None and entry.borne_fen >= self.private_fen

    @property
    def due_fen(self) -> int:
        """What the patient pays: account and cash together."""
        return self.total_fen - self.public_fen - self.hospital_fen

    @property
    def is_paid_in_full(self) -> bool:
        return self.paid_fen == self.due_fen

    def payer(self, name: str) -> PayerPosition | None:
        return next((entry for entry in self.payers if entry.payer == name), None)


class Grant(Record, tag=83, frozen=True, kw_only=True):
    """Consent of a bill's owner that somebody reads it."""

    account: AccountId
    reader: InstitutionId
    parts: PartsValue
    purpose: Purpose
    until_ms: TimeMs
    origin: Origin
    given_ms: TimeMs = 0
    revoked: Origin | None = None

    def is_in_force(self, time_ms: int) -> bool:
        """Say whether deliveries are still made at this block time."""
        return self.revoked is None and self.until_ms > time_ms


class DeliveredKey(Record, tag=84, frozen=True, kw_only=True):
    """Where keys lie, sealed by ``deliverer`` for ``reader``.

    Attributes:
        grant: the consent; None when it answers ``report``, or serves the owner's devices.
        reader: None for devices, which each try what is sealed there.
    """

    grant: GrantId | None
    reader: InstitutionId | None
    deliverer: InstitutionId
    parts: PartsValue
    key_number: U32
    document: SidecarName
    origin: Origin
    report: GrantId | None = None


class UnreadableReport(Record, tag=85, frozen=True, kw_only=True):
    """A reader's word that a bill does not open (1) or holds other sums (2).

    Attributes:
        parts: what the reader should be able to open.
        due_ms: by then its issuer has delivered anew, or a case opens.
        answered: the delivery that answers it.
    """

    reader: InstitutionId
    reason: UnreadableReason
    origin: Origin
    parts: PartsValue
    due_ms: TimeMs
    answered: Origin | None = None


class Token(Record, tag=87, frozen=True, kw_only=True):
    """A write-once PRF value is used: a person's account, or a position of yearly counters."""

    object_key: Annotated[bytes, Meta(max_length=64)]


@unique
class SettlementState(IntEnum):
    """OPEN: a bill may name it. RELEASED: its bill was reversed, the effect is not yet booked."""

    OPEN = 1
    CONSUMED = 2
    RELEASED = 3
    REVERSED = 4


class Settlement(Record, tag=88, frozen=True, kw_only=True):
    """What public funds bear of one total, decided at the counter.

    Attributes:
        bill: the bill that consumed it.
        account_fen: borne from the person's medical account; stays the patient's share.
    """

    state: SettlementState
    hospital: InstitutionId
    total_fen: Fen
    funds: Annotated[tuple[FundShare, ...], Meta(max_length=FUNDS_MAX)]
    account_fen: Fen
    hospital_fen: Fen
    position: Hash32
    calculation: SealedDocument | None
    made_ms: TimeMs
    origin: Origin
    bill: BillRef | None = None
    reversed: Origin | None = None

    @property
    def public_fen(self) -> int:
        return sum(share.amount_fen for share in self.funds)


@unique
class ClaimState(IntEnum):
    """FILED and DECIDED are open; a paid or refused one opens again by an appeal, once."""

    FILED = 1
    DECIDED = 2
    PAID = 3
    REFUSED = 4
    WITHDRAWN = 5
    EXPIRED = 6
    RECOVERED = 7


class ClaimedBill(Canonical, frozen=True, kw_only=True):
    """One bill of a claim and what is asked for it."""

    bill: BillRef
    amount_fen: Fen


class Supplement(Canonical, frozen=True, kw_only=True):
    """What a payer asked for, and the documents that came.

    Attributes:
        supplied: None while the payer waits for the patient.
    """

    request: SealedDocument
    asked: Origin
    documents: Annotated[tuple[SealedDocument, ...], Meta(max_length=DOCUMENTS_MAX)] = ()
    supplied: Origin | None = None


class ClaimRound(Canonical, frozen=True, kw_only=True):
    """The decision that was appealed, and its payment."""

    amounts: ClaimAmounts
    reasoning: SealedDocument | None
    decided: KeyedStep
    paid: Origin | None


class ClaimAppeal(Canonical, frozen=True, kw_only=True):
    """An appeal: what more is asked of each bill; 0 leaves a bill as it is."""

    amounts: ClaimAmounts
    reasons: SealedDocument
    origin: Origin
    before: ClaimRound


class Recovery(Canonical, frozen=True, kw_only=True):
    """What a payer took back of each bill."""

    amounts: ClaimAmounts
    origin: Origin


class Claim(Record, tag=89, frozen=True, kw_only=True):
    """A request of an account to a payer; an application for assistance is one of the payer aid.

    Attributes:
        payer: the institution; its slot on the bills is ``payer_name``.
        expires_ms: not before this block time it can be released; moved on by the decision, and
            by asking for documents and supplying them.
        amounts: what was decided, per bill; empty before.
        reasons: of an application, sealed to patient and bureau.
    """

    account: AccountId
    payer: InstitutionId
    payer_name: PayerName
    state: ClaimState
    bills: Annotated[tuple[ClaimedBill, ...], Meta(max_length=16)]
    filed_ms: TimeMs
    expires_ms: TimeMs
    origin: Origin
    amounts: ClaimAmounts | None = None
    reasoning: SealedDocument | None = None
    decided: KeyedStep | None = None
    paid: Origin | None = None
    ended: Origin | None = None
    reasons: SealedDocument | None = None
    supplements: Annotated[tuple[Supplement, ...], Meta(max_length=SUPPLEMENTS_MAX)] = ()
    appeal: ClaimAppeal | None = None
    recoveries: Annotated[tuple[Recovery, ...], Meta(max_length=RECOVERIES_MAX)] = ()

    @property
    def asked_amounts(self) -> tuple[int, ...]:
        """What is asked of each bill in the present round; 0 for a bill that rests."""
        if self.appeal is not None:
            return self.appeal.amounts
        return tuple(asked.amount_fen for asked in self.bills)

    @property
    def reserved_fen(self) -> int:
        return sum(self.amounts or ())

    @property
    def was_paid(self) -> bool:
        """Say whether an earlier round was paid: then the claim falls back to it."""
        return self.appeal is not None and self.appeal.before.paid is not None

    @property
    def decisions(self) -> tuple[KeyedStep, ...]:
        """The decisions, the appealed one first."""
        steps = (None if self.appeal is None else self.appeal.before.decided, self.decided)
        return tuple(step for step in steps if step is not None)

    @property
    def payments(self) -> tuple[Origin, ...]:
        steps = (None if self.appeal is None else self.appeal.before.paid, self.paid)
        return tuple(step for step in steps if step is not None)

    @property
    def paid_fen(self) -> int:
        """What was paid and not taken back."""
        before = self.appeal.before.amounts if self.appeal is not None and self.was_paid else ()
        present = self.amounts or () if self.paid is not None else ()
        taken = sum(sum(recovery.amounts) for recovery in self.recoveries)
        return sum(before) + sum(present) - taken

    @property
    def awaits_documents(self) -> bool:
        """Say whether documents were asked for in this round: an appeal leaves old requests be."""
        if not self.supplements or self.supplements[-1].supplied is not None:
            return False
        asked = self.supplements[-1].asked
        return self.appeal is None or asked.is_after(self.appeal.origin)

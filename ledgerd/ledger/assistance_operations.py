"""Typed bodies of medical assistance: applied for by a patient, decided by a bureau.

Rules: as in ``bill_operations``. An application is a claim of the payer ``aid``: documents,
payment, withdrawal, expiry, appeal and recovery are those of claims and name the application.

Source: domain.md sections 3 and 4.
"""

from ledgerd.ledger.claim_operations import ClaimAmounts, ClaimItems
from ledgerd.ledger.fields import Day, ObjectKey, SealedDocument
from ledgerd.primitives.canonical import ClientRef, InstitutionId, Record


class ApplyAssistance(Record, tag=97, frozen=True, kw_only=True):
    """Apply to a bureau for assistance with own bills.

    Attributes:
        date: YYYYMMDD, part of the application's key.
        items: 1 to 16 different bills.
        reasons: sealed to patient and bureau.
    """

    client_ref: ClientRef
    date: Day
    bureau: InstitutionId
    items: ClaimItems
    reasons: SealedDocument


class DecideAssistance(Record, tag=98, frozen=True, kw_only=True):
    """Decide an application: reserve an amount per bill, in its order; all 0 refuses it.

    Attributes:
        reasoning: sealed to patient and bureau.
    """

    client_ref: ClientRef
    application: ObjectKey
    amounts: ClaimAmounts
    reasoning: SealedDocument | None = None


AssistanceOperation = ApplyAssistance | DecideAssistance

"""Typed bodies of what follows a claim: documents asked for and supplied, appeal, recovery.

Rules: as in ``bill_operations``. What is said in words is a sealed document beside the block.

Source: domain.md sections 3 and 4.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.ledger.claim_operations import ClaimAmounts
from ledgerd.ledger.fields import ObjectKey, SealedDocument
from ledgerd.primitives.canonical import ClientRef, Record

Documents = Annotated[tuple[SealedDocument, ...], Meta(min_length=1, max_length=8)]


class RequestSupplement(Record, tag=45, frozen=True, kw_only=True):
    """Ask the patient for documents before deciding a claim.

    Attributes:
        request: what is missing, sealed to patient and payer.
    """

    client_ref: ClientRef
    claim: ObjectKey
    request: SealedDocument


class SupplyDocuments(Record, tag=46, frozen=True, kw_only=True):
    """Hand in the documents that the payer of an own claim asked for.

    Attributes:
        documents: sealed to patient and payer.
    """

    client_ref: ClientRef
    claim: ObjectKey
    documents: Documents


class Appeal(Record, tag=47, frozen=True, kw_only=True):
    """Ask the payer of an own paid or refused claim for more; another key decides.

    Attributes:
        amounts: what more is asked of each bill, in the claim's order; 0 lets a bill rest.
        reasons: sealed to patient and payer.
    """

    client_ref: ClientRef
    claim: ObjectKey
    amounts: ClaimAmounts
    reasons: SealedDocument


class RecoverPayment(Record, tag=48, frozen=True, kw_only=True):
    """Say that the payer took back what it had paid, wholly or in part.

    Attributes:
        amounts: what was taken back of each bill, in the claim's order.
    """

    client_ref: ClientRef
    claim: ObjectKey
    amounts: ClaimAmounts


RedressOperation = RequestSupplement | SupplyDocuments | Appeal | RecoverPayment

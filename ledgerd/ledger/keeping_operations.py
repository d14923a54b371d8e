"""Typed bodies of the operations on what is kept beside the chain: erasure, audit.

Rules: as in ``bill_operations``. What is erased is a sealed part; the chain keeps its root and its
hash, from which nobody learns what it was.

Source: domain.md sections 4 and 8.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.fields import BillRef, Day, ObjectKey, PartsValue, SealedDocument
from ledgerd.primitives.canonical import (
    Canonical,
    ClientRef,
    Hash32,
    InstitutionId,
    Record,
)

ERASED_BILLS_MAX: Final = 16

LineCount = Annotated[int, Meta(ge=1, le=2**62)]


class ErasureItem(Canonical, frozen=True, kw_only=True):
    """One bill, and which of its parts shall go.

    Attributes:
        salt: opens the owner commitment.
        parts: 1 face, 2 lines, 3 both.
    """

    bill: BillRef
    salt: Hash32
    parts: PartsValue


class AnchorAudit(Record, tag=66, frozen=True, kw_only=True):
    """Fix how the audit log of the own node reads up to a line.

    Attributes:
        date: YYYYMMDD, part of the anchor's key.
        line_count: lines of the log up to here.
        head: hash of the last one, which covers all before it.
    """

    client_ref: ClientRef
    date: Day
    line_count: LineCount
    head: Hash32


class RequestErasure(Record, tag=70, frozen=True, kw_only=True):
    """Ask that sealed parts of own bills are deleted everywhere.

    Attributes:
        date: YYYYMMDD, part of the request's key.
        authority: the finance institution that supervises these bills; it approves.
        items: 1 to 16 different bills.
    """

    client_ref: ClientRef
    date: Day
    authority: InstitutionId
    items: Annotated[tuple[ErasureItem, ...], Meta(min_length=1, max_length=ERASED_BILLS_MAX)]


class ApproveErasure(Record, tag=71, frozen=True, kw_only=True):
    """Approve an erasure: when the time to keep is over, or by a legal order.

    Attributes:
        order: the sealed order; None when the time to keep is over.
    """

    client_ref: ClientRef
    erasure: ObjectKey
    order: SealedDocument | None = None


class ConfirmErased(Record, tag=72, frozen=True, kw_only=True):
    """Say that the own node has deleted what an approved erasure names."""

    client_ref: ClientRef
    erasure: ObjectKey


KeepingOperation = AnchorAudit | RequestErasure | ApproveErasure | ConfirmErased

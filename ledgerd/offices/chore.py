"""A chore: what it is about, and the ref of its act.

Rules: a chore is named by what it is about, so the same event twice makes one chore.

Source: domain.md sections 3 to 5.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.fields import BillRef
from ledgerd.primitives.canonical import InstitutionId, Record
from ledgerd.primitives.hashing import Domain, digest

SUBJECT_BYTES_MAX: Final = 64
REF_HASH_BYTES: Final = 16
REPORT: Final = "report"  # the other end of a COUNTERSIGN
REPORT_AGAIN: Final = "report-again"  # what was delivered anew does not open either
DEVICE_KEY_BYTES: Final = 32


@unique
class ChoreKind(IntEnum):
    """What is to be done."""

    COUNTERSIGN = 1
    DELIVER = 2
    BOOK = 3
    DECIDE = 4
    PAY = 5
    ERASE = 6
    STEP_IN = 20
    DELIVER_ANEW = 21
    DEVICE = 22


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


def device_of_key(key: bytes) -> bytes:
    """Read the sealing key from the subject of a DEVICE chore: bill key, then the key."""
    return key[-DEVICE_KEY_BYTES:]


def ref_of(chore: Chore, act: str = "") -> str:
    """Make the client ref of a chore's act."""
    name = act or chore.kind.name.lower()
    return f"auto/{name}/{digest(Domain.OUTBOX, chore.subject)[:REF_HASH_BYTES].hex()}"

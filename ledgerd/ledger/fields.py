"""The small typed fields that operations and state objects share.

Rules: every field names its range here or in ``primitives.canonical``; text is printable ASCII of a
named alphabet; an object is named by its state key (``ObjectKey``), so that a name can be looked
up and proved without an index.

Source: domain.md sections 2 and 3; architecture.md section 3.
"""

from enum import IntEnum, IntFlag, unique
from typing import Annotated, Final, Literal

from msgspec import Meta

from ledgerd.primitives.canonical import (
    BillCode,
    BillNumber,
    Bytes16,
    Canonical,
    Fen,
    Hash32,
)

SIDECAR_BYTES_MAX: Final = 1 << 20  # a bill of 2 000 lines compresses to about 100 KiB
CLAIM_ITEMS_MAX: Final = 16
FUNDS_MAX: Final = 16
OBJECT_KEY_BYTES: Final = 39  # kind 1, institution 18, date 4, hash of author and ref 16

ObjectKey = Annotated[bytes, Meta(min_length=OBJECT_KEY_BYTES, max_length=OBJECT_KEY_BYTES)]
Day = Annotated[int, Meta(ge=19_700_101, le=99_991_231)]  # YYYYMMDD, a calendar day
NumberValue = Annotated[int, Meta(ge=0, le=9_999_999_999)]
SidecarBytes = Annotated[int, Meta(ge=1, le=SIDECAR_BYTES_MAX)]
FundCode = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{1,16}\Z", max_length=16)]
PaperNumber = Annotated[str, Meta(pattern=r"\A[0-9A-Z-]{1,32}\Z", max_length=32)]
RangeId = Bytes16
GrantId = Bytes16


@unique
class BillType(IntEnum):
    """The sign of a bill's amounts: a red bill takes back the blue bill that it names."""

    BLUE = 1
    RED = 2


@unique
class PublicPosition(IntEnum):
    """What the issuer says about public payers when it issues the bill.

    Attributes:
        SETTLED: a settlement says what public funds bore, possibly nothing.
        NONE: no public payer bears anything; final when undisputed for ``public_dispute_ms``.
        PENDING: a public payer may still be claimed.
    """

    SETTLED = 1
    NONE = 2
    PENDING = 3


@unique
class Parts(IntFlag):
    """The sealed parts of a bill that a grant opens."""

    FACE = 1
    LINES = 2


@unique
class Purpose(IntEnum):
    """What a grant is given for."""

    CLAIM = 1
    CARE = 2
    AUDIT = 3
    ENTRY = 4


@unique
class UnreadableReason(IntEnum):
    """What a reader found: the sidecar does not open, or its sums are others."""

    DOES_NOT_OPEN = 1
    SUMS_DIFFER = 2


PartsValue = Literal[1, 2, 3]


class BillRef(Canonical, frozen=True, kw_only=True):
    """The identity of a bill.

    Attributes:
        code: region 2, class 2, kind 2, year 2 digits.
        number: sequential in an allotted range.
    """

    code: BillCode
    number: BillNumber


class SidecarName(Canonical, frozen=True, kw_only=True):
    """Sealed bytes beside the block, named by their hash.

    Attributes:
        sidecar_hash: of the sealed bytes, domain ``sidecar``.
        sidecar_bytes: their length.
    """

    sidecar_hash: Hash32
    sidecar_bytes: SidecarBytes


class SealedParts(Canonical, frozen=True, kw_only=True):
    """What a bill commits to of its two sealed parts; readers' key wraps are in the sidecar.

    Attributes:
        face_root: Merkle root of the face's salted leaves.
        lines_root: Merkle root of the lines' salted leaves.
        face_key: commitment to the content key of the face.
        lines_key: commitment to the content key of the lines.
        sidecar: both parts, encrypted.
    """

    face_root: Hash32
    lines_root: Hash32
    face_key: Hash32
    lines_key: Hash32
    sidecar: SidecarName


class SealedDocument(Canonical, frozen=True, kw_only=True):
    """A sealed document: a calculation, reasoning, the record of an enrolment.

    Attributes:
        root: Merkle root of the opened document.
        key: commitment to its content key.
        sidecar: the encrypted document with its readers' wraps.
    """

    root: Hash32
    key: Hash32
    sidecar: SidecarName


class FundShare(Canonical, frozen=True, kw_only=True):
    """What one public fund bears of a total."""

    fund: FundCode
    amount_fen: Fen

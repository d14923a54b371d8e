"""Parameters of the methods about visits, prescriptions, erasure and audit anchors.

Rules: as in ``requests``: what is sealed appears in no ``repr``.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ledgerd.rpc.fields import (
    Hex16,
    Hex32,
    InstitutionId,
    ObjectHex,
    Params,
    SealedText,
    TimeMs,
)
from ledgerd.rpc.queries import Page
from ledgerd.rpc.requests import Act, BillRef

Signature = Annotated[
    str,
    Meta(pattern=r"^(?:[0-9a-f]{128})?$(?!\n)", description="64 bytes, lower-case hex, or none"),
]


class CareAct(Act, frozen=True, kw_only=True):
    """An act with text that is sealed to the hospital and the patient's devices.

    Attributes:
        account: the patient's.
        salt: drawn by the patient's side; with the account it opens the commitment on chain.
        content: what is said, sealed.
        consent: the device's signature over commitment and content (``primitives.consent``);
            empty for an account without a device, whose consent stands in the content.
    """

    account: Hex16
    salt: Hex32
    content: SealedText
    consent: Signature = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class VisitBook(CareAct, frozen=True, kw_only=True):
    """Book a visit."""


class VisitRegister(CareAct, frozen=True, kw_only=True):
    """Register a patient who came.

    Attributes:
        booked: the booked visit, under the same account and salt.
        presence: an attestation by a terminal of the hospital.
    """

    booked: ObjectHex | None = None
    presence: ObjectHex | None = None


class VisitAct(Act, frozen=True, kw_only=True):
    """Cancel or complete a visit."""

    visit: ObjectHex


class PrescriptionIssue(CareAct, frozen=True, kw_only=True):
    """Prescribe at a visit.

    Attributes:
        times: how often it may be dispensed.
    """

    visit: ObjectHex
    times: Annotated[int, Meta(ge=1, le=36)] = 1
    until_ms: TimeMs


class PrescriptionDispense(CareAct, frozen=True, kw_only=True):
    """Dispense a prescription of any hospital."""

    prescription: ObjectHex


class ErasedPart(Params, frozen=True, kw_only=True):
    """One bill of a request for erasure."""

    bill: BillRef
    parts: Literal["face", "lines", "face_and_lines"] = "face_and_lines"
    owner_salt: Hex32


class PatientErase(Act, frozen=True, kw_only=True):
    """Ask that sealed parts of own bills are deleted everywhere; signed by the device."""

    account: Hex16
    items: Annotated[tuple[ErasedPart, ...], Meta(min_length=1, max_length=16)]


class ErasureApprove(Act, frozen=True, kw_only=True):
    """Approve an erasure.

    Attributes:
        order: the legal order, sealed to finance and bureau; empty when the time to keep is over.
    """

    erasure: ObjectHex
    order: SealedText = ""

    def __repr__(self) -> str:
        return f"ErasureApprove({self.erasure})"


class ErasureConfirm(Act, frozen=True, kw_only=True):
    """The office's own act: say that this node has deleted."""

    erasure: ObjectHex


class AuditAnchorMake(Act, frozen=True, kw_only=True):
    """The office's own act: fix the head of the audit log."""

    line_count: Annotated[int, Meta(ge=1, le=2**62)]
    head: Hex32


class OfInstitution(Page, frozen=True, kw_only=True):
    """A list, of one institution when named."""

    institution: InstitutionId | None = None

"""Typed bodies of the operations on visits and prescriptions.

Rules: as in ``bill_operations``. On chain stand the institution, the kind of event, a commitment
and the name of the sealed part; who the patient is, what for, and the patient's signed consent
stand in the sealed part.

Source: domain.md section 4.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.fields import Day, ObjectKey, SealedDocument
from ledgerd.primitives.canonical import ClientRef, Hash32, Record, TimeMs

DISPENSINGS_MAX: Final = 36  # a repeat prescription of three years, month by month


class BookVisit(Record, tag=80, frozen=True, kw_only=True):
    """Book a visit.

    Attributes:
        date: YYYYMMDD, part of the visit's key: the day of the booking.
        visit: commitment to the visit, under which a presence may be attested.
        sealed: patient, department, time, and the patient's consent.
    """

    client_ref: ClientRef
    date: Day
    visit: Hash32
    sealed: SealedDocument


class RegisterVisit(Record, tag=81, frozen=True, kw_only=True):
    """Register a patient who came: to a visit that was booked, or without one.

    Attributes:
        date: YYYYMMDD, part of the visit's key; of a booked one the day of the registration.
        booked: the booked visit; None for a patient who comes without.
        visit: commitment to the visit; the booked one's, where there is one.
        presence: key of the attestation that the person stood at a terminal.
    """

    client_ref: ClientRef
    date: Day
    booked: ObjectKey | None
    visit: Hash32
    sealed: SealedDocument
    presence: ObjectKey | None = None


class CancelVisit(Record, tag=82, frozen=True, kw_only=True):
    """Cancel an own visit that is not completed."""

    client_ref: ClientRef
    visit: ObjectKey


class CompleteVisit(Record, tag=83, frozen=True, kw_only=True):
    """Say that a registered visit is over.

    Attributes:
        sealed: what the hospital hands to the patient, if it hands over anything.
    """

    client_ref: ClientRef
    visit: ObjectKey
    sealed: SealedDocument | None = None


class Prescribe(Record, tag=84, frozen=True, kw_only=True):
    """Prescribe at an own visit.

    Attributes:
        date: YYYYMMDD, part of the prescription's key.
        prescription: commitment to what is prescribed, for whom.
        times: how often it may be dispensed.
        until_ms: not dispensed at or after this block time.
    """

    client_ref: ClientRef
    date: Day
    visit: ObjectKey
    prescription: Hash32
    sealed: SealedDocument
    times: Annotated[int, Meta(ge=1, le=DISPENSINGS_MAX)]
    until_ms: TimeMs


class DispensePrescription(Record, tag=85, frozen=True, kw_only=True):
    """Dispense a prescription of any hospital, once.

    Attributes:
        sealed: what was handed out, and the patient's consent.
    """

    client_ref: ClientRef
    prescription: ObjectKey
    sealed: SealedDocument


CareOperation = (
    BookVisit | RegisterVisit | CancelVisit | CompleteVisit | Prescribe | DispensePrescription
)

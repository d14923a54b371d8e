"""Builders about visits, prescriptions, erasure and audit anchors."""

from ledgerd.ledger.care_operations import (
    BookVisit,
    CancelVisit,
    CompleteVisit,
    DispensePrescription,
    Prescribe,
    RegisterVisit,
)
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.keeping_operations import (
    AnchorAudit,
    ApproveErasure,
    ConfirmErased,
    ErasureItem,
    RequestErasure,
)
from ledgerd.ledger.patient_operations import AttestPresence
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    World,
    document,
    hash_of,
    salt_of,
)

VISIT = hash_of("visit")


def book(today: int, ref: str = "book") -> BookVisit:
    return BookVisit(client_ref=ref, date=today, visit=VISIT, sealed=document(ref))


def register(today: int, booked: bytes | None = None, **changes: object) -> RegisterVisit:
    values: dict[str, object] = {
        "client_ref": "register",
        "date": today,
        "booked": booked,
        "visit": VISIT,
        "sealed": document("register"),
    }
    return RegisterVisit(**{**values, **changes})


def cancel(visit: bytes) -> CancelVisit:
    return CancelVisit(client_ref="cancel", visit=visit)


def complete(visit: bytes) -> CompleteVisit:
    return CompleteVisit(client_ref="complete", visit=visit, sealed=document("complete"))


def prescribe(visit: bytes, today: int, **changes: object) -> Prescribe:
    values: dict[str, object] = {
        "client_ref": "prescribe",
        "date": today,
        "visit": visit,
        "prescription": hash_of("prescription"),
        "sealed": document("prescribe"),
        "times": 2,
        "until_ms": 1_790_000_000_000 + 90 * DAY_MS,
    }
    return Prescribe(**{**values, **changes})


def dispense(prescription: bytes, ref: str = "dispense") -> DispensePrescription:
    return DispensePrescription(client_ref=ref, prescription=prescription, sealed=document(ref))


def attest(today: int, ref: str = "seen", visit: bytes | None = VISIT) -> AttestPresence:
    return AttestPresence(client_ref=ref, date=today, account=None, check=1, visit=visit)


def erasure(bills: tuple[BillRef, ...], today: int, parts: int = 3, ref: str = "erase"):
    items = tuple(ErasureItem(bill=b, salt=salt_of(b), parts=parts) for b in bills)
    return RequestErasure(client_ref=ref, date=today, authority=FINANCE, items=items)


def approve(erasure_key: bytes, ref: str = "approve", order: str = "order") -> ApproveErasure:
    named = document(order) if order else None
    return ApproveErasure(client_ref=ref, erasure=erasure_key, order=named)


def confirm(erasure_key: bytes) -> ConfirmErased:
    return ConfirmErased(client_ref="erased", erasure=erasure_key)


def anchor(today: int, line_count: int = 7, ref: str = "anchor") -> AnchorAudit:
    return AnchorAudit(client_ref=ref, date=today, line_count=line_count, head=hash_of("head"))


def registered(world: World) -> bytes:
    """Book and register a visit at the hospital."""
    visit = world.must(HOSPITAL, "office", book(world.today))
    return world.must(HOSPITAL, "clerk", register(world.today, visit))


def requested(world: World, number: int = 1, parts: int = 3) -> tuple[BillRef, bytes]:
    """Have Anna ask for the erasure of a bill of hers."""
    bill = world.bill(number)
    key = world.must(ANNA, "device", erasure((bill,), world.today, parts, f"erase {number}"))
    return bill, key

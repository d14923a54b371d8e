"""What random wards, keepers and patients do with visits, prescriptions and erasures."""

from typing import Any

from ledgerd.chain.params import DAY_MS, HOUR_MS
from ledgerd.ledger.care_operations import (
    BookVisit,
    CancelVisit,
    CompleteVisit,
    DispensePrescription,
    Prescribe,
    RegisterVisit,
)
from ledgerd.ledger.keeping_operations import (
    AnchorAudit,
    ApproveErasure,
    ConfirmErased,
    ErasureItem,
    RequestErasure,
)
from tests.naive.choices_bills import any_bill, day
from tests.naive.choices_claims import owner_named
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.world import ACCOUNTS, KINDS, Hand
from tests.unit.ledgerd.ledger.world import document, salt_of


def ward(g: Chooser, hospital: str | None = None) -> Hand:
    return g.member_key(hospital or g.of_kind("hospital"), "clerk", "office")


@choice(3)
def book_visit(g: Chooser) -> Drawn:
    operation = BookVisit(
        client_ref=g.ref("book"), date=day(g), visit=g.fresh("visit"), sealed=document("visit")
    )
    return ward(g), operation


@choice(4)
def register_visit(g: Chooser) -> Drawn:
    visits, presences = g.model.state.of("visit"), g.model.state.of("presence")
    hospital, booked, commitment = g.of_kind("hospital"), None, g.fresh("visit")
    if visits and g.chance(80):
        booked = g.hot(list(visits))
        assert booked is not None
        hospital = visits[booked].hospital
        commitment = visits[booked].commitment if g.chance(95) else commitment
    presence = g.hot(list(presences)) if g.chance(30) else None
    if presence is not None and g.chance(80):
        hospital = presences[presence].institution
    operation = RegisterVisit(
        client_ref=g.ref("register"), date=day(g), booked=booked, visit=commitment,
        sealed=document("visit"), presence=presence,
    )  # fmt: skip
    return ward(g, hospital if KINDS.get(hospital) == "hospital" else None), operation


def any_visit(g: Chooser) -> tuple[bytes, Any] | None:
    visits = g.model.state.of("visit")
    key = g.hot(list(visits))
    return None if key is None else (key, visits[key])


@choice(1)
def cancel_visit(g: Chooser) -> Drawn | None:
    found = any_visit(g)
    if found is None:
        return None
    return ward(g, found[1].hospital), CancelVisit(client_ref=g.ref("cancel"), visit=found[0])


@choice(2)
def complete_visit(g: Chooser) -> Drawn | None:
    found = any_visit(g)
    if found is None:
        return None
    operation = CompleteVisit(client_ref=g.ref("complete"), visit=found[0])
    return ward(g, found[1].hospital), operation


@choice(3)
def prescribe(g: Chooser) -> Drawn | None:
    found = any_visit(g)
    if found is None:
        return None
    operation = Prescribe(
        client_ref=g.ref("prescribe"), date=day(g), visit=found[0],
        prescription=g.fresh("prescription"), sealed=document("prescription"),
        times=g.pick((1, 2, 3)), until_ms=g.model.now_ms + g.pick((-1, HOUR_MS, 5 * DAY_MS)),
    )  # fmt: skip
    return ward(g, found[1].hospital), operation


@choice(4)
def dispense_prescription(g: Chooser) -> Drawn | None:
    key = g.hot(list(g.model.state.of("prescription")))
    if key is None:
        return None
    operation = DispensePrescription(
        client_ref=g.ref("dispense"), prescription=key, sealed=document("handed out")
    )
    return ward(g), operation


@choice(1)
def anchor_audit(g: Chooser) -> Drawn:
    operation = AnchorAudit(
        client_ref=g.ref("anchor"), date=day(g), line_count=1, head=g.fresh("head")
    )
    return g.member_key(g.pick(sorted(KINDS)), "office"), operation


@choice(4)
def request_erasure(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    ref, bill = found
    refs = [ref] if g.chance(60) else [ref, (any_bill(g) or found)[0]]
    items = tuple(ErasureItem(bill=r, salt=salt_of(r), parts=g.pick((1, 2, 3))) for r in refs)
    authority = g.model.state.codes[ref.code][0] if g.chance(92) else g.pick(sorted(KINDS))
    operation = RequestErasure(
        client_ref=g.ref("erase"), date=day(g), authority=authority, items=items
    )
    return g.patient(owner_named(ref, bill) or g.pick(ACCOUNTS)), operation


def any_erasure(g: Chooser) -> tuple[bytes, Any] | None:
    erasures = g.model.state.of("erasure")
    key = g.hot(list(erasures))
    return None if key is None else (key, erasures[key])


@choice(5)
def approve_erasure(g: Chooser) -> Drawn | None:
    found = any_erasure(g)
    if found is None:
        return None
    key, erasure = found
    operation = ApproveErasure(
        client_ref=g.ref("approve"), erasure=key, order=document("order") if g.chance(70) else None
    )
    who = g.pick(sorted(erasure.needs)) if g.chance(90) else g.of_kind("finance")
    return g.member_key(who, "reviewer"), operation


@choice(3)
def confirm_erased(g: Chooser) -> Drawn | None:
    found = any_erasure(g)
    if found is None:
        return None
    operation = ConfirmErased(client_ref=g.ref("erased"), erasure=found[0])
    return g.member_key(g.pick(sorted(KINDS)), "office"), operation

"""Visits, prescriptions, erasures and anchors as answers show them."""

from ledgerd.ledger.care_queries import anchor_of, erasure_of, prescription_of, visit_of
from ledgerd.rpc.views_of_care import anchor_view, erasure_view, prescription_view, visit_view
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, HOSPITAL_2, MEDICARE, World
from tests.unit.ledgerd.ledger.world_care import (
    anchor,
    approve,
    confirm,
    dispense,
    prescribe,
    registered,
    requested,
)


def test_what_is_public_of_care_is_shown() -> None:
    world = World()
    visit = registered(world)
    key = world.must(HOSPITAL, "clerk", prescribe(visit, world.today))
    world.must(HOSPITAL_2, "clerk", dispense(key))
    anchored = world.must(HOSPITAL, "office", anchor(world.today))

    shown = visit_view(visit, visit_of(world, visit))
    assert (shown.hospital, shown.state, shown.document_count) == (HOSPITAL, "registered", 2)
    prescribed = prescription_view(key, prescription_of(world, key))
    assert (prescribed.visit, prescribed.dispensed_by) == (visit.hex(), (HOSPITAL_2,))
    assert anchor_view(anchored, anchor_of(world, anchored)).line_count == 7


def test_an_erasure_shows_who_approved_and_who_deleted() -> None:
    world = World()
    world.allot()
    world.enrol()
    bill, key = requested(world)
    assert erasure_view(key, erasure_of(world, key)).state == "requested"
    world.must(FINANCE, "reviewer", approve(key))
    world.must(MEDICARE, "reviewer", approve(key))
    world.must(HOSPITAL, "office", confirm(key))

    shown = erasure_view(key, erasure_of(world, key))
    assert shown.state == "approved"
    assert shown.bills == (f"{bill.code}-{bill.number} face_and_lines",)
    assert (shown.approved_by, shown.confirmed_by) == ((FINANCE, MEDICARE), (HOSPITAL,))

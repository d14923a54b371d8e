"""The objects of care are bounded, and their tags are their own."""

from ledgerd.ledger import objects
from ledgerd.ledger.care_objects import AuditAnchor, Erasure, Prescription, Visit
from ledgerd.ledger.care_operations import DISPENSINGS_MAX
from ledgerd.ledger.queries import VALUE_BYTES_MAX
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.ledger.world import HOSPITAL, HOSPITAL_2, World
from tests.unit.ledgerd.ledger.world_care import dispense, prescribe, registered

RECORDS = (AuditAnchor, Erasure, Prescription, Visit)


def test_every_field_has_a_bound() -> None:
    places = [place for record in RECORDS for place in unbounded_fields(record)]

    assert places == ["Visit.state"]  # an enumeration


def test_the_tags_are_no_other_objects() -> None:
    others = {
        v.__struct_config__.tag for v in vars(objects).values() if hasattr(v, "__struct_config__")
    }
    tags = [record.__struct_config__.tag for record in RECORDS]

    assert sorted(tags) == [123, 124, 128, 129]
    assert not others & set(tags)


def test_a_prescription_that_is_dispensed_to_the_end_still_decodes() -> None:
    world = World()
    visit = registered(world)
    key = world.must(HOSPITAL, "clerk", prescribe(visit, world.today, times=DISPENSINGS_MAX))
    for number in range(DISPENSINGS_MAX):
        world.must(HOSPITAL_2, "clerk", dispense(key, f"dispense {number}"))

    assert len(world.state[key]) < VALUE_BYTES_MAX

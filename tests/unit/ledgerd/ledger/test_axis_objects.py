"""The objects of the further axes are bounded, and their tags are their own."""

from ledgerd.ledger import objects
from ledgerd.ledger.axis_objects import BillEntry
from ledgerd.primitives.canonical import unbounded_fields


def test_every_field_has_a_bound() -> None:
    assert unbounded_fields(BillEntry) == ()


def test_the_tag_is_no_other_objects() -> None:
    records = (v for v in vars(objects).values() if hasattr(v, "__struct_config__"))

    assert BillEntry.__struct_config__.tag not in {r.__struct_config__.tag for r in records}

"""Records of the books are bounded and small."""

import pytest

from ledgerd.ledger import book_objects
from ledgerd.ledger.operations import OPERATION_TYPES
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.ledger.story import told_story

RECORDS = [
    getattr(book_objects, name)
    for name in (
        "RangeUse",
        "ReturnedNumbers",
        "OfficeDay",
        "DayBook",
        "ClearingMonth",
        "WriteOff",
    )
]


@pytest.mark.parametrize("type_", RECORDS, ids=lambda t: t.__name__)
def test_every_field_has_a_bound(type_: type) -> None:
    assert {place.split(".", 1)[1] for place in unbounded_fields(type_)} <= {"state"}


def test_the_tags_are_unique() -> None:
    tags = {type_.__struct_config__.tag for type_ in RECORDS}

    assert len(tags) == len(RECORDS)


def test_an_office_day_can_count_every_kind_of_operation() -> None:
    assert len(OPERATION_TYPES) <= book_objects.OPERATION_KINDS_MAX


def test_running_sums_of_a_whole_story_stay_small() -> None:
    state = told_story().world.state
    sizes = [len(value) for key, value in state.items() if key[:1] in (b"L", b"d", b"m")]

    assert sizes
    assert max(sizes) < 200

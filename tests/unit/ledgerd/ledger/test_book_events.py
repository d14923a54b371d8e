"""Events of the books name days, ranges and requests only."""

from typing import get_args

from ledgerd.ledger.book_events import BookEvent
from ledgerd.primitives.canonical import unbounded_fields


def test_fields_are_bounded_and_tags_are_those_of_their_operations() -> None:
    types = get_args(BookEvent)

    assert [type_.__struct_config__.tag for type_ in types] == [17, 60, 61, 62, 63, 64]
    assert {place for type_ in types for place in unbounded_fields(type_)} == set()

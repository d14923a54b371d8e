"""Events of the further axes tell ids and amounts, never the paper's number or the unit."""

from typing import get_args

from ledgerd.ledger.axis_events import AxisEvent
from ledgerd.primitives.canonical import unbounded_fields


def test_fields_are_bounded_and_tell_nothing_more_than_they_must() -> None:
    types = get_args(AxisEvent)

    assert [place for type_ in types for place in unbounded_fields(type_)] == []
    fields = {field for type_ in types for field in type_.__struct_fields__}
    assert not fields & {"paper", "unit", "account", "owner"}

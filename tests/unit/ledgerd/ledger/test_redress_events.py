"""Events of redress: ids and amounts, each with a bound."""

from typing import get_args

from ledgerd.ledger.events import Event
from ledgerd.ledger.redress_events import RedressEvent
from ledgerd.primitives.canonical import unbounded_fields


def test_every_field_has_a_bound_and_every_event_can_be_told() -> None:
    assert [place for type_ in get_args(RedressEvent) for place in unbounded_fields(type_)] == []
    assert set(get_args(RedressEvent)) <= set(get_args(Event))

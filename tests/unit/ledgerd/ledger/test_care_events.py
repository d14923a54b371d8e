"""Events of care tell keys and institutions, never who the patient is."""

from typing import get_args

from ledgerd.ledger.care_events import CareEvent
from ledgerd.primitives.canonical import unbounded_fields


def test_fields_are_bounded_and_name_no_account_and_no_bill() -> None:
    types = get_args(CareEvent)

    assert [place for type_ in types for place in unbounded_fields(type_)] == []
    fields = {field for type_ in types for field in type_.__struct_fields__}
    assert not fields & {"account", "bill", "bills", "owner", "salt"}

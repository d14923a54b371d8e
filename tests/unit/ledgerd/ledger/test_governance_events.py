"""Events of governance name institutions, keys of objects and public keys only."""

from typing import get_args

from ledgerd.ledger.governance_events import GovernanceEvent
from ledgerd.primitives.canonical import unbounded_fields


def test_fields_are_bounded_and_tags_are_those_that_were_published() -> None:
    types = get_args(GovernanceEvent)

    assert [type_.__struct_config__.tag for type_ in types] == list(range(50, 60))
    assert {place for type_ in types for place in unbounded_fields(type_)} == set()

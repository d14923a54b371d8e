"""What events show: ids, hashes and amounts, each with a bound."""

from typing import get_args

from ledgerd.ledger.events import Event
from ledgerd.ledger.governance_events import ProtocolAdopted
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import World


def test_tags_are_unique_and_fields_bounded() -> None:
    types = get_args(Event)

    assert len({type_.__struct_config__.tag for type_ in types}) == len(types)
    places = {place for type_ in types for place in unbounded_fields(type_)}
    assert places <= {"UnreadableReported.reason"}


def test_the_story_tells_every_event() -> None:
    told, world = told_story(), World()
    seen = set()

    for transaction in told.world.done:
        world.time_ms = transaction.valid_until_ms - 3_600_000
        seen.update(
            type(event) for receipt in world.execute(transaction)[0] for event in receipt.events
        )

    # No release knows a second version of the rules yet.
    assert seen == set(get_args(Event)) - {ProtocolAdopted}

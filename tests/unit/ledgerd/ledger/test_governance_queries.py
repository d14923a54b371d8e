"""Reading the objects of governance."""

from ledgerd.chain.block import PROTOCOL_VERSION
from ledgerd.ledger.governance_queries import (
    electorate_of,
    own_affair_of,
    protocol_of,
    protocol_version_of,
    terminal_of,
)
from tests.unit.ledgerd.ledger.world import HOSPITAL, World
from tests.unit.ledgerd.ledger.world_books import ELECTORS, new_signer, registration


def test_the_first_state_knows_electors_and_the_rules_of_genesis() -> None:
    world = World()

    assert len(electorate_of(world).electors) == len(ELECTORS)
    assert protocol_of(world) is None
    assert protocol_version_of(world) == PROTOCOL_VERSION


def test_a_terminal_and_what_was_done_are_found_by_their_institution() -> None:
    world = World()
    key = world.must(HOSPITAL, "admin", registration(HOSPITAL))
    public_key = new_signer("kiosk").public_key

    assert terminal_of(world, HOSPITAL, public_key) is not None
    assert terminal_of(world, HOSPITAL, bytes(32)) is None
    assert own_affair_of(world, HOSPITAL, key[-16:]) is not None

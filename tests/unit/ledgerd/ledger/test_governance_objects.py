"""Objects of governance are bounded."""

import pytest

from ledgerd.ledger import governance_objects
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.ledger.governance_objects import (
    Electorate,
    InstitutionRecord,
    OwnAffair,
    Proposal,
    Protocol,
    Terminal,
)
from ledgerd.ledger.state_keys import ELECTORATE_KEY
from ledgerd.primitives.canonical import decode, unbounded_fields
from tests.unit.ledgerd.ledger.world import sample_genesis
from tests.unit.ledgerd.ledger.world_books import ELECTORS

ENUMERATED = {"state"}


@pytest.mark.parametrize("type_", [Electorate, Protocol, OwnAffair, Terminal])
def test_every_field_has_a_bound(type_: type) -> None:
    assert unbounded_fields(type_) == ()
    assert type_.__module__ == governance_objects.__name__


def test_of_records_and_proposals_all_is_bounded_but_what_is_enumerated() -> None:
    places = {*unbounded_fields(InstitutionRecord), *unbounded_fields(Proposal)}

    assert {place.split(".", 1)[1] for place in places} <= ENUMERATED


def test_the_first_electors_are_the_institutions_with_a_validator() -> None:
    state = genesis_state(sample_genesis())

    found = decode(state[ELECTORATE_KEY], Electorate, bytes_max=10_000)

    assert [elector.institution for elector in found.electors] == sorted(ELECTORS)

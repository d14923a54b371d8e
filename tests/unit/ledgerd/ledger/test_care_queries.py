"""Reading the objects of care by the keys that somebody named."""

import pytest

from ledgerd.ledger.care_queries import anchor_of, erasure_of, prescription_of, visit_of
from tests.unit.ledgerd.ledger.world import HOSPITAL, World
from tests.unit.ledgerd.ledger.world_care import anchor, registered


@pytest.mark.parametrize("query", [anchor_of, erasure_of, prescription_of, visit_of])
def test_a_key_of_another_kind_names_nothing(query) -> None:
    world = World()
    keys = (registered(world), world.must(HOSPITAL, "office", anchor(world.today)), b"v")

    found = [query(world, key) for key in keys]

    assert sum(one is not None for one in found) <= 1
    assert query(world, b"short") is None
    assert query(world, b"o" + keys[0][1:]) is None

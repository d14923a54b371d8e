"""Reading the objects of the further axes."""

from ledgerd.ledger.axis_queries import entry_of
from tests.unit.ledgerd.ledger.world import World, bill_ref
from tests.unit.ledgerd.ledger.world_axes import entered


def test_an_entry_is_read_by_its_id_under_its_bill() -> None:
    world = World()
    world.allot()
    world.enrol()
    ref = world.bill(1)
    entry = entered(world, ref, 7)

    found = entry_of(world, ref, entry)

    assert found is not None
    assert found.amount_fen == 7
    assert entry_of(world, bill_ref(2), entry) is None
    assert entry_of(world, ref, bytes(16)) is None

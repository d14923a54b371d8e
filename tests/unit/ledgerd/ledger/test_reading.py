"""Who reads what, as the chain shows it; reached through deliveries and reports."""

import pytest

from ledgerd.ledger.claim_operations import DeliverKey
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.queries import delivery_of
from ledgerd.ledger.reading import parts_due, parts_held
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL,
    INSURER,
    MEDICARE,
    MEDICARE_2,
    World,
    sidecar,
)

__all__ = ["parts_due", "parts_held"]  # reached through execution


@pytest.mark.parametrize(
    ("who", "parts"),
    [(HOSPITAL, 3), (MEDICARE, 3), (FINANCE, 1), (MEDICARE_2, None), (INSURER, None)],
)
def test_a_delivery_to_devices_hands_on_what_its_author_reads(who: str, parts) -> None:
    world = World()
    world.allot()
    world.enrol()
    settled = world.settle(100_00, 0)
    ref = world.bill(1, public=PublicPosition.SETTLED, settlement=settled)
    operation = DeliverKey(
        client_ref="d",
        bill=ref,
        grant=None,
        own_delivery=None,
        key_number=0,
        document=sidecar("keys"),
    )

    receipt = world.run(who, "office", operation)[0]

    found = delivery_of(world, ref, receipt.object_key[-16:])
    assert (None if found is None else found.parts) == parts

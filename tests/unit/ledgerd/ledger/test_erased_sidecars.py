"""Which sealed bytes an erasure takes with it."""

from msgspec.structs import replace

from ledgerd.ledger import state_keys
from ledgerd.ledger.care_queries import erasure_of
from ledgerd.ledger.erased_sidecars import erased_sidecars
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.queries import bill_of
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    MEDICARE,
    World,
    document,
    settlement,
    sidecar,
)
from tests.unit.ledgerd.ledger.world_care import approve, erasure, requested


def started() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def test_a_request_that_nobody_approved_takes_nothing() -> None:
    world = started()
    _, key = requested(world)

    assert erased_sidecars(world, erasure_of(world, key)) == {}


def test_the_face_alone_leaves_the_calculation() -> None:
    world, key, bill = settled(1)

    name = bill_of(world, bill).sealed.sidecar.sidecar_hash
    assert erased_sidecars(world, erasure_of(world, key)) == {name: 1}


def test_with_the_lines_goes_the_calculation_of_the_settlement() -> None:
    world, key, bill = settled(3)

    name = bill_of(world, bill).sealed.sidecar.sidecar_hash
    calculation = sidecar("calculation").sidecar_hash
    assert erased_sidecars(world, erasure_of(world, key)) == {name: 3, calculation: 3}


def test_a_bill_that_reverses_another_goes_with_it() -> None:
    world = started()
    bill, key = requested(world)
    other = world.bill(2)
    at = state_keys.bill_key(bill.code, bill.number)
    world.state[at] = encode(replace(bill_of(world, bill), related=other))
    world.must(FINANCE, "reviewer", approve(key))
    world.must(MEDICARE, "reviewer", approve(key))

    names = {bill_of(world, ref).sealed.sidecar.sidecar_hash: 3 for ref in (bill, other)}
    assert erased_sidecars(world, erasure_of(world, key)) == names


def settled(parts: int):
    world = started()
    made = replace(
        settlement("with calculation", world.today, (100_00, 60_00)),
        calculation=document("calculation"),
    )
    key = world.must(MEDICARE, "office", made)
    bill = world.bill(1, public_fen=60_00, public=PublicPosition.SETTLED, settlement=key)
    asked = world.must(ANNA, "device", erasure((bill,), world.today, parts))
    world.must(FINANCE, "reviewer", approve(asked))
    if parts & 2:
        world.must(MEDICARE, "reviewer", approve(asked))
    return world, asked, bill

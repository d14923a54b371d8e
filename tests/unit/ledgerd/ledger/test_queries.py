"""Reading objects by what names them."""

from ledgerd.ledger.queries import (
    account_of,
    bill_of,
    claim_of,
    claims_of,
    institution_of,
    proposal_of,
    settlement_of,
)
from tests.unit.ledgerd.ledger.world import HOSPITAL, INSURER, World, bill_ref


def test_what_does_not_exist_is_none() -> None:
    world = World()

    assert bill_of(world, bill_ref(1)) is None
    assert claims_of(world, bill_ref(1)) == ()
    assert account_of(world, bytes(16)) is None
    assert institution_of(world, "0" * 18) is None


def test_a_name_of_another_kind_of_object_names_nothing() -> None:
    world = World()
    world.allot()
    settled = world.settle(100, 50)

    assert settlement_of(world, settled) is not None
    assert claim_of(world, settled) is None
    assert proposal_of(world, settled) is None
    assert settlement_of(world, b"o" + HOSPITAL.encode()) is None


def test_a_settled_bill_has_no_claim() -> None:
    world = World()
    world.allot()
    ref = world.issued(1)

    assert claims_of(world, ref) == ()
    assert institution_of(world, INSURER) is not None

"""Replays of operations on the further axes; the story replays each of them at every height."""

from ledgerd.ledger.axis_operations import AxisOperation
from ledgerd.ledger.axis_traces import FINDERS
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.samples_axes import AXIS_SAMPLES
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, World
from tests.unit.ledgerd.ledger.world_axes import enter, entry_grant, exchange, recall, void


def test_every_operation_has_a_finder_and_finds_nothing_where_nothing_is() -> None:
    world = World()
    world.enrol()

    assert set(FINDERS) == set(AxisOperation.__args__)
    codes = {world.code(HOSPITAL, "cashier", sample) for sample in AXIS_SAMPLES}
    assert RejectCode.REPEATED not in codes


def test_a_step_is_recognised_after_the_next_one_was_taken() -> None:
    world = World()
    world.allot()
    world.enrol()
    ref = world.bill(1)
    world.must(HOSPITAL, "cashier", exchange(ref))
    world.must(HOSPITAL, "cashier", recall(ref))

    assert world.code(HOSPITAL, "cashier", exchange(ref)) is RejectCode.REPEATED
    assert world.code(HOSPITAL, "cashier", recall(ref)) is RejectCode.REPEATED
    assert world.code(HOSPITAL, "cashier", void(ref)) is RejectCode.ALREADY_SUPERVISED


def test_another_entry_under_the_same_ref_is_a_conflict() -> None:
    world = World()
    world.allot()
    world.enrol()
    ref = world.bill(1)
    grant = entry_grant(world, ref)
    world.must(FINANCE, "clerk", enter(ref, grant, 1))

    other = world.code(FINANCE, "clerk", enter(ref, grant, 2))

    assert other is RejectCode.CONFLICTING_CLIENT_REF

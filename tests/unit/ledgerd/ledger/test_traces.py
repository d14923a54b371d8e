"""A replay changes nothing and is answered with the first effect, at every later height."""

import pytest

from ledgerd.ledger.operations import OPERATION_TYPES
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.receipts import Position
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.ledger.traces import conflict_in, find_trace
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    MEDICARE,
    World,
    allotment,
    bill_ref,
    claim,
    payment,
    settlement,
)

__all__ = ["conflict_in", "find_trace"]  # reached through execution


def test_every_operation_replayed_at_every_later_height_names_its_first_effect() -> None:
    told = told_story()
    history = list(told.world.done)
    world = World()

    for height, transaction in enumerate(history, start=1):
        world.time_ms = transaction.valid_until_ms - 3_600_000
        first = world.execute(transaction)[0]
        assert [receipt.code for receipt in first] == [RejectCode.OK]
        before = Overlay(world)
        for earlier in range(1, height + 1):
            (receipt,) = _replayed(world, history[earlier - 1])
            assert receipt.code is RejectCode.REPEATED
            assert receipt.first == Position(height=earlier, transaction=0, operation=0)
            assert receipt.events == ()
        assert before.changes() == {}
    assert world.state == told.world.state


def _replayed(world: World, transaction):
    """Execute without keeping: the height after, the changes must be none."""
    height, time_ms = world.height, world.time_ms
    (receipts,) = world.execute(transaction)
    assert world.changed == {}
    world.height, world.time_ms = height, time_ms
    return receipts


def test_the_story_tells_of_every_operation() -> None:
    told = told_story()

    assert set(told.changed_keys) == {type_.__name__ for type_ in OPERATION_TYPES}


def test_replays_are_recognised_long_after_the_transaction_expired() -> None:
    told = told_story()
    told.world.time_ms += 10_000_000_000

    codes = [told.world.execute(t)[0][0].code for t in list(told.world.done)]

    assert set(codes) == {RejectCode.REPEATED}


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def test_another_payment_under_the_same_ref_is_a_conflict(world: World) -> None:
    ref = world.issued(1)
    world.must(HOSPITAL, "cashier", payment(ref, 1))

    assert world.code(HOSPITAL, "cashier", payment(ref, 2)) is RejectCode.CONFLICTING_CLIENT_REF


def test_another_settlement_under_the_same_ref_is_a_conflict(world: World) -> None:
    world.must(MEDICARE, "office", settlement("s", world.today, (100, 50)))

    again = world.code(MEDICARE, "office", settlement("s", world.today, (100, 51)))

    assert again is RejectCode.CONFLICTING_CLIENT_REF


def test_another_range_or_claim_under_the_same_ref_is_a_conflict(world: World) -> None:
    world.must(ANNA, "device", claim((world.bill(1),), world.today))
    other_range = allotment(first=1, count=5)
    other_claim = claim((bill_ref(1),), world.today, amount_fen=1)

    assert world.code(FINANCE, "clerk", other_range) is RejectCode.CONFLICTING_CLIENT_REF
    assert world.code(ANNA, "device", other_claim) is RejectCode.CONFLICTING_CLIENT_REF


def test_a_refused_operation_does_not_use_up_its_ref(world: World) -> None:
    ref = world.issued(1)
    refused = world.code(ANNA, "device", claim((ref,), world.today))
    world.bill(2)
    world.must(FINANCE, "clerk", allotment(first=2000, count=5))

    assert refused is RejectCode.NOT_SUPERVISED
    assert world.code(ANNA, "device", claim((ref,), world.today)) is RejectCode.NOT_SUPERVISED


def test_the_same_words_of_another_author_are_another_operation(world: World) -> None:
    ref = world.issued(1)
    world.must(HOSPITAL, "cashier", payment(ref, 1))

    assert world.code(MEDICARE, "cashier", payment(ref, 1)) is RejectCode.KIND_NOT_ALLOWED

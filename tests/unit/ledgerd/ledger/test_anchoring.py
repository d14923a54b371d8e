"""Anchors of audit logs."""

from ledgerd.ledger.care_queries import anchor_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import INSURER, World, hash_of
from tests.unit.ledgerd.ledger.world_care import anchor


def test_an_office_anchors_its_log_as_often_as_it_likes() -> None:
    world = World()
    first = world.must(INSURER, "office", anchor(world.today, 7))
    second = world.must(INSURER, "office", anchor(world.today, 9, "second"))

    assert anchor_of(world, first).line_count == 7
    assert anchor_of(world, second).head == hash_of("head")


def test_an_anchor_has_a_day() -> None:
    assert World().code(INSURER, "office", anchor(2020_01_01)) is Code.BAD_DATE

"""Reading alerts and cases: a key of another kind names nothing."""

from ledgerd.ledger.case_queries import alert_of, case_of, opener_of
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import MEDICARE


def test_alerts_and_cases_are_found_by_their_own_keys_only() -> None:
    world = told_story().world
    (alert,) = (key for key in world.state if key.startswith(b"l"))
    (case,) = (key for key in world.state if key.startswith(b"q"))

    assert alert_of(world, alert) is not None
    assert case_of(world, case) is not None
    assert alert_of(world, case) is None
    assert case_of(world, alert) is None
    assert opener_of(case) == opener_of(alert) == MEDICARE

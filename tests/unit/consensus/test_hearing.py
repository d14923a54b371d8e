"""Who was heard of lately."""

from consensus.hearing import Hearing
from tests.unit.consensus.builders import STATUS_MS, state_of


def test_a_replica_is_silent_after_three_periods() -> None:
    hearing = Hearing(state_of())
    assert hearing.on_status(0, 1_000)
    assert not hearing.on_status(0, 1_001)
    assert hearing.silent(1_001 + 3 * STATUS_MS) == (2, 3)
    assert hearing.silent(1_002 + 3 * STATUS_MS) == (0, 2, 3)


def test_a_quorum_with_oneself_is_a_connection() -> None:
    hearing = Hearing(state_of())
    hearing.on_status(0, 1_000)
    assert not hearing.is_connected(1_000)
    hearing.on_status(3, 1_000)
    assert hearing.is_connected(1_000)
    assert not hearing.is_connected(1_001 + 3 * STATUS_MS)
    assert hearing.answered_count() == 2

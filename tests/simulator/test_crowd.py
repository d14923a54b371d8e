"""Many replicas on few cores go on with their work, and do not drown in repetitions."""

from tests.simulator.crowd import Crowd

MANY = 31
SECONDS = 6


def test_where_nothing_is_lost_many_slow_replicas_keep_their_view() -> None:
    crowd = Crowd(MANY)
    crowd.run(SECONDS * 1_000)
    assert crowd.sealed() >= SECONDS / 2
    assert crowd.left() == 0


def test_where_nothing_is_lost_little_more_is_repeated_than_said() -> None:
    crowd = Crowd(MANY)
    crowd.run(SECONDS * 1_000)
    said = sum(crowd.said.values()) - crowd.said["Status"]
    assert sum(crowd.repeated.values()) < 3 * said / 2  # it was three times as much

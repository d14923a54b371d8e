"""The rate of whole lives: that of the time in which the network was full of them."""

from tests.bench.living import Seen, full_rate


def test_the_rate_is_that_between_the_first_end_and_the_last_beginning() -> None:
    times = [11.0, 12.0, 12.5, 13.0, 13.5, 14.0, 30.0]

    seen = Seen(times, [], 0, 0.0, first_end=12.0, last_begin=14.0)

    assert full_rate(10.0, seen) == 2.0


def test_lives_that_all_began_before_the_first_ended_count_from_begin_to_end() -> None:
    seen = Seen([11.0, 12.0, 14.0], [], 0, 0.0, first_end=12.0, last_begin=10.5)

    assert full_rate(10.0, seen) == 0.75

"""The pace of execution: blocks stay a fraction of the timeout on any machine."""

from ledgerd.node.tempo import BATCH_COUNT_MAX, BUNDLE_COUNT_MAX, BUNDLE_S, COUNT_MIN, Tempo


def paced(per_s: float) -> Tempo:
    tempo = Tempo()
    for _ in range(60):
        tempo.note(200, 200 / per_s)
    return tempo


def test_the_pace_follows_the_blocks() -> None:
    assert round(paced(500).per_s) == 500


def test_a_bundle_takes_its_fraction_of_a_second() -> None:
    assert abs(paced(10_000).bundle_count_max - BUNDLE_S * 10_000) <= 1


def test_a_slow_machine_still_makes_bundles_and_a_fast_one_bounded_ones() -> None:
    slow, fast = paced(10), paced(1_000_000)

    assert (slow.bundle_count_max, slow.batch_count_max) == (COUNT_MIN, COUNT_MIN)
    assert (fast.bundle_count_max, fast.batch_count_max) == (BUNDLE_COUNT_MAX, BATCH_COUNT_MAX)


def test_an_empty_block_says_nothing_about_the_pace() -> None:
    tempo = Tempo()
    before = tempo.per_s

    tempo.note(0, 5.0)

    assert tempo.per_s == before

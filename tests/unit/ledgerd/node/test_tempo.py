"""The pace of execution and of agreement: blocks stay a fraction of the timeout on any machine."""

import pytest

from ledgerd.node.tempo import (
    BATCH_COUNT_MAX,
    BUNDLE_COUNT_MAX,
    BUNDLE_S,
    COUNT_MIN,
    LATELY_COUNT,
    SHORTEST_COUNT,
    Agreement,
    Tempo,
)


def paced(per_s: float) -> Tempo:
    tempo = Tempo()
    for _ in range(60):
        tempo.note(200, 200 / per_s)
    return tempo


def test_the_pace_follows_the_blocks() -> None:
    assert round(paced(500).per_s) == 500


def test_a_bundle_takes_its_fraction_of_a_second() -> None:
    assert abs(paced(5_000).bundle_count_max - BUNDLE_S * 5_000) <= 1


def test_a_slow_machine_still_makes_bundles_and_a_fast_one_bounded_ones() -> None:
    slow, fast = paced(10), paced(1_000_000)

    assert (slow.bundle_count_max, slow.batch_count_max) == (COUNT_MIN, COUNT_MIN)
    assert (fast.bundle_count_max, fast.batch_count_max) == (BUNDLE_COUNT_MAX, BATCH_COUNT_MAX)


def test_an_empty_block_says_nothing_about_the_pace() -> None:
    tempo = Tempo()
    before = tempo.per_s

    tempo.note(0, 5.0)

    assert tempo.per_s == before


def agreed(*took_ms: int) -> Agreement:
    agreement = Agreement()
    now_ms = 0
    for sequence, took in enumerate(took_ms, start=1):
        agreement.begin(sequence, now_ms)
        now_ms += took
        agreement.note(sequence, now_ms)
    return agreement


def test_nothing_is_known_of_agreement_before_the_first_proposal() -> None:
    assert (Agreement().shortest_ms, Agreement().gathering_ms) == (0, 0)


def test_the_shortest_agreement_tells_how_long_the_way_is() -> None:
    assert agreed(300, 80, 120).shortest_ms == 80


def test_a_way_that_became_longer_is_noticed_in_the_end() -> None:
    assert agreed(10, *[200] * SHORTEST_COUNT).shortest_ms == 10
    assert agreed(10, *[200] * 2 * SHORTEST_COUNT).shortest_ms == 200


@pytest.mark.parametrize(("lately_ms", "gathering_ms"), [(20, 0), (30, 7), (60, 60), (100, 200)])
def test_the_busier_the_machines_the_longer_is_gathered(lately_ms: int, gathering_ms: int) -> None:
    assert agreed(20, *[lately_ms] * LATELY_COUNT).gathering_ms == gathering_ms


def test_one_late_decision_makes_nobody_gather() -> None:
    assert agreed(20, 20, 20, 5_000, 20).gathering_ms == 0


def test_of_several_batches_on_their_way_each_is_measured_from_its_own_beginning() -> None:
    agreement = Agreement()
    agreement.begin(1, 0)
    agreement.begin(2, 50)

    agreement.note(2, 130)

    assert agreement.shortest_ms == 80


def test_a_proposal_whose_view_ended_before_it_was_decided_says_nothing() -> None:
    agreement = Agreement()
    agreement.begin(1, 0)

    agreement.give_up()
    agreement.note(1, 10)

    assert agreement.shortest_ms == 0

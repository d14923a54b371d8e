"""How long bundles wait, and how long they waited before."""

from consensus.pace import (
    PAUSE_EIGHTHS,
    PAUSES_MIN,
    SAMPLE_MAX,
    SAMPLE_MIN,
    SLOWER_TIMES,
    UNKNOWN_PART,
    Pace,
)
from tests.unit.consensus.builders import digest_of

TIMEOUT = 1_000
FLOOR = 200
USUAL = TIMEOUT // UNKNOWN_PART
PAUSE = TIMEOUT * PAUSE_EIGHTHS // 8


def pace(terms: int = 4) -> Pace:
    return Pace(terms, TIMEOUT, FLOOR)


def working(terms: int = 4) -> Pace:
    """Return one whose primary has got its first batch decided."""
    made = pace(terms)
    made.begin_work(0)
    return made


def wait(made: Pace, waits_ms: list[int], name: str = "") -> None:
    """Let one bundle wait for each of these times, all owed at 0."""
    for number, waited_ms in enumerate(waits_ms):
        made.owe(digest_of(f"{name}{number}"), 0)
        made.serve(digest_of(f"{name}{number}"), waited_ms)


def pauses(made: Pace, waits_ms: list[int], since_ms: int = 0, name: str = "pause") -> int:
    """Let a few bundles wait for each of these times, one after the other; return the end."""
    for waited_ms in waits_ms:
        for number in range(SAMPLE_MIN):
            made.owe(digest_of(f"{name} {since_ms} {number}"), since_ms)
            made.serve(digest_of(f"{name} {since_ms} {number}"), since_ms + waited_ms)
        since_ms += waited_ms
    return since_ms


def accustomed() -> Pace:
    """Return one that knows quick terms only, and whose primary has begun to work."""
    made = pace(terms=1)
    term(made, [10])
    made.begin_work(0)
    return made


def term(made: Pace, waits_ms: list[int]) -> None:
    wait(made, waits_ms, "term")
    made.begin_term(10_000)


def test_the_median_is_of_the_last_bundles_owed() -> None:
    made = pace()
    wait(made, [900] * SAMPLE_MAX, "early")
    wait(made, [10] * SAMPLE_MAX, "late")
    assert made.median_ms(0) == 10


def test_open_ones_count_with_their_present_age() -> None:
    made = pace()
    for number in range(3):
        made.owe(digest_of(f"{number}"), 100 * number)
    assert made.median_ms(1_000) == 900


def test_nothing_in_the_sample_is_no_wait() -> None:
    assert pace().median_ms(5_000) == 0


def test_one_that_is_forgiven_was_never_there_but_a_served_one_stays() -> None:
    made = pace()
    wait(made, [70], "served")
    made.owe(digest_of("open"), 0)
    made.forgive(digest_of("open"))
    made.forgive(digest_of("served0"))
    made.forgive(digest_of("unknown"))
    assert made.median_ms(9_000) == 70


def test_serving_what_is_not_in_the_sample_changes_nothing() -> None:
    made = pace()
    wait(made, [70])
    made.serve(digest_of("0"), 900)
    made.serve(digest_of("stranger"), 900)
    made.owe(digest_of("0"), 900)
    assert made.median_ms(0) == 70


def test_a_few_bundles_prove_nothing() -> None:
    made = working()
    wait(made, [900] * (SAMPLE_MIN - 1))
    assert not made.is_slow(0)
    wait(made, [900], "one more")
    assert made.is_slow(0)


def test_a_view_in_which_nothing_was_decided_has_its_timeout() -> None:
    made = pace()
    wait(made, [900] * SAMPLE_MIN)  # decided, though proposed in an earlier view
    assert not made.is_slow(900)


def test_what_waited_for_the_first_batch_waits_from_then_on_and_what_it_served_says_nothing() -> (
    None
):
    made = pace()
    wait(made, [900] * SAMPLE_MIN, "served")
    for number in range(SAMPLE_MIN):
        made.owe(digest_of(f"{number}"), 0)
    made.begin_work(900)
    assert made.median_ms(1_000) == 100
    made.serve(digest_of("0"), 1_000)
    assert not made.is_slow(900 + SLOWER_TIMES * USUAL)
    assert made.is_slow(901 + SLOWER_TIMES * USUAL)


def test_only_the_first_batch_of_a_view_begins_the_measuring() -> None:
    made = working()
    wait(made, [900] * SAMPLE_MIN)
    made.begin_work(900)
    assert made.is_slow(900)
    made.begin_term(900)
    wait(made, [900] * SAMPLE_MIN, "next")
    assert not made.is_slow(1_800)


def test_one_that_was_served_long_ago_does_not_stand_for_this_view() -> None:
    made = working()
    wait(made, [10])
    for number in range(SAMPLE_MAX):
        made.owe(digest_of(f"open {number}"), 0)
    assert not made.is_slow(900)


def test_slow_is_above_twice_what_was_usual() -> None:
    made = working()
    wait(made, [SLOWER_TIMES * USUAL] * SAMPLE_MIN)
    assert not made.is_slow(0)
    made = working()
    wait(made, [SLOWER_TIMES * USUAL + 1] * SAMPLE_MIN)
    assert made.is_slow(0)


def test_at_the_floor_nobody_is_slow() -> None:
    made = accustomed()
    pauses(made, [FLOOR] * (PAUSES_MIN + 1))
    assert not made.is_slow(10_000)


def test_above_the_floor_so_many_pauses_in_a_row_are_a_verdict_and_one_less_is_none() -> None:
    made = accustomed()
    ended_ms = pauses(made, [FLOOR + 1] * (PAUSES_MIN - 1))
    assert not made.is_slow(ended_ms)
    pauses(made, [FLOOR + 1], ended_ms)
    assert made.is_slow(ended_ms)


def test_all_that_waited_for_one_pause_are_one_however_many_batches_they_filled() -> None:
    made = accustomed()
    for number in range(SAMPLE_MAX):
        made.owe(digest_of(f"{number}"), 0)
    for number in range(SAMPLE_MAX):
        made.serve(digest_of(f"{number}"), PAUSE - SAMPLE_MAX + number)
    assert made.median_ms(PAUSE) > FLOOR
    assert not made.is_slow(PAUSE)


def test_one_pause_that_is_longer_than_anybody_gathers_is_a_verdict() -> None:
    made = accustomed()
    pauses(made, [PAUSE])
    assert not made.is_slow(PAUSE)
    made = accustomed()
    pauses(made, [PAUSE + 1])
    assert made.is_slow(PAUSE + 1)


def test_bundles_that_are_served_at_once_do_not_stand_between_those_that_wait() -> None:
    """A slow primary can make them itself."""
    made, at_ms = accustomed(), 0
    for number in range(PAUSES_MIN):
        for each in range(SAMPLE_MIN):
            made.owe(digest_of(f"{number} {each}"), at_ms)
        at_ms += PAUSE
        made.owe(digest_of(f"{number} own"), at_ms - 1)
        made.serve(digest_of(f"{number} own"), at_ms)
        for each in range(SAMPLE_MIN):
            made.serve(digest_of(f"{number} {each}"), at_ms)
    assert made.is_slow(at_ms)


def test_pauses_between_which_it_was_quick_for_as_long_are_no_habit() -> None:
    """Honest ones made up to seven in a term, at twice the capacity."""
    made, at_ms = accustomed(), 2 * PAUSES_MIN * PAUSE
    pauses(made, [PAUSE] * PAUSES_MIN, at_ms - PAUSES_MIN * PAUSE)
    assert not made.is_slow(at_ms)
    assert made.is_slow(at_ms - 1)


def test_pauses_of_another_view_or_before_the_first_batch_are_not_counted() -> None:
    made = accustomed()
    ended_ms = pauses(made, [PAUSE] * (PAUSES_MIN - 1))
    made.begin_term(ended_ms)
    pauses(made, [PAUSE] * (PAUSES_MIN - 1))
    made.begin_work(0)
    pauses(made, [PAUSE] * (PAUSES_MIN - 1), 0, "later")
    assert not made.is_slow(ended_ms)


def test_broken_off_terms_count_and_one_slow_term_does_not_hide_the_next() -> None:
    made = pace()
    for waited_ms in (10, 10, 10, 900):
        term(made, [waited_ms])
    assert made.usual_ms == 10
    term(made, [900])
    assert made.usual_ms == 900


def test_until_everybody_had_a_term_a_slow_one_is_not_usual() -> None:
    made = pace()
    term(made, [900])
    assert made.usual_ms == USUAL
    term(made, [10])
    term(made, [10])
    assert made.usual_ms == 10


def test_a_term_in_which_nothing_was_owed_says_nothing() -> None:
    made = pace(terms=1)
    made.begin_term(5_000)
    assert made.usual_ms == USUAL


def test_what_is_open_when_a_term_ends_is_no_measure_of_the_next_one() -> None:
    made = pace()
    wait(made, [10])
    made.owe(digest_of("open"), 50)
    made.begin_term(400)
    made.serve(digest_of("open"), 900)
    assert made.usual_ms == USUAL
    assert made.median_ms(900) == 0

"""Days as integers against the calendar of the standard library."""

import datetime

from hypothesis import given, strategies as st

from ledgerd.ledger.days import DAY_MS, day_of, is_recent_day
from ledgerd.primitives.canonical import TimeMs

LAST_MS = TimeMs.__metadata__[0].le


@given(st.integers(min_value=0, max_value=LAST_MS))
def test_a_day_is_what_the_calendar_says(time_ms: int) -> None:
    moment = datetime.datetime.fromtimestamp(time_ms // 1000, tz=datetime.UTC)

    assert day_of(time_ms) == int(moment.strftime("%Y%m%d")) or moment.year < 1000


@given(st.integers(min_value=0, max_value=100_000_000), st.integers(0, LAST_MS))
def test_any_integer_is_judged(day: int, time_ms: int) -> None:
    assert is_recent_day(day, time_ms) in (True, False)


def test_tomorrow_is_near_and_the_day_after_is_not() -> None:
    today_ms = 1_790_000_000_000

    assert is_recent_day(day_of(today_ms + DAY_MS), today_ms)
    assert not is_recent_day(day_of(today_ms + 2 * DAY_MS), today_ms)
    assert is_recent_day(day_of(today_ms - 31 * DAY_MS), today_ms)
    assert not is_recent_day(day_of(today_ms - 32 * DAY_MS), today_ms)

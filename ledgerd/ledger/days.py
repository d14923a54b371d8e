"""Calendar days as integers YYYYMMDD, against block time.

Rules: block time is the only time; a named day may differ from it by what offline issue and time
zones need, no more. The calendar is computed here, because a pure room has no clock's library:
years are counted from March, so that the leap day is the last one.

Source: domain.md section 2; architecture.md section 7.
"""

from functools import lru_cache
from typing import Final

DAY_MS: Final = 86_400_000
DAYS_BACK_MAX: Final = 31  # a node without uplink hands in within a month
DAYS_AHEAD_MAX: Final = 1  # the region's day may have begun before the UTC day
CALENDAR_MAX: Final = 256  # days whose reckoning is remembered: operations name the last few weeks

_ERA_DAYS: Final = 146_097  # 400 years
_EPOCH_DAYS: Final = 719_468  # from 1 March of year 0 to 1 January 1970


def day_of(time_ms: int) -> int:
    """Give the UTC day of a time, as YYYYMMDD."""
    return _day_after(time_ms // DAY_MS)


def is_day(day: int) -> bool:
    """Say whether an integer is a calendar day."""
    return _days_before(day) is not None


def is_recent_day(day: int, time_ms: int) -> bool:
    """Say whether an integer is a calendar day that lies near a time."""
    days = _days_before(day)
    return days is not None and -DAYS_BACK_MAX <= days - time_ms // DAY_MS <= DAYS_AHEAD_MAX


@lru_cache(CALENDAR_MAX)
def _days_before(day: int) -> int | None:
    """Count the days from 1970 to a day; None for an integer that comes back as another one."""
    days = _days_since_epoch(day // 10_000, day // 100 % 100, day % 100)
    return days if days >= 0 and _day_after(days) == day else None


@lru_cache(CALENDAR_MAX)
def _day_after(days: int) -> int:
    """Give the day that so many days after 1 January 1970 begin."""
    era, day = divmod(days + _EPOCH_DAYS, _ERA_DAYS)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    march_month = (5 * day + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    year += era * 400 + (month <= 2)
    return year * 10_000 + month * 100 + day - (153 * march_month + 2) // 5 + 1


def _days_since_epoch(year: int, month: int, day: int) -> int:
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _ERA_DAYS + day_of_era - _EPOCH_DAYS

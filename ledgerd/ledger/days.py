"""Calendar days as integers YYYYMMDD, against block time.

Rules: block time is the only time; a named day may differ from it by what offline issue and time
zones need, no more.

Source: domain.md section 2; architecture.md section 7.
"""

import datetime
from typing import Final

DAY_MS: Final = 86_400_000
DAYS_BACK_MAX: Final = 31  # a node without uplink hands in within a month
DAYS_AHEAD_MAX: Final = 1  # the region's day may have begun before the UTC day
_EPOCH_ORDINAL: Final = 719_163  # 1970-01-01
_ORDINAL_MAX: Final = datetime.date.max.toordinal()


def day_of(time_ms: int) -> int:
    """Give the UTC day of a time, as YYYYMMDD."""
    ordinal = min(_EPOCH_ORDINAL + time_ms // DAY_MS, _ORDINAL_MAX)
    date = datetime.date.fromordinal(ordinal)
    return date.year * 10_000 + date.month * 100 + date.day


def is_recent_day(day: int, time_ms: int) -> bool:
    """Say whether an integer is a calendar day that lies near a time."""
    try:
        named = datetime.date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError:
        return False
    distance = named.toordinal() - (_EPOCH_ORDINAL + time_ms // DAY_MS)
    return -DAYS_BACK_MAX <= distance <= DAYS_AHEAD_MAX

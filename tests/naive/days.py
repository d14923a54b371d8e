"""Calendar days of the naive model, by the standard library (the ledger computes its own)."""

import datetime

BACK_MAX = 31
AHEAD_MAX = 1


def date_of(time_ms: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(time_ms / 1000, datetime.UTC).date()


def number_of(date: datetime.date) -> int:
    return date.year * 10_000 + date.month * 100 + date.day


def day_of(time_ms: int) -> int:
    return number_of(date_of(time_ms))


def read(day: int) -> datetime.date | None:
    """Read YYYYMMDD; None when the calendar has no such day."""
    try:
        return datetime.date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError:
        return None


def is_recent(day: int, now_ms: int) -> bool:
    date = read(day)
    if date is None:
        return False
    return -BACK_MAX <= (date - date_of(now_ms)).days <= AHEAD_MAX


def days_since(day: int, now_ms: int) -> int:
    date = read(day)
    assert date is not None
    return (date_of(now_ms) - date).days

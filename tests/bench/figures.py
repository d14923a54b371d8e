"""The arithmetic of the bench: percentiles, medians, ranges, rates over time."""

import statistics
from collections.abc import Sequence

from tests.bench.options import Row


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the value that so many percent are not above; 0 of nothing."""
    ranked = sorted(values)
    if not ranked:
        return 0.0
    place = -(-len(ranked) * percent // 100)  # rounded up: p99 of 100 values is the 99th
    return ranked[max(0, min(len(ranked), int(place)) - 1)]


def median_row(rows: Sequence[Row]) -> Row:
    """Give the median of each figure that all runs have."""
    return {name: statistics.median(row[name] for row in rows) for name in names_in_all(rows)}


def range_row(rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """Give the smallest and the largest of each figure that all runs have."""
    return {
        name: (min(row[name] for row in rows), max(row[name] for row in rows))
        for name in names_in_all(rows)
    }


def names_in_all(rows: Sequence[Row]) -> list[str]:
    """List the figures that all runs have, in the order of the first."""
    return [name for name in rows[0] if all(name in row for row in rows)] if rows else []


def rate_between(times_s: Sequence[float], begin_s: float, end_s: float) -> float:
    """Give how many a second happened in a span of time."""
    assert end_s > begin_s
    return sum(begin_s <= at < end_s for at in times_s) / (end_s - begin_s)

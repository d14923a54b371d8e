"""The arithmetic of the bench, on figures that can be checked by hand."""

from tests.bench.figures import median_row, percentile, range_row, rate_between


def test_the_percentile_of_a_hundred_values_is_the_value_at_its_rank() -> None:
    values = [float(value) for value in range(100, 0, -1)]

    assert [percentile(values, p) for p in (1, 50, 99, 100)] == [1, 50, 99, 100]


def test_the_percentile_of_few_values_is_one_of_them_and_of_none_zero() -> None:
    assert percentile([3.0, 1.0], 50) == 1.0
    assert percentile([3.0, 1.0], 99) == 3.0
    assert percentile([], 99) == 0.0


def test_medians_and_ranges_are_of_the_figures_that_all_runs_have() -> None:
    rows = [{"rate": 3.0, "only_here": 1.0}, {"rate": 1.0}, {"rate": 2.0}]

    assert median_row(rows) == {"rate": 2.0}
    assert range_row(rows) == {"rate": (1.0, 3.0)}


def test_a_rate_counts_what_happened_in_its_span_alone() -> None:
    assert rate_between([0.0, 1.0, 1.5, 2.0, 9.0], 1.0, 3.0) == 1.5

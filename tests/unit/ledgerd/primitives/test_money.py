"""Money: bounds, sums, the one rounding."""

import pytest

from ledgerd.primitives import money


@pytest.mark.parametrize("amount", [0, 1, 10**12])
def test_amounts_in_range(amount: int) -> None:
    assert money.is_amount(amount)


@pytest.mark.parametrize("amount", [-1, 10**12 + 1])
def test_amounts_out_of_range(amount: int) -> None:
    assert not money.is_amount(amount)


def test_sums() -> None:
    assert money.sum_fen([]) == 0
    assert money.sum_fen([1, 2, -3, 10]) == 10


def test_a_sum_may_reach_the_limit_and_not_pass_it() -> None:
    assert money.sum_fen([2**62]) == 2**62
    with pytest.raises(OverflowError):
        money.sum_fen([2**62, 1, -1])


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(0, 2, 0), (1, 2, 1), (3, 2, 2), (1, 3, 0), (2, 3, 1)],
)
def test_the_half_goes_up(numerator: int, denominator: int, expected: int) -> None:
    assert money.divide_half_up(numerator, denominator) == expected


def test_quantity_times_price_gives_fen() -> None:
    assert money.line_amount_fen(quantity=25_000, unit_price=123_400) == 3085  # 2.5 x 12.34 yuan


@pytest.mark.parametrize(
    ("amount", "fits"), [(3083, False), (3084, True), (3086, True), (3087, False)]
)
def test_a_line_may_differ_by_one_fen(amount: int, fits: bool) -> None:
    assert money.is_line_amount(amount, quantity=25_000, unit_price=123_400) is fits


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (123456, "1234.56"), (-5, "-0.05")]
)
def test_amounts_for_people(fen: int, text: str) -> None:
    assert money.format_yuan(fen) == text

"""Money: integer fen, sums that are checked, the one rounding that the domain knows.

Rules of this file: no floats. An amount lies in 0 .. 10^12 fen; a sum is checked against 2^62
before it is written anywhere. Quantities and unit prices are integers of 1/10000.

Source: domain.md section 2.
"""

from collections.abc import Iterable
from typing import Final

from ledgerd.primitives.canonical import FEN_MAX

SUM_FEN_MAX: Final = 2**62
QUANTITY_SCALE: Final = 10_000
PRICE_SCALE: Final = 10_000  # of a yuan, so a hundred of them are one fen
LINE_TOLERANCE_FEN: Final = 1  # a line's amount may differ this much from quantity times price


def is_amount(amount_fen: int) -> bool:
    """Say whether an integer is an amount that may stand on chain."""
    return 0 <= amount_fen <= FEN_MAX


def sum_fen(amounts_fen: Iterable[int]) -> int:
    """Add amounts of fen.

    Raises:
        OverflowError: an intermediate sum leaves -2^62 .. 2^62.
    """
    total = 0
    for amount in amounts_fen:
        total += amount
        if not -SUM_FEN_MAX <= total <= SUM_FEN_MAX:
            raise OverflowError(f"a sum of amounts exceeds {SUM_FEN_MAX} fen")
    return total


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide two non-negative integers, the half rounded up."""
    assert numerator >= 0
    assert denominator > 0
    return (2 * numerator + denominator) // (2 * denominator)


def line_amount_fen(quantity: int, unit_price: int) -> int:
    """Round quantity (1/10000) times unit price (1/10000 yuan) half up to fen."""
    return divide_half_up(quantity * unit_price, QUANTITY_SCALE * PRICE_SCALE // 100)


def is_line_amount(amount_fen: int, quantity: int, unit_price: int) -> bool:
    """Say whether a line's amount lies within one fen of the rounded product."""
    return abs(amount_fen - line_amount_fen(quantity, unit_price)) <= LINE_TOLERANCE_FEN


def format_yuan(amount_fen: int) -> str:
    """Write an amount for people: ``123456`` becomes ``1234.56``."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"

"""What must be true of a bill's content before it is sealed: sums, lines, rounding.

Rules: integers only; a refusal names the field, never what stands in it. The same identities are
checked again by finance on the opened face (``faces``).

Source: domain.md sections 2 and 3.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from ledgerd.primitives.money import is_line_amount, sum_fen
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.requests import BillContent, BillMoney, CategorySum, DetailLine

ROUNDING_CATEGORY: Final = 14
ROUNDING_FEN_MAX: Final = 50


def require_sound(content: BillContent) -> None:
    """Check the identities of a bill.

    Raises:
        RpcFailure: INVALID_PARAMS with the path of the first field that does not add up.
    """
    _require_money(content.money)
    _require_items(content.items, content.money.total_fen)
    for index, line in enumerate(content.details):
        if not is_line_amount(line.amount_fen, line.quantity, line.unit_price):
            _refuse(f"content.details[{index}].amount_fen", "not quantity times unit price")
    if content.details:
        _require_lines(content.items, content.details)


def public_fen(money: BillMoney) -> int:
    """Sum what public funds bear."""
    return sum_fen(share.amount_fen for share in money.funds)


def _require_money(money: BillMoney) -> None:
    funds = [share.fund for share in money.funds]
    if len(set(funds)) != len(funds) or "" in funds:
        _refuse("content.money.funds", "a fund stands there twice or has no name")
    borne_fen = sum_fen((public_fen(money), money.hospital_fen, money.account_fen, money.cash_fen))
    if borne_fen != money.total_fen:
        text = "total is not the sum of funds, hospital part, account and cash"
        _refuse("content.money.total_fen", text)


def _require_items(items: Iterable[CategorySum], total_fen: int) -> None:
    if sum_fen(item.amount_fen for item in items) != total_fen:
        _refuse("content.items", "the items do not add up to the total")


def _require_lines(items: Iterable[CategorySum], details: Iterable[DetailLine]) -> None:
    """Compare per category; category 14 may hold one rounding of at most 50 fen."""
    difference: Counter[int] = Counter()
    for item in items:
        difference[item.category] += item.amount_fen
    for line in details:
        difference[line.category] -= line.amount_fen
    for category, fen in sorted(difference.items()):
        allowed_fen = ROUNDING_FEN_MAX if category == ROUNDING_CATEGORY else 0
        if abs(fen) > allowed_fen:
            _refuse("content.details", f"the lines of category {category} are not its item")


def _refuse(field: str, text: str) -> None:
    raise RpcFailure(RpcCode.INVALID_PARAMS, text, field=field)

"""The identities of a bill's content."""

import pytest
from msgspec.structs import replace

from ledgerd.offices.content import public_fen, require_sound
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcFailure
from tests.unit.ledgerd.offices.acts import content

GOOD = content(100_00, 60_00, 5_00)
LINE = GOOD.details[0]


def fault(changed: r.BillContent) -> str:
    with pytest.raises(RpcFailure) as refused:
        require_sound(changed)
    return refused.value.field


def test_a_sound_bill_passes() -> None:
    require_sound(GOOD)
    assert public_fen(GOOD.money) == 60_00


def test_the_total_is_the_sum_of_who_bears_it() -> None:
    assert fault(replace(GOOD, money=replace(GOOD.money, cash_fen=1))) == (
        "content.money.total_fen"
    )


def test_a_fund_stands_there_once() -> None:
    share = r.FundShare(fund="basic", amount_fen=30_00)
    money = replace(GOOD.money, funds=(share, share))

    assert fault(replace(GOOD, money=money)) == "content.money.funds"


def test_the_items_add_up_to_the_total() -> None:
    items = (r.CategorySum(category=3, amount_fen=1),)

    assert fault(replace(GOOD, items=items)) == "content.items"


def test_a_line_is_quantity_times_price() -> None:
    lines = (replace(LINE, quantity=20_000),)

    assert fault(replace(GOOD, details=lines)) == "content.details[0].amount_fen"


def test_the_lines_of_a_category_are_its_item() -> None:
    lines = (replace(LINE, category=4),)

    assert fault(replace(GOOD, details=lines)) == "content.details"


@pytest.mark.parametrize(("rounding_fen", "is_sound"), [(50, True), (51, False)])
def test_category_14_may_hold_one_rounding(rounding_fen: int, is_sound: bool) -> None:
    total = 100_00 + rounding_fen
    items = (*GOOD.items, r.CategorySum(category=14, amount_fen=rounding_fen))
    money = replace(GOOD.money, total_fen=total, cash_fen=GOOD.money.cash_fen + rounding_fen)
    changed = replace(GOOD, items=items, money=money)

    if is_sound:
        require_sound(changed)
    else:
        assert fault(changed) == "content.details"


def test_a_bill_without_lines_is_sound() -> None:
    require_sound(replace(GOOD, details=()))

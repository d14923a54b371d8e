"""What may be typed for a parameter, and the sentence that somebody reads who typed another thing.

``--total-fen 1e3`` once made a bill of 1000 fen, and a wrong id was answered with a regex.
"""

from typing import Any

import click
import pytest

from ledgerd.cli import arguments, case
from ledgerd.rpc.requests import FundShare

ParamType = click.ParamType[Any]
WHOLE_NUMBERS = {
    "fen": (arguments.FEN, "1200", 1200),
    "count": (arguments.LIMIT, "100", 100),
    "height": (arguments.HEIGHT, "0", 0),
    "date": (arguments.DATE, "20260131", 20260131),
    "month": (arguments.MONTH, "202601", 202601),
    "sum": (arguments.SUM_FEN, "2000000000000", 2_000_000_000_000),
    "entries": (arguments.COUNT, "7", 7),
}
TEXTS = {
    "object": (arguments.OBJECT, "00ff"),
    "account": (arguments.ACCOUNT, "00ff"),
    "id": (arguments.ID16, "00ff"),
    "range": (arguments.RANGE, "00ff"),
    "transaction": (arguments.TX_ID, "00ff"),
    "hex": (arguments.HEX32, "00FF"),
    "evidence": (arguments.EVIDENCE, "proof"),
    "code": (arguments.CODE, "3301"),
    "cursor": (arguments.CURSOR, "a b"),
    "client-ref": (arguments.CLIENT_REF, ""),
    "party": (case.PARTY, "somebody"),
    "key": (case.PUBLIC_KEY, "00ff"),
    "rule": (case.RULE, "No Rule"),
}
FLOAT_SPELLINGS = ["1e3", "12.0", "1.5", "-1", "-0", "+1", " 1", "1_0", "１", "", "x", "9" * 5_000]


def refusal_of(type_: ParamType, text: str) -> str:
    with pytest.raises(click.BadParameter) as refusal:
        type_.convert(text, None, None)
    return str(refusal.value)


@pytest.mark.parametrize("name", WHOLE_NUMBERS)
def test_a_whole_number_is_read_from_its_digits(name: str) -> None:
    type_, text, number = WHOLE_NUMBERS[name]

    assert type_.convert(text, None, None) == number


@pytest.mark.parametrize("name", WHOLE_NUMBERS)
@pytest.mark.parametrize("text", FLOAT_SPELLINGS, ids=lambda text: text[:8])
def test_every_other_spelling_of_a_number_is_refused(name: str, text: str) -> None:
    type_, _, _ = WHOLE_NUMBERS[name]

    assert "such as" in refusal_of(type_, text)


@pytest.mark.parametrize("text", ["1e3", "x", "1000000000001"])
def test_an_amount_is_asked_for_in_whole_fen(text: str) -> None:
    assert refusal_of(arguments.FEN, text) == (
        "an amount is whole fen, such as 1200, at most 1000000000000"
    )


@pytest.mark.parametrize(
    "text", ["1e3", "-1", "１", "1000000000001", "9" * 5_000], ids=lambda text: text[:8]
)
def test_a_funds_share_is_an_amount_too(text: str) -> None:
    assert "a fund's share is CODE=FEN" in refusal_of(arguments.FUND, f"aid={text}")


def test_a_fund_and_what_it_bears_are_read() -> None:
    share = arguments.FUND.convert("aid=1200", None, None)

    assert share == FundShare(fund="aid", amount_fen=1200)


@pytest.mark.parametrize("name", TEXTS)
def test_a_wrong_text_is_answered_with_a_sentence_and_no_pattern(name: str) -> None:
    type_, text = TEXTS[name]

    sentence = refusal_of(type_, text)

    assert " is " in sentence
    assert not set("`^$\\") & set(sentence)


def test_a_default_passes_as_it_is() -> None:
    assert arguments.LIMIT.convert(100, None, None) == 100
    assert arguments.CURSOR.convert("", None, None) == ""

"""Strict JSON: what means one thing passes, everything else is refused without an echo."""

import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, strategies as st

from ledgerd.rpc.answers import Version
from ledgerd.rpc.strict_json import (
    DEPTH_MAX,
    JsonRefused,
    JsonValue,
    decode,
    decode_by_rules,
    encode,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_every_plain_value_comes_back_as_it_was(value: object) -> None:
    assert decode(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"1 2",
        b"\xff",
        b'{"a":1,"a":2}',
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e400",
        b"1.0",
        b"1e2",
        b"9223372036854775808",
        b"1" * 5_000,
        b'"\\ud800"',
        b'{"\\udfff":1}',
        b'"\x01"',
        "１".encode(),
        b"'a'",
        b"[" * 5_000,
        b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1),
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    ],
)
def test_what_is_not_one_strict_value_is_refused(data: bytes) -> None:
    with pytest.raises(JsonRefused) as refusal:
        decode(data)

    assert len(str(refusal.value)) < 60


def test_brackets_inside_strings_are_no_depth() -> None:
    assert decode(b'["[[[[[[[[[[[[[[[[[[[[[[[[\\"[[["]') == ["[" * 24 + '"[[[']


@given(st.text('ab"\\\\[]{}:,1 ', max_size=60))
def test_brackets_count_outside_strings_whether_or_not_something_is_escaped(text: str) -> None:
    """The quick way of texts without a backslash against the other: both refuse the same."""
    assert outcome_of(f'["n",{text}]') == outcome_of(f'["\\n",{text}]')


PIECES = st.sampled_from(
    ["{", '"a":', '"b":', '"b"', '"', "}", "[", "]", ",", ":", " ", "1", "-0", "1.0", "1e3", "01"]
) | st.sampled_from(
    [
        "null",
        "true",
        "NaN",
        str(2**63),
        str(2**64),
        str(-(2**63) - 1),
        "\x01",
        "\x7f",
        "\ufeff",
        "é",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join) | VALUES.map(json.dumps))
def test_the_quick_way_gives_what_the_rules_give(text: str) -> None:
    assert taken_by(lambda: decode(text.encode())) == taken_by(lambda: decode_by_rules(text))


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', '[{"a":{"b":1,"b":1}}]', str(2**63), f"[{2**64}]", "1e3", "[0.5]", "-1.0"],
)
def test_what_msgspec_alone_would_take_is_refused(text: str) -> None:
    msgspec.json.decode(text)

    assert outcome_of(text) != "taken"


def taken_by(way: Callable[[], JsonValue]) -> tuple[str, JsonValue]:
    try:
        value = way()
    except JsonRefused as refusal:
        return str(refusal), None
    return repr(value), value


def outcome_of(text: str) -> str:
    try:
        decode(text.encode())
    except JsonRefused as refusal:
        return str(refusal)
    return "taken"


@pytest.mark.parametrize("unit", ['\\"', '"\\', "\\", '"', "[", '"['])
def test_no_input_takes_long(unit: str) -> None:
    """A string that never ends was looked at again from each quote in it."""
    assert outcome_of('"\\"' + unit * 400_000) != "taken"


def test_a_surrogate_pair_is_one_character() -> None:
    assert decode(b'"\\ud83c\\udfe5"') == "\U0001f3e5"


def test_an_answer_is_compact_json() -> None:
    assert encode(Version(version="1", protocol_version=1)) == (
        b'{"version":"1","protocol_version":1}'
    )

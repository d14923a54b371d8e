"""JSON for people: one text per value."""

import pytest

from ledgerd.errors import DecodeError
from ledgerd.primitives import canonical_json
from ledgerd.primitives.canonical import U8, Canonical, ClientRef, Hash32, Record


class Inner(Canonical, frozen=True):
    name: ClientRef


class First(Canonical, tag=1, frozen=True):
    name: ClientRef


class Second(Canonical, tag=2, frozen=True):
    name: ClientRef


class Sample(Record, tag=98, frozen=True, kw_only=True):
    count: U8
    digest: Hash32
    inner: tuple[Inner, ...]
    note: ClientRef | None = None


class Choice(Canonical, frozen=True):
    chosen: First | Second


VALUE = Sample(count=3, digest=bytes(31) + b"\x0a", inner=(Inner("a"), Inner("b")))
TEXT = """{
  "type": 98,
  "version": 1,
  "count": 3,
  "digest": "000000000000000000000000000000000000000000000000000000000000000a",
  "inner": [
    {
      "name": "a"
    },
    {
      "name": "b"
    }
  ],
  "note": null
}
"""


def read(text: str) -> Sample:
    return canonical_json.decode(text.encode(), Sample, bytes_max=1_000)


def test_a_value_has_this_text() -> None:
    assert canonical_json.encode(VALUE).decode() == TEXT


def test_the_text_gives_the_value_again() -> None:
    assert read(TEXT) == VALUE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"count": 3', '"count": 3.0'),
        ('"count": 3', '"count": 03'),
        ('"count": 3', '"count": true'),
        ('"count": 3', '"count": 256'),
        ('"count": 3', '"count": 2,\n  "count": 3'),
        ('"count": 3,\n', ""),
        ('"note": null', '"note": null,\n  "more": 1'),
        ('"note": null', '"note": NaN'),
        ('  "version": 1,\n', ""),
        ('"version": 1', '"version": 2'),
        ('"type": 98', '"type": 97'),
        ("0a", "0A"),
        ("000a", "a"),
        ('"a"', '"\\u0061"'),
        ('"a"', "1"),
        ("}\n", "}"),
        ("}\n", "}\n\n"),
        ("  ", "\t"),
        (
            "{",
            "[",
        ),
    ],
)
def test_every_other_text_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(DecodeError):
        read(TEXT.replace(old, new))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "\ufeff" + TEXT, "[" * 100_000])
def test_what_is_no_such_text_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        canonical_json.decode(text.encode(), Sample, bytes_max=200_000)


def test_too_long_text_is_refused() -> None:
    with pytest.raises(DecodeError, match="at most 1000"):
        read(" " * 1_001)


def test_bytes_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(DecodeError):
        canonical_json.decode(b"\xff" + TEXT.encode(), Sample, bytes_max=1_000)


def test_a_choice_of_types_can_be_shown_but_not_read() -> None:
    shown = canonical_json.encode(Choice(First("a")))
    assert b'"type": 1' in shown
    with pytest.raises(DecodeError, match="choice"):
        canonical_json.decode(shown, Choice, bytes_max=100)

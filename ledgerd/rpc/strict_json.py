"""Strict JSON in, compact JSON out.

Rules: only what means one thing everywhere passes. Refused: more than ``DEPTH_MAX`` levels,
duplicate keys, NaN and infinities, floats (no value of ours has one), integers beyond 64 bits,
lone surrogates, bytes that are not UTF-8, anything after the value. The size is the caller's limit.
Messages name the rule, never the input.
"""

import json
import re
from typing import Final

import msgspec

DEPTH_MAX: Final = 16  # our deepest request has 6 levels
INTEGER_DIGITS_MAX: Final = 19  # 2**63 - 1 has 19; checked before int() turns quadratic
# A string, or what begins as one and never ends: then the whole rest, so that no input is slow.
_STRING: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")
JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]


class JsonRefused(ValueError):  # noqa: N818
    """The bytes are not one strict JSON value; the text says which rule they break."""


def decode(data: bytes) -> JsonValue:
    """Decode one strict JSON value.

    Raises:
        JsonRefused: any rule of this file is broken.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefused("not UTF-8") from None
    _check_depth(text)
    try:
        value: JsonValue = _DECODER.decode(text)
    except JsonRefused:
        raise
    except ValueError:
        raise JsonRefused("not JSON") from None
    if "\\u" in text or "\\U" in text:
        _check_surrogates(value)
    return value


def encode(value: object) -> bytes:
    """Encode an answer: structs, built-in values and tuples."""
    return msgspec.json.encode(value)


def _check_depth(text: str) -> None:
    """Refuse before the decoder recurses; strings are cut out first, for they may hold brackets."""
    depth = 0
    for bracket in _BRACKET.findall(_outside_strings(text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH_MAX:
            raise JsonRefused(f"deeper than {DEPTH_MAX} levels")


def _outside_strings(text: str) -> str:
    """Cut all strings out. Hex has no backslash: then every second piece between quotes is one."""
    if "\\" not in text:
        return "".join(text.split('"')[::2])
    return _STRING.sub("", text)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise JsonRefused("duplicate key")
    return value


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > INTEGER_DIGITS_MAX:
        raise JsonRefused("integer out of range")
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise JsonRefused("integer out of range")
    return value


def _refuse_number(_text: str) -> float:
    raise JsonRefused("only integers are numbers here")


def _check_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise JsonRefused("lone surrogate") from None


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)

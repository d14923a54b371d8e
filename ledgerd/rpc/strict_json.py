"""Strict JSON in, compact JSON out.

Rules: only what means one thing everywhere passes. Refused: more than ``DEPTH_MAX`` levels,
duplicate keys, NaN and infinities, floats (no value of ours has one), integers beyond 64 bits,
lone surrogates, bytes that are not UTF-8, anything after the value. The size is the caller's limit.
Messages name the rule, never the input.

What has no backslash is read by msgspec, six times as fast as by hooks in Python, and taken where
that is certain to be the same value. Nothing is refused on the quick way: whatever it is not sure
of is read again, by the rules.
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
    outside = _outside_strings(text)
    _check_depth(outside)
    if "\\" not in text:
        try:
            quick: JsonValue = msgspec.json.decode(data)
        except msgspec.DecodeError:
            return decode_by_rules(text)
        if _is_plain(quick, outside.count(":")):
            return quick
    return decode_by_rules(text)


def decode_by_rules(text: str) -> JsonValue:
    """Decode a text that is not too deep, one rule after the other.

    Raises:
        JsonRefused: any rule of this file is broken.
    """
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


def _is_plain(value: JsonValue, member_count: int) -> bool:
    """Say whether no member was lost to another of its name, and all numbers are ours."""
    found, rest = 0, [value]
    while rest:
        each = rest.pop()
        if isinstance(each, str):
            continue
        if isinstance(each, dict):
            found += len(each)
            rest += each.values()
        elif isinstance(each, list):
            rest += each
        elif each is not None and (isinstance(each, float) or not -(2**63) <= each < 2**63):
            return False
    return found == member_count


def _check_depth(outside: str) -> None:
    """Refuse before the decoder recurses; what is inside strings may hold brackets, and is gone."""
    if outside.count("[") + outside.count("{") <= DEPTH_MAX:
        return
    depth = 0
    for bracket in _BRACKET.findall(outside):
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

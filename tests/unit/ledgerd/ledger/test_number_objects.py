"""Objects of bill numbers are bounded and keep their tags."""

import pytest

from ledgerd.errors import DecodeError
from ledgerd.ledger.number_objects import (
    LEVELS_MAX,
    SPANS_MAX,
    CodeCounter,
    NumberRange,
    NumberSpan,
)
from ledgerd.ledger.objects import Origin
from ledgerd.primitives.canonical import decode, encode, unbounded_fields
from tests.unit.ledgerd.ledger.world import FINANCE

ORIGIN = Origin(height=1, transaction=0, operation=0, request=bytes(16))


def numbers(level: int) -> NumberRange:
    return NumberRange(holder=FINANCE, first=0, last=99, next_number=0, origin=ORIGIN, level=level)


@pytest.mark.parametrize("type_", [NumberSpan, CodeCounter, NumberRange])
def test_every_field_has_a_bound(type_: type) -> None:
    assert unbounded_fields(type_) == ()


def test_tags_are_those_of_the_table() -> None:
    tags = [type_.__struct_config__.tag for type_ in (NumberSpan, CodeCounter, NumberRange)]

    assert tags == [None, 80, 81]


def test_a_range_is_read_back_down_to_the_last_level_and_no_further() -> None:
    last = numbers(LEVELS_MAX)

    assert decode(encode(last), NumberRange, bytes_max=1_000) == last
    with pytest.raises(DecodeError):
        decode(encode(numbers(LEVELS_MAX + 1)), NumberRange, bytes_max=1_000)


def test_a_counter_holds_so_many_spans_and_no_more() -> None:
    spans = tuple(NumberSpan(first=2 * i, last=2 * i) for i in range(SPANS_MAX + 1))
    full = CodeCounter(authority=FINANCE, next_number=500, returned=spans[:-1])
    fuller = CodeCounter(authority=FINANCE, next_number=500, returned=spans)

    assert decode(encode(full), CodeCounter, bytes_max=10_000) == full
    with pytest.raises(DecodeError):
        decode(encode(fuller), CodeCounter, bytes_max=10_000)

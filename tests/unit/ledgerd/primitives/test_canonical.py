"""The codec: one encoding per value, everything bounded, nothing quoted."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from ledgerd.errors import DecodeError
from ledgerd.primitives import canonical
from ledgerd.primitives.canonical import (
    U8,
    U63,
    Canonical,
    ClientRef,
    Hash32,
    InstitutionId,
    Record,
    decode,
    encode,
    unbounded_fields,
)


class Sample(Record, tag=99, frozen=True, kw_only=True):
    number: U63
    digest: Hash32 | None = None


class Loose(Canonical, frozen=True):
    text: str
    data: bytes
    count: int
    ratio: float
    items: tuple[Annotated[int, Meta(ge=0)], ...]
    inner: Sample


class Text(Canonical, frozen=True):
    ref: ClientRef


class Name(Canonical, frozen=True):
    name: InstitutionId


# The nine encodings of 1 in MessagePack; the first is the canonical one.
ONES = (
    b"\x01",
    b"\xcc\x01",
    b"\xcd\x00\x01",
    b"\xce\x00\x00\x00\x01",
    b"\xcf" + bytes(7) + b"\x01",
    b"\xd0\x01",
    b"\xd1\x00\x01",
    b"\xd2\x00\x00\x00\x01",
    b"\xd3" + bytes(7) + b"\x01",
)


def sample_with(number: bytes) -> bytes:
    return b"\x94\x63\x01" + number + b"\xc0"


def test_type_and_version_stand_first() -> None:
    assert encode(Sample(number=5)) == b"\x94\x63\x01\x05\xc0"


def test_what_was_encoded_decodes_to_the_same_value() -> None:
    value = Sample(number=2**63 - 1, digest=bytes(32))
    assert decode(encode(value), Sample, bytes_max=100) == value


def test_the_shortest_one_is_taken() -> None:
    assert decode(sample_with(ONES[0]), Sample, bytes_max=100) == Sample(number=1)


@pytest.mark.parametrize("one", ONES[1:], ids=bytes.hex)
def test_the_other_eight_ones_are_refused(one: bytes) -> None:
    with pytest.raises(DecodeError, match="canonical form"):
        decode(sample_with(one), Sample, bytes_max=100)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc0",
        b"\x94\x62\x01\x01\xc0",  # another type
        b"\x94\x63\x02\x01\xc0",  # another version
        b"\x93\x63\x01\x01",  # a field less
        b"\x95\x63\x01\x01\xc0\xc0",  # a field more
        b"\x94\x63\x01\x01\xc0\x00",  # a byte more
        b"\x94\x63\x01\xc3\xc0",  # true is no number
        b"\x94\x63\x01\xff\xc0",  # below the range
        b"\x94\x63\x01\xcf\x80" + bytes(7) + b"\xc0",  # 2^63, above the range
        b"\x94\x63\x01\x01\xc4\x1f" + bytes(31),  # 31 bytes are no hash
        b"\x94\x63\x01\xcb" + bytes(8) + b"\xc0",  # a float
        b"\x84\x63\x01\x01\xc0",  # a map
        b"\xdc\x00\x04\x63\x01\x01\xc0",  # a longer form of the array
        b"\xdd\xff\xff\xff\xff",
        b"\x94\x63\x01\x01\xc6\xff\xff\xff\xff",
    ],
    ids=lambda data: data[:8].hex() or "empty",
)
def test_everything_else_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(data, Sample, bytes_max=100)


def test_too_long_input_is_refused_before_it_is_read() -> None:
    with pytest.raises(DecodeError, match="101 bytes, at most 100"):
        decode(bytes(101), Sample, bytes_max=100)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(DecodeError):
        decode(b"\x91" * 5_000, Sample, bytes_max=10_000)


def test_an_error_never_quotes_what_was_found() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(encode(("Zhang San",)), Name, bytes_max=100)
    assert "Zhang" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "a" * 65, "line\n", "\x7f", "é", "a\nb"])
def test_a_client_ref_is_short_printable_ascii(text: str) -> None:
    with pytest.raises(DecodeError):
        decode(encode((text,)), Text, bytes_max=300)


def test_a_client_ref_may_hold_blanks() -> None:
    assert decode(encode(("order 7/b",)), Text, bytes_max=100) == Text("order 7/b")


@pytest.mark.parametrize(
    "text", ["1233000047000000K", "1233000047000000K00", "1233000047000000k0", "1233000047000000I0"]
)
def test_an_institution_id_has_the_alphabet_of_the_standard(text: str) -> None:
    with pytest.raises(DecodeError):
        decode(encode((text,)), Name, bytes_max=100)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Sample(number=1).number = 2  # type: ignore[misc]


def test_unbounded_fields_are_found() -> None:
    assert unbounded_fields(Loose) == (
        "Loose.text",
        "Loose.data",
        "Loose.count",
        "Loose.ratio",
        "Loose.items",
        "Loose.items[]",
    )


def test_bounded_types_have_none() -> None:
    assert unbounded_fields(Sample) == ()


def test_the_bounds_of_the_shared_types_are_checked_by_msgspec() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(256, U8)
    assert canonical.U63_MAX == 2**63 - 1

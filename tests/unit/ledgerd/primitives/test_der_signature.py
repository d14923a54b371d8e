"""DER signatures: one form, no other."""

import pytest
from hypothesis import given, strategies as st

from ledgerd.errors import DecodeError
from ledgerd.primitives.der_signature import ORDER, decode_der, encode_der

NUMBERS = st.integers(1, ORDER - 1) | st.sampled_from((1, 127, 128, 255, 256, ORDER - 1))
GOOD = encode_der(1, 128)


@given(NUMBERS, NUMBERS)
def test_what_was_written_is_read(r: int, s: int) -> None:
    data = encode_der(r, s)

    assert decode_der(data) == (r, s)
    assert 8 <= len(data) <= 72


@given(st.binary(max_size=80))
def test_bytes_are_refused_or_have_exactly_this_form(data: bytes) -> None:
    assert _form(data) in (None, data)


@given(NUMBERS, NUMBERS, st.data())
def test_a_changed_byte_is_refused_or_other_numbers_in_their_one_form(
    r: int, s: int, data: st.DataObject
) -> None:
    encoded = bytearray(encode_der(r, s))
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))

    assert _form(bytes(encoded)) in (None, bytes(encoded))


def _form(data: bytes) -> bytes | None:
    try:
        return encode_der(*decode_der(data))
    except DecodeError:
        return None


def test_the_smallest_signature_reads() -> None:
    assert bytes.fromhex("3007 0201 01 0202 0080") == GOOD
    assert decode_der(GOOD) == (1, 128)
    assert encode_der(1, 1) == bytes.fromhex("3006 0201 01 0201 01")


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("empty", ""),
        ("too short", "3005 0201 01 0201"),
        ("another tag", "3106 0201 01 0201 01"),
        ("a longer sequence than bytes", "3007 0201 01 0201 01"),
        ("a shorter sequence than bytes", "3005 0201 01 0201 01"),
        ("a length in two bytes", "308106 0201 01 0201 01"),
        ("something behind", "3007 0201 01 0201 01 00"),
        ("no first integer", "3006 0301 01 0201 01"),
        ("no second integer", "3006 0201 01 0301 01"),
        ("an empty integer", "3006 0200 0202 0080"),
        ("a negative integer", "3006 0201 81 0201 01"),
        ("a leading zero", "3007 0202 0001 0201 01"),
        ("zero", "3006 0201 00 0201 01"),
        ("an integer beyond the end", "3006 0201 01 0205 01"),
        ("an integer that takes all", "3006 0204 01020101"),
        ("an indefinite length", "3080 0201 01 0201 01"),
    ],
)
def test_another_form_is_refused(why: str, text: str) -> None:
    with pytest.raises(DecodeError, match="DER signature"):
        decode_der(bytes.fromhex(text))


@pytest.mark.parametrize("value", [ORDER, ORDER + 1, 2**256 - 1])
def test_numbers_outside_the_group_are_refused(value: int) -> None:
    content = value.to_bytes(33, "big")
    one, large = b"\x02\x01\x01", bytes((2, 33)) + content

    for body in (one + large, large + one):
        with pytest.raises(DecodeError, match="out of range"):
            decode_der(bytes((0x30, len(body))) + body)


def test_an_integer_of_too_many_bytes_is_refused() -> None:
    large = bytes((2, 34, 1)) + bytes(33)
    body = b"\x02\x01\x01" + large

    with pytest.raises(DecodeError, match="wrong length"):
        decode_der(bytes((0x30, len(body))) + body)

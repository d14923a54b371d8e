"""The DER form of an ECDSA signature over P-256, read by hand.

Rules: exactly one form is accepted: minimal lengths, minimal positive integers, r and s in
[1, n - 1], nothing behind. Libraries differ in what they forgive, and nodes must not differ.

Source: ITU-T X.690 section 8.3 and 10; RFC 3279 section 2.2.3; FIPS 186-5 section 6.4.2.
"""

from typing import Final

from ledgerd.errors import DecodeError

# The order of the group of P-256.
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DER_BYTES_MIN: Final = 8  # two integers of one byte
DER_BYTES_MAX: Final = 72  # two of 33 bytes: 32 and a leading zero
_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_INTEGER_BYTES_MAX: Final = 33


def decode_der(data: bytes) -> tuple[int, int]:
    """Read a signature.

    Returns:
        r and s, both in [1, n - 1].

    Raises:
        DecodeError: any other form.
    """
    if not DER_BYTES_MIN <= len(data) <= DER_BYTES_MAX:
        raise DecodeError(f"DER signature: {len(data)} bytes")
    if data[0] != _SEQUENCE or data[1] != len(data) - 2:
        raise DecodeError("DER signature: it is not one sequence of its own length")
    r, place = _integer(data, 2)
    s, place = _integer(data, place)
    if place != len(data):
        raise DecodeError("DER signature: something stands behind it")
    return r, s


def encode_der(r: int, s: int) -> bytes:
    """Write a signature in its one form."""
    assert 0 < r < ORDER
    assert 0 < s < ORDER
    body = _encoded(r) + _encoded(s)
    return bytes((_SEQUENCE, len(body))) + body


def _integer(data: bytes, place: int) -> tuple[int, int]:
    """Read an integer; give it and the place behind it."""
    if place + 2 > len(data) or data[place] != _INTEGER:
        raise DecodeError("DER signature: there is no integer")
    start, end = place + 2, place + 2 + data[place + 1]
    if not 1 <= end - start <= _INTEGER_BYTES_MAX or end > len(data):
        raise DecodeError("DER signature: an integer has a wrong length")
    if data[start] & 0x80:
        raise DecodeError("DER signature: an integer is negative")
    if end - start > 1 and data[start] == 0 and not data[start + 1] & 0x80:
        raise DecodeError("DER signature: an integer is longer than it must be")
    value = int.from_bytes(data[start:end], "big")
    if not 0 < value < ORDER:
        raise DecodeError("DER signature: an integer is out of range")
    return value, end


def _encoded(value: int) -> bytes:
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes((_INTEGER, len(content))) + content

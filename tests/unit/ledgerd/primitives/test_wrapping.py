"""Wraps: the reader opens them, nobody else, and a device is not named."""

import pytest
from nacl import bindings

from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import encode, unbounded_fields
from ledgerd.primitives.wrapping import (
    DeviceReader,
    DeviceWrap,
    InstitutionReader,
    InstitutionWrap,
    encryption_public_key,
    is_acceptable_encryption_key,
    unwrap_for_device,
    unwrap_for_institution,
    wrap_key_for_reader,
    wrap_key_from_issuer,
    wrap_keys,
)
from tests.unit.ledgerd.primitives.entropy import counting_entropy

ISSUER, READER, DEVICE, OTHER = (bytes((number,)) * 32 for number in (1, 2, 3, 4))
KEYS = [b"a" * 32, b"b" * 32, b"c" * 32]
WRAP_KEY = wrap_key_for_reader(ISSUER, encryption_public_key(READER))


def institution_wrap(parts: tuple[int, ...]) -> InstitutionWrap:
    reader = InstitutionReader("1233000047000000K0", 1, 2, WRAP_KEY, parts)
    wrap = wrap_keys(KEYS, reader, counting_entropy())
    assert isinstance(wrap, InstitutionWrap)
    return wrap


def device_wrap(parts: tuple[int, ...]) -> DeviceWrap:
    wrap = wrap_keys(KEYS, DeviceReader(encryption_public_key(DEVICE), parts), counting_entropy())
    assert isinstance(wrap, DeviceWrap)
    return wrap


def test_both_sides_derive_the_same_key() -> None:
    assert wrap_key_from_issuer(READER, encryption_public_key(ISSUER)) == WRAP_KEY


def test_the_key_has_a_direction() -> None:
    assert wrap_key_for_reader(READER, encryption_public_key(ISSUER)) != WRAP_KEY


def test_keys_of_small_order_are_not_acceptable() -> None:
    assert is_acceptable_encryption_key(encryption_public_key(READER))
    assert not is_acceptable_encryption_key(bytes(32))
    assert not is_acceptable_encryption_key(b"\x01" + bytes(31))


def test_a_public_key_of_small_order_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="small order"):
        wrap_key_for_reader(ISSUER, bytes(32))


@pytest.mark.parametrize("parts", [(0,), (1,), (0, 2), (2, 0, 1)])
def test_the_reader_gets_the_keys_of_its_parts(parts: tuple[int, ...]) -> None:
    expected = {index: KEYS[index] for index in sorted(parts)}
    assert unwrap_for_institution(institution_wrap(parts), WRAP_KEY) == expected
    assert unwrap_for_device([device_wrap(parts)], DEVICE) == expected


def test_another_institution_opens_nothing() -> None:
    with pytest.raises(VerificationFailed, match="does not open"):
        unwrap_for_institution(institution_wrap((0,)), bytes(32))


def test_another_device_opens_nothing() -> None:
    assert unwrap_for_device([device_wrap((0,))], OTHER) == {}


def test_a_device_finds_its_own_among_others() -> None:
    wraps = [institution_wrap((0, 1)), device_wrap((1,))]
    assert unwrap_for_device(wraps, DEVICE) == {1: KEYS[1]}


def test_a_device_is_not_named_beside_its_wrap() -> None:
    assert encryption_public_key(DEVICE) not in encode(device_wrap((0,)))


def test_a_wrap_that_says_other_parts_does_not_open() -> None:
    good = institution_wrap((0,))
    forged = InstitutionWrap(
        reader=good.reader,
        issuer_key=1,
        reader_key=2,
        parts=3,
        nonce=good.nonce,
        wrapped=good.wrapped,
    )
    with pytest.raises(VerificationFailed):
        unwrap_for_institution(forged, WRAP_KEY)


def test_a_device_wrap_that_says_other_parts_does_not_hide_a_good_one() -> None:
    lying = DeviceWrap(parts=3, box=device_wrap((0,)).box)
    assert unwrap_for_device([lying], DEVICE) == {}
    assert unwrap_for_device([lying, device_wrap((1,))], DEVICE) == {1: KEYS[1]}


def test_the_sealed_box_is_the_one_of_libsodium() -> None:
    public_key = encryption_public_key(DEVICE)
    box = bindings.crypto_box_seal(KEYS[0], public_key)
    assert unwrap_for_device([DeviceWrap(parts=1, box=box)], DEVICE) == {0: KEYS[0]}


def test_readers_show_no_key() -> None:
    reader = InstitutionReader("1233000047000000K0", 1, 2, WRAP_KEY)
    assert repr(WRAP_KEY) not in repr(reader)
    assert "public_key" not in repr(DeviceReader(encryption_public_key(DEVICE)))


def test_wraps_are_bounded() -> None:
    assert unbounded_fields(InstitutionWrap) == unbounded_fields(DeviceWrap) == ()

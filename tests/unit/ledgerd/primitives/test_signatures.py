"""Signatures: what every node must judge alike."""

import pytest

from ledgerd.errors import VerificationFailed
from ledgerd.primitives.signatures import (
    Ed25519Signer,
    Ed25519Verifier,
    are_valid_signatures,
    is_acceptable_public_key,
    is_valid_signature,
    verify_signature,
)

SIGNER = Ed25519Signer(bytes(range(32)))
PAYLOAD = b"a payload"
SIGNATURE = SIGNER.sign(PAYLOAD)
ORDER = 2**252 + 27742317777372353535851937790883648493

# Points of order 1, 2, 4 and 8, and encodings of points that are not reduced mod p.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]
NOT_CANONICAL = [
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def test_rfc_8032_vector_2() -> None:
    signer = Ed25519Signer(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    expected_key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    expected = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert signer.public_key.hex() == expected_key
    assert signer.sign(b"\x72").hex() == expected


def test_a_signature_holds() -> None:
    verify_signature(SIGNER.public_key, PAYLOAD, SIGNATURE)
    assert Ed25519Verifier().verify(SIGNER.public_key, PAYLOAD, SIGNATURE)


@pytest.mark.parametrize("place", range(64))
def test_no_byte_of_a_signature_can_be_changed(place: int) -> None:
    forged = bytearray(SIGNATURE)
    forged[place] ^= 0x01
    assert not is_valid_signature(SIGNER.public_key, PAYLOAD, bytes(forged))


def test_another_payload_or_key_does_not_hold() -> None:
    other = Ed25519Signer(bytes(32)).public_key
    assert not is_valid_signature(SIGNER.public_key, b"another", SIGNATURE)
    assert not is_valid_signature(other, PAYLOAD, SIGNATURE)
    with pytest.raises(VerificationFailed):
        verify_signature(other, PAYLOAD, SIGNATURE)


def test_a_second_signature_cannot_be_made_from_a_first() -> None:
    scalar = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    malleated = SIGNATURE[:32] + scalar.to_bytes(32, "little")
    assert not is_valid_signature(SIGNER.public_key, PAYLOAD, malleated)


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_keys_of_another_length_are_no_exception(length: int) -> None:
    assert not is_valid_signature(bytes(length), PAYLOAD, SIGNATURE)
    assert not is_acceptable_public_key(bytes(length))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_signatures_of_another_length_are_no_exception(length: int) -> None:
    assert not is_valid_signature(SIGNER.public_key, PAYLOAD, bytes(length))


@pytest.mark.parametrize("key", SMALL_ORDER + NOT_CANONICAL)
def test_small_order_and_non_canonical_keys_are_refused(key: str) -> None:
    """Checklist 44."""
    public_key = bytes.fromhex(key)
    identity = bytes.fromhex(SMALL_ORDER[0])
    assert not is_acceptable_public_key(public_key)
    assert not is_valid_signature(public_key, PAYLOAD, identity + bytes(32))


def test_an_ordinary_key_is_accepted() -> None:
    assert is_acceptable_public_key(SIGNER.public_key)


def test_many_are_judged_one_by_one() -> None:
    good = (SIGNER.public_key, PAYLOAD, SIGNATURE)
    bad = (SIGNER.public_key, b"another", SIGNATURE)
    assert are_valid_signatures([good, bad, good]) == (True, False, True)


def test_a_signer_shows_no_secret() -> None:
    assert bytes(range(32)).hex() not in repr(SIGNER)

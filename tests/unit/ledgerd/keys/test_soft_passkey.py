"""A passkey in software answers as a browser does."""

from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.primitives.passkeys import (
    FLAG_PRESENT,
    decode_assertion,
    is_acceptable_passkey,
    is_valid_assertion,
    relying_party_hash,
)

DEVICE = SoftPasskey(bytes(31) + b"\x07", "ledger.invalid")
CHALLENGE = bytes(range(32))


def test_its_answer_holds_for_its_challenge_only() -> None:
    answer = DEVICE.sign(CHALLENGE)

    assert is_valid_assertion(DEVICE.public_key, CHALLENGE, answer)
    assert not is_valid_assertion(DEVICE.public_key, bytes(32), answer)


def test_it_signs_for_its_relying_party() -> None:
    assertion = decode_assertion(DEVICE.sign(CHALLENGE))

    assert assertion.relying_party_hash == relying_party_hash("ledger.invalid")


def test_its_key_follows_from_the_secret_and_shows_no_more_than_the_point() -> None:
    again = SoftPasskey(bytes(31) + b"\x07", "ledger.invalid")

    assert again.public_key == DEVICE.public_key
    assert is_acceptable_passkey(DEVICE.public_key)
    assert repr(DEVICE) == f"SoftPasskey({DEVICE.public_key.hex()})"


def test_an_answer_without_verification_is_made_and_refused() -> None:
    assertion = DEVICE.answer(CHALLENGE, FLAG_PRESENT)

    assert assertion.authenticator_data[32] == FLAG_PRESENT

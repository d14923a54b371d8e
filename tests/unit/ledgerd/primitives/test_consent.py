"""What a patient's device signs at the counter."""

from ledgerd.primitives.consent import care_commitment, consent_digest

ACCOUNT, SALT = bytes(16), bytes(32)


def test_commitment_and_consent_depend_on_all_that_goes_in() -> None:
    commitment = care_commitment(ACCOUNT, SALT)

    assert commitment != care_commitment(b"a" * 16, SALT)
    assert commitment != care_commitment(ACCOUNT, b"s" * 32)
    assert consent_digest(commitment, "one") != consent_digest(commitment, "two")
    assert consent_digest(commitment, "one") != consent_digest(SALT, "one")

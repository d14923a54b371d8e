"""The cryptographic self-test."""

from ledgerd.node.self_test import (
    MESSAGE,
    PUBLIC_KEY,
    SIGNATURE,
    malleated,
    verify_cryptography,
)
from ledgerd.primitives.signatures import is_valid_signature


def test_this_machine_judges_as_the_vectors_say() -> None:
    verify_cryptography()


def test_the_malleated_twin_of_a_signature_differs_and_does_not_hold() -> None:
    twin = malleated(SIGNATURE)

    assert twin != SIGNATURE
    assert is_valid_signature(PUBLIC_KEY, MESSAGE, SIGNATURE)
    assert not is_valid_signature(PUBLIC_KEY, MESSAGE, twin)

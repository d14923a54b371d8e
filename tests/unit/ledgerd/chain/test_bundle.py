"""Bundles: one digest, one string of bytes."""

import pytest

from ledgerd.chain.bundle import (
    Bundle,
    BundlePackage,
    SignedBundle,
    bundle_digest,
    decode_bundle,
    verify_bundle_signature,
)
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.canonical import decode, encode, unbounded_fields
from tests.unit.ledgerd.chain.samples import (
    CHAIN_ID,
    consensus_signer,
    sample_bundle,
    sample_transaction,
)

TRANSACTIONS = (sample_transaction(0), sample_transaction(1))
ENCODED = sample_bundle(TRANSACTIONS)


def test_what_was_signed_is_read_again() -> None:
    read = decode_bundle(ENCODED)
    assert read.transactions == TRANSACTIONS
    assert (read.bundle.validator, read.bundle.sequence, read.bundle.epoch) == (2, 1, 0)
    assert read.bundle.chain_id == CHAIN_ID
    verify_bundle_signature(read, consensus_signer(2).public_key)


def test_another_validator_did_not_sign_it() -> None:
    with pytest.raises(VerificationFailed):
        verify_bundle_signature(decode_bundle(ENCODED), consensus_signer(1).public_key)


def test_the_digest_covers_the_signature() -> None:
    body = encode(decode_bundle(ENCODED).bundle)
    other = encode(SignedBundle(body=body, signature=bytes(64)))
    assert decode_bundle(other).bundle == decode_bundle(ENCODED).bundle
    assert bundle_digest(other) != bundle_digest(ENCODED) == decode_bundle(ENCODED).digest


def test_equal_contents_differ_by_their_sequence() -> None:
    assert bundle_digest(sample_bundle(TRANSACTIONS, sequence=2)) != bundle_digest(ENCODED)


def test_an_empty_bundle_is_refused() -> None:
    with pytest.raises(DecodeError):
        decode_bundle(sample_bundle(()))


def test_a_transaction_that_is_none_is_refused() -> None:
    bundle = Bundle(chain_id=CHAIN_ID, epoch=0, validator=0, sequence=0, transactions=(b"\x01",))
    with pytest.raises(DecodeError):
        decode_bundle(encode(SignedBundle(body=encode(bundle), signature=bytes(64))))


def test_a_bundle_above_the_given_limit_is_refused() -> None:
    with pytest.raises(DecodeError, match="at most 100"):
        decode_bundle(ENCODED, bytes_max=100)


def test_a_package_carries_sidecars_beside_the_bundle() -> None:
    package = BundlePackage(bundle=ENCODED, sidecars=(b"a", b"b"))
    assert decode(encode(package), BundlePackage, bytes_max=100_000) == package


@pytest.mark.parametrize("type_", [Bundle, SignedBundle, BundlePackage])
def test_bundles_are_bounded(type_: type) -> None:
    assert unbounded_fields(type_) == ()

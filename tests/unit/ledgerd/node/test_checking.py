"""Checks of bundles: the verdict follows from the bytes, whoever delivers them."""

import msgspec
import pytest

from consensus import Digest
from ledgerd.chain.bundle import BundlePackage, bundle_digest
from ledgerd.node.bundle_book import CheckedBundle
from ledgerd.node.checking import (
    CheckRules,
    InvalidBundle,
    KnownBundle,
    OpenedPackage,
    UnusablePackage,
    encode_package,
    open_package,
    read_saved_bundle,
)
from tests.unit.ledgerd.node.samples import (
    CHAIN_ID,
    allot,
    bundle_bytes,
    check_package,
    epoch,
    forged,
    naming,
    package,
    signed,
)

RULES = CheckRules(epoch=epoch(), is_over=lambda _: False)


def test_a_good_package_is_decoded_once_and_known_by_its_digest() -> None:
    read = signed(allot(1))
    encoded = bundle_bytes(read)

    checked = check_package(encode_package(encoded, ()), RULES)

    assert isinstance(checked, CheckedBundle)
    assert checked.digest == bundle_digest(encoded)
    assert checked.transactions == (read,)
    assert checked.valid_until_ms == read.transaction.valid_until_ms


@pytest.mark.parametrize(
    "bad",
    [
        package(forged(signed(allot(1)))),
        package(signed(allot(1), chain_id=bytes(32))),
        package(signed(allot(1)))[:-1] + b"\x91",
    ],
    ids=["forged authorisation", "other chain", "no package"],
)
def test_a_bad_package_is_not_taken(bad: bytes) -> None:
    assert isinstance(check_package(bad, RULES), InvalidBundle | UnusablePackage)


def test_a_forged_authorisation_condemns_the_digest() -> None:
    encoded = bundle_bytes(signed(allot(1)), forged(signed(allot(2))))

    checked = check_package(encode_package(encoded, ()), RULES)

    assert isinstance(checked, InvalidBundle)
    assert checked.digest == bundle_digest(encoded)


def test_a_bundle_in_the_name_of_another_validator_is_invalid() -> None:
    encoded = bytearray(bundle_bytes(signed(allot(1)), author=0))
    position = encoded.index(CHAIN_ID) + len(CHAIN_ID) + 1  # epoch, then the validator's index
    assert encoded[position] == 0
    encoded[position] = 1

    assert isinstance(check_package(encode_package(bytes(encoded), ()), RULES), InvalidBundle)


def test_foreign_sidecars_make_the_delivery_unusable_and_say_nothing_of_the_bundle() -> None:
    delivered = package(signed(allot(1)), sidecars=(b"nobody names me",))

    assert isinstance(check_package(delivered, RULES), UnusablePackage)


def test_what_is_known_is_not_checked_again() -> None:
    rules = CheckRules(epoch=epoch(), is_over=lambda _: True)
    encoded = bundle_bytes(forged(signed(allot(1))))

    assert check_package(encode_package(encoded, ()), rules) == KnownBundle(
        Digest(bundle_digest(encoded))
    )


def test_opening_a_package_checks_all_but_the_authorisations() -> None:
    encoded = bundle_bytes(signed(allot(1)), forged(signed(allot(2))))

    opened = open_package(BundlePackage(bundle=encoded, sidecars=()), RULES)

    assert isinstance(opened, OpenedPackage)
    assert len(opened.signed_parts) == 2
    assert isinstance(opened.judged([True, True]), CheckedBundle)
    refused = opened.judged([True, False])
    assert isinstance(refused, InvalidBundle)
    assert refused.digest == bundle_digest(encoded)


def test_what_needs_no_signature_to_be_refused_costs_none() -> None:
    encoded = bundle_bytes(forged(signed(naming(b"sealed"))))

    assert isinstance(
        open_package(BundlePackage(bundle=encoded, sidecars=()), RULES), UnusablePackage
    )


def test_the_own_log_is_read_without_checking_signatures_again() -> None:
    encoded = bundle_bytes(forged(signed(allot(1))))

    assert read_saved_bundle(encoded, ()).digest == bundle_digest(encoded)


def test_a_sidecar_that_the_operation_names_comes_with_its_bundle() -> None:
    checked = check_package(package(signed(naming(b"sealed")), sidecars=(b"sealed",)), RULES)

    assert isinstance(checked, CheckedBundle)
    assert list(checked.sidecars.values()) == [b"sealed"]


def test_without_a_sidecar_that_it_names_a_delivery_is_unusable() -> None:
    assert isinstance(check_package(package(signed(naming(b"sealed"))), RULES), UnusablePackage)


def test_a_sidecar_of_another_length_than_named_condemns_the_bundle() -> None:
    """No other delivery can be better: the hash names these bytes and no others."""
    operation = naming(b"sealed")
    short = msgspec.structs.replace(operation.document, sidecar_bytes=5)
    read = signed(msgspec.structs.replace(operation, document=short))

    assert isinstance(check_package(package(read, sidecars=(b"sealed",)), RULES), InvalidBundle)

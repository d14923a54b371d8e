"""Self-signed transport certificates."""

import pytest
from cryptography import x509

from ledgerd.errors import ConfigError
from ledgerd.keys import certificates
from ledgerd.keys.signers import Ed25519Key
from tests.damage.bits import flipped

SEED = bytes(range(32))
CERTIFICATE = certificates.make_certificate(SEED, "A" * 18)


def test_the_same_key_gives_the_same_bytes() -> None:
    assert certificates.make_certificate(SEED, "A" * 18) == CERTIFICATE
    assert certificates.make_certificate(bytes(32), "A" * 18) != CERTIFICATE


def test_nothing_expires_by_the_clock() -> None:
    certificate = x509.load_der_x509_certificate(CERTIFICATE)

    assert certificate.not_valid_before_utc.year == 1970
    assert certificate.not_valid_after_utc.year == 9999


def test_it_is_signed_by_its_own_key_and_may_issue_none() -> None:
    certificate = x509.load_der_x509_certificate(CERTIFICATE)

    certificate.verify_directly_issued_by(certificate)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert not constraints.value.ca


def test_the_key_in_it_is_the_transport_key() -> None:
    assert certificates.certificate_key(CERTIFICATE) == Ed25519Key.from_seed(SEED).public_key


def test_pem_holds_the_same_bytes() -> None:
    pem = certificates.certificate_to_pem(CERTIFICATE)

    assert certificates.certificate_from_pem(pem, "here") == CERTIFICATE


def test_the_key_in_pem_is_the_transport_key() -> None:
    pem = certificates.private_key_to_pem(SEED)

    assert certificates.public_key_of_pem(pem, "here") == Ed25519Key.from_seed(SEED).public_key


@pytest.mark.parametrize("pem", [b"", b"text", certificates.private_key_to_pem(SEED)])
def test_what_is_no_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(ConfigError, match="here: expected one certificate"):
        certificates.certificate_from_pem(pem, "here")


@pytest.mark.parametrize("pem", [b"", b"text", certificates.certificate_to_pem(CERTIFICATE)])
def test_what_is_no_key_is_refused(pem: bytes) -> None:
    with pytest.raises(ConfigError, match="here: expected an Ed25519 key"):
        certificates.public_key_of_pem(pem, "here")


def test_what_is_no_der_is_refused() -> None:
    with pytest.raises(ConfigError, match="certificate in DER"):
        certificates.certificate_key(CERTIFICATE[:-1])


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_flipped_bit_ends_in_anything_but_another_key_or_a_wrong_configuration() -> None:
    """A kind of key that nobody knows, or a version that does not exist, is a damaged file too."""
    key = Ed25519Key.from_seed(SEED).public_key
    refused = 0
    for bit in range(len(CERTIFICATE) * 8):
        damaged = flipped(CERTIFICATE, bit)
        try:
            found = certificates.certificate_key(damaged)
        except ConfigError:
            refused += 1
        else:
            assert damaged != CERTIFICATE
            assert len(found) == len(key)
    assert refused > 100


def test_no_damaged_transport_key_ends_in_anything_but_a_wrong_configuration() -> None:
    pem = certificates.private_key_to_pem(SEED)
    refused = 0
    for bit in range(len(pem) * 8):
        for damaged in (flipped(pem, bit), flipped(flipped(pem, bit), (bit + 9) % (len(pem) * 8))):
            try:
                certificates.public_key_of_pem(damaged, "transport.pem")
            except ConfigError:
                refused += 1
    assert refused > 1_000

"""The transport key's certificate: self-signed, Ed25519, from 1970 to 9999.

Rules: nothing expires by the clock; peers compare the bytes and read nothing in it; it may sign no
other certificate. Source: architecture.md section 5.
"""

import datetime
import hashlib
from typing import Final

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import NameOID

from ledgerd.errors import ConfigError

# All that the library raises for bytes that are no key; "internal" is what OpenSSL has no word for.
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    InternalError,
    x509.InvalidVersion,
)
_NOT_BEFORE: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_NOT_AFTER: Final = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
_SIGNING_ONLY: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def make_certificate(seed: bytes, institution_id: str) -> bytes:
    """Return a transport key's certificate as DER; the same seed and id give the same bytes."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public_bytes = key.public_key().public_bytes_raw()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, institution_id)])
    serial = int.from_bytes(hashlib.sha256(public_bytes).digest()[:16], "big") | 1
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_SIGNING_ONLY, critical=True)
    )
    return builder.sign(key, None).public_bytes(serialization.Encoding.DER)


def certificate_to_pem(certificate: bytes) -> bytes:
    """Return a DER certificate as PEM."""
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


def certificate_from_pem(pem: bytes, where: str) -> bytes:
    """Return the DER bytes of the one certificate in ``pem``.

    Raises:
        ConfigError: it is none; names ``where`` it stood.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except _UNREADABLE as error:
        raise ConfigError(f"{where}: expected one certificate in PEM") from error
    return certificate.public_bytes(serialization.Encoding.DER)


def certificate_key(certificate: bytes) -> bytes:
    """Return the 32-byte Ed25519 public key in a DER certificate.

    Raises:
        ConfigError: it is no certificate, or of another kind of key.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except _UNREADABLE as error:
        raise ConfigError("expected a certificate in DER") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"expected a certificate of an Ed25519 key, found {type(key).__name__}")
    return key.public_bytes_raw()


def private_key_to_pem(seed: bytes) -> bytes:
    """Return the transport key as unencrypted PKCS #8 in PEM, as ``ssl`` reads it."""
    return Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_key_of_pem(pem: bytes, where: str) -> bytes:
    """Return the 32-byte public key of a private transport key in PEM.

    Raises:
        ConfigError: it is no Ed25519 key; names ``where`` it stood, never what it holds.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except _UNREADABLE as error:
        raise ConfigError(f"{where}: expected an Ed25519 key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{where}: expected an Ed25519 key, found {type(key).__name__}")
    return key.public_key().public_bytes_raw()

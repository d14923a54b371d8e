"""Does the signature library of this machine sign and verify as it must? Asked once, at start.

Rules: every node must give the same verdict on the same bytes, also on the odd ones; a library that
does not is found before the node speaks. The vectors are of RFC 8032 section 7.1 and of "Taming the
many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020). Source: checklist 44, reliability.md section 6.
"""

from typing import Final

import nacl.bindings
import nacl.exceptions

from ledgerd.errors import ConfigError

# RFC 8032, 7.1, tests 2 and 3: seed, public key, message, signature.
_SIGNING: Final = (
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)

_GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_IDENTITY: Final = bytes((1,)) + bytes(31)  # the neutral point: of order 1
_SMALL_ORDER: Final = bytes.fromhex(  # of order 8
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
)
_NON_CANONICAL: Final = bytes.fromhex(  # y = 2^255 - 19 + 1: the neutral point written too large
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
)


def verify_ed25519() -> None:
    """Sign and verify the vectors.

    Raises:
        ConfigError: a vector came out otherwise; this machine may not take part.
    """
    for vector in _SIGNING:
        _verify_signing(*map(bytes.fromhex, vector))
    for number, odd in enumerate(_refused()):
        if _is_accepted(*odd):
            raise ConfigError(f"Ed25519 self-test: odd signature {number} is accepted, must not be")


def _verify_signing(seed: bytes, public_key: bytes, message: bytes, signature: bytes) -> None:
    derived, secret = nacl.bindings.crypto_sign_seed_keypair(seed)
    signed = nacl.bindings.crypto_sign(message, secret)[:64]
    good = derived == public_key and signed == signature
    if not good or not _is_accepted(public_key, message, signature):
        raise ConfigError("Ed25519 self-test: a vector of RFC 8032 came out wrong")
    if _is_accepted(public_key, message + b"\0", signature):
        raise ConfigError("Ed25519 self-test: a signature holds for another message")


def _refused() -> tuple[tuple[bytes, bytes, bytes], ...]:
    """Give (public key, message, signature) that a lax library would accept."""
    public_key, message, signature = (bytes.fromhex(part) for part in _SIGNING[0][1:])
    scalar = int.from_bytes(signature[32:], "little")
    too_large = (scalar + _GROUP_ORDER).to_bytes(32, "little")
    zero = bytes(32)
    return (
        (public_key, message, signature[:32] + too_large),  # S not reduced: malleable
        (_IDENTITY, message, _IDENTITY + zero),  # holds for every message without strictness
        (_SMALL_ORDER, message, _IDENTITY + zero),
        (_SMALL_ORDER, message, _SMALL_ORDER + zero),
        (_NON_CANONICAL, message, _IDENTITY + zero),
        (_IDENTITY, message, _NON_CANONICAL + zero),
    )


def _is_accepted(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        nacl.bindings.crypto_sign_open(signature + message, public_key)
    except nacl.exceptions.BadSignatureError:
        return False
    return True

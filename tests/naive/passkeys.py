"""Passkeys of random patients: a small pool, and what an assertion says of the site it is for."""

import functools
import hashlib

from ledgerd.chain.transaction import (
    Transaction,
    relying_party_of,
    sign_transaction,
    verify_authorisation,
)
from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.primitives.passkeys import relying_party_hash

POOL = 12
PASSKEY_BYTES = 33
ELSEWHERE = "elsewhere.invalid"


def _secret(number: int) -> bytes:
    return hashlib.sha256(f"passkey {number}".encode()).digest()


@functools.cache
def pool() -> dict[bytes, bytes]:
    """Give the secrets of all passkeys by their public keys."""
    secrets = (_secret(number) for number in range(POOL))
    return {SoftPasskey(secret, ELSEWHERE).public_key: secret for secret in secrets}


@functools.cache
def passkey(number: int) -> bytes:
    return list(pool())[number % POOL]


def is_passkey(public_key: bytes) -> bool:
    return len(public_key) == PASSKEY_BYTES


def signed_for(transaction: Transaction, site: str) -> bytes:
    """Let the passkey sign at a site and read from its assertion which site that was.

    A key that was drawn by changing a byte has no secret: then its site is named without it.
    """
    secret = pool().get(transaction.public_key)
    if secret is None:
        return relying_party_hash(site)
    signed = sign_transaction(transaction, SoftPasskey(secret, site))
    verify_authorisation(signed)
    party = relying_party_of(signed)
    assert party is not None
    return party

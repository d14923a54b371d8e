"""Domains: fixed, padded, none twice."""

import hashlib
import hmac

from ledgerd.primitives.hashing import Domain, digest, keyed_digest


def test_a_hash_is_sha256_of_the_padded_domain_and_the_parts() -> None:
    expected = hashlib.sha256(b"ldg/header\0\0\0\0\0\0abc").digest()
    assert digest(Domain.HEADER, b"a", b"bc") == expected


def test_every_domain_has_sixteen_bytes() -> None:
    assert {len(domain) for domain in Domain} == {16}


def test_no_domain_stands_twice() -> None:
    assert len(set(Domain.__members__.values())) == len(Domain.__members__)


def test_domains_separate() -> None:
    assert len({digest(domain, b"x") for domain in Domain}) == len(Domain)


def test_a_keyed_hash_is_hmac() -> None:
    expected = hmac.new(bytes(32), Domain.SEALED_LEAF + b"path", "sha256").digest()
    assert keyed_digest(Domain.SEALED_LEAF, bytes(32), b"path") == expected

"""One hash function with a domain in front."""

import hashlib

import pytest

from consensus.hashing import digest


def test_the_domain_is_padded_to_sixteen_bytes() -> None:
    expected = hashlib.sha256(b"view change" + bytes(5) + b"ab").digest()
    assert digest(b"view change", b"a", b"b") == expected


def test_domains_keep_uses_apart() -> None:
    assert digest(b"one", b"x") != digest(b"two", b"x")


@pytest.mark.parametrize("domain", [b"", b"seventeen bytes.."])
def test_a_domain_has_one_to_sixteen_bytes(domain: bytes) -> None:
    with pytest.raises(AssertionError):
        digest(domain)
